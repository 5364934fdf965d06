//! Bounded memory: the budget for large bodies, and what responses may take.

use agora_token_server::http::{App, Budget};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use serde_json::json;
use tower::ServiceExt;

use crate::support::TestApp;

const JSON: &str = "application/json";

/// A JSON request for a token with permissions on so many resources.
fn request(names: usize) -> String {
    let names = vec!["a"; names];
    let permissions = json!({ "users": { "read": names } });
    json!({ "services": [{ "service": "rtm2", "user_id": "alice", "permissions": permissions }] })
        .to_string()
}

async fn post(app: &App, body: String) -> Response {
    let request = Request::post("/v1/tokens")
        .header("content-type", JSON)
        .header("host", "test");
    let request = request.body(Body::from(body)).unwrap();
    app.clone().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn rejects_large_request_bodies_when_the_budget_is_spent() {
    let app = TestApp::new().budget(Budget::of_bytes(8 * 1024));
    let small = app.post("/v1/tokens", JSON, request(10).into()).await;
    assert_eq!(small.status, 200, "{}", small.body);

    let large = app.post("/v1/tokens", JSON, request(3_000).into()).await;
    assert_eq!(large.status, 503);
    assert_eq!(large.header("retry-after"), Some("1"));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&large.body).unwrap(),
        json!({
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "code": "overloaded",
            "detail": "the server holds as many large requests and responses as its memory allows; try again in 1 s",
        })
    );

    let padded = format!("{}{}", request(1), " ".repeat(9_000));
    let compatible = app.post("/fetch_rtc_token", JSON, padded.into()).await;
    assert_eq!(compatible.status, 503);
    assert!(
        compatible
            .body
            .starts_with(r#"{"code":"503","token":"the server holds"#),
        "{}",
        compatible.body
    );
}

#[tokio::test]
async fn counts_a_large_response_until_its_bytes_are_dropped() {
    let app = TestApp::new().budget(Budget::of_bytes(8_000)).app();
    let response = post(&app, request(950)).await;
    assert_eq!(response.status(), StatusCode::OK);
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!((4_097..8_000).contains(&bytes.len()), "{}", bytes.len());
    let rejected = post(&app, request(950)).await;
    assert_eq!(rejected.status(), StatusCode::SERVICE_UNAVAILABLE);
    drop(bytes);
    assert_eq!(post(&app, request(950)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn serves_static_bodies_when_the_budget_is_spent() {
    let app = TestApp::new().budget(Budget::of_bytes(0));
    for target in ["/", "/docs.js", "/openapi.json", "/token-client.js"] {
        let response = app.get(target).await;
        assert_eq!(response.status, 200, "{target}");
        assert!(
            response.body.len() > 4_096,
            "{target}: {}",
            response.body.len()
        );
    }
}

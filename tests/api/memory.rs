//! Bounded memory: the budget for large bodies, and what responses may take.

use std::convert::Infallible;
use std::time::Duration;

use agora_token_server::config::MetricsAccess;
use agora_token_server::http::{App, Budget};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

use crate::serve::{Running, limits, rest};
use crate::support::TestApp;

const JSON: &str = "application/json";

/// A JSON request for a token with permissions on so many resources.
fn request(names: usize) -> String {
    let names = vec!["a"; names];
    let permissions = json!({ "users": { "read": names } });
    json!({ "services": [{ "service": "rtm2", "user_id": "alice", "permissions": permissions }] })
        .to_string()
}

/// A request to inspect a token with permissions on so many resources.
async fn inspection(names: usize) -> String {
    let app = TestApp::new();
    let issued = app.post("/v1/tokens", JSON, request(names).into()).await;
    let issued: Value = serde_json::from_str(&issued.body).unwrap();
    json!({ "token": issued["token"] }).to_string()
}

/// A body without `Content-Length`.
fn chunked(body: String) -> Body {
    Body::from_stream(stream::once(async { Ok::<_, Infallible>(body) }))
}

async fn post(app: &App, path: &str, body: String) -> Response {
    let request = Request::post(path)
        .header("content-type", JSON)
        .header("host", "test");
    let request = request.body(Body::from(body)).unwrap();
    app.clone().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn rejects_large_request_bodies_when_the_budget_is_used_up() {
    let app = TestApp::new().budget(Budget::of_bytes(8 * 1024));
    let small = app.post("/v1/tokens", JSON, request(10).into()).await;
    assert_eq!(small.status, 200, "{}", small.body);

    let large = app.post("/v1/tokens", JSON, request(3_000).into()).await;
    assert_eq!(large.status, 503);
    assert_eq!(large.header("retry-after"), Some("1"));
    assert_eq!(
        serde_json::from_str::<Value>(&large.body).unwrap(),
        json!({
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "code": "overloaded",
            "detail": "the server is overloaded: its memory for large requests and responses is used up; try again in 1 s",
        })
    );

    let padded = format!("{}{}", request(1), " ".repeat(9_000));
    let compatible = app.post("/fetch_rtc_token", JSON, padded.into()).await;
    assert_eq!(compatible.status, 503);
    assert!(
        compatible
            .body
            .starts_with(r#"{"code":"503","token":"the server is overloaded: "#),
        "{}",
        compatible.body
    );
}

#[tokio::test]
async fn counts_a_large_response_until_its_bytes_are_dropped() {
    let app = TestApp::new().budget(Budget::of_bytes(8_000)).app();
    let inspection = inspection(1_500).await;
    assert!(inspection.len() < 4_096, "{}", inspection.len());
    let response = post(&app, "/v1/tokens/inspect", inspection.clone()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!((4_097..8_000).contains(&bytes.len()), "{}", bytes.len());
    let rejected = post(&app, "/v1/tokens/inspect", inspection.clone()).await;
    assert_eq!(rejected.status(), StatusCode::SERVICE_UNAVAILABLE);
    drop(bytes);
    let response = post(&app, "/v1/tokens/inspect", inspection).await;
    assert_eq!(response.status(), StatusCode::OK);
}

/// The token is already issued, audited and counted.
#[tokio::test]
async fn never_rejects_the_response_of_an_issued_token() {
    let app = TestApp::new().budget(Budget::of_bytes(5_000)).app();
    let mut held = Vec::new();
    for _ in 0..3 {
        let response = post(&app, "/v1/tokens", request(950)).await;
        assert_eq!(response.status(), StatusCode::OK);
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(bytes.len() > 4_096, "{}", bytes.len());
        held.push(bytes);
    }
    // It counts all the same, until it is sent.
    let large = || format!("{}{}", request(1), " ".repeat(4_096));
    let rejected = post(&app, "/v1/tokens", large()).await;
    assert_eq!(rejected.status(), StatusCode::SERVICE_UNAVAILABLE);
    held.clear();
    let budget = Budget::of_bytes(8_192);
    let app = TestApp::new().budget(budget).app();
    assert_eq!(
        post(&app, "/v1/tokens", large()).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn serves_small_chunked_bodies_when_the_budget_is_used_up() {
    let app = TestApp::new().budget(Budget::of_bytes(0));
    let small = app.post("/v1/tokens", JSON, chunked(request(1))).await;
    assert_eq!(small.status, 200, "{}", small.body);
    let unread = app.get_with("/ping", chunked(request(3_000))).await;
    assert_eq!(unread.status, 200, "{}", unread.body);
    let large = app.post("/v1/tokens", JSON, chunked(request(3_000))).await;
    assert_eq!(large.status, 503, "{}", large.body);
}

#[tokio::test]
async fn checks_route_and_credentials_before_the_budget() {
    let app = TestApp::told(&[("API_KEYS", "web:0123456789abcdef0123456789abcdef")])
        .budget(Budget::of_bytes(0));
    let large = || Body::from(request(3_000));
    assert_eq!(app.post("/v1/tokens", JSON, large()).await.status, 401);
    assert_eq!(app.post("/nowhere", JSON, large()).await.status, 404);
    assert_eq!(app.post("/ping", JSON, large()).await.status, 405);
}

#[tokio::test]
async fn serves_metrics_on_their_own_port_when_the_budget_is_used_up() {
    let access = MetricsAccess::Apart {
        listen: ([127, 0, 0, 1], 0).into(),
        key: None,
    };
    let server = TestApp::new().metrics(access).budget(Budget::of_bytes(0));
    let state = server.state();
    let app = App::new(
        state.clone(),
        &"*".parse().unwrap(),
        &"all".parse().unwrap(),
    );
    for path in ["/ping", "/healthz", "/readyz", "/", "/nowhere"] {
        get(&app, path).await;
    }
    let response = get(&App::watching(state), "/metrics").await;
    assert_eq!(response.status(), StatusCode::OK);
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(bytes.len() > 4_096, "{}", bytes.len());
}

async fn get(app: &App, path: &str) -> Response {
    let request = Request::get(path).header("host", "test");
    let request = request.body(Body::empty()).unwrap();
    app.clone().oneshot(request).await.unwrap()
}

/// Opens a connection whose client reads nothing and has a small receive buffer.
async fn unread(server: &Running, sent: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut connection = socket.connect(server.address).await.unwrap();
    connection.write_all(sent.as_bytes()).await.unwrap();
    connection
}

/// Repeats a large request until it is served. Returns the time that this takes and the number of 503s.
async fn served(server: &Running) -> (Duration, usize) {
    let request = posted("/v1/tokens", &request(3_000), "Connection: close\r\n");
    let start = Instant::now();
    for rejected in 0.. {
        let response = rest(&mut server.sent(&request).await).await;
        if response.starts_with("HTTP/1.1 200 ") {
            return (start.elapsed(), rejected);
        }
        assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
        assert!(start.elapsed() < Duration::from_secs(10), "{response}");
        sleep(Duration::from_millis(100)).await;
    }
    unreachable!("a server that rejects 100 requests in a row fails above")
}

fn posted(path: &str, body: &str, header: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\nContent-Type: {JSON}\r\n{header}Content-Length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn evicts_incomplete_bodies_after_a_second_when_the_budget_is_used_up() {
    let app = TestApp::new().budget(Budget::of_bytes(24 * 1024)).app();
    let server = Running::start_app(app, limits()).await;
    let mut incomplete = posted("/v1/tokens", &request(3_000), "");
    incomplete.pop();
    let mut first = server.sent(&incomplete).await;
    let _second = server.sent(&incomplete).await;
    sleep(Duration::from_millis(200)).await;
    let (waited, rejected) = served(&server).await;
    assert!(rejected > 0, "the budget was not used up");
    assert!(waited < Duration::from_secs(3), "{waited:?}");
    let response = rest(&mut first).await;
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
}

#[tokio::test]
async fn evicts_unread_responses_after_two_seconds_when_the_budget_is_used_up() {
    let app = TestApp::new().budget(Budget::of_bytes(20 * 1024)).app();
    let server = Running::start_app(app, limits()).await;
    let inspection = inspection(3_900).await;
    let app = TestApp::new();
    let report = app.post("/v1/tokens/inspect", JSON, inspection.clone().into());
    let report = report.await.body.len();
    assert!((12 * 1024..20 * 1024).contains(&report), "{report}");
    let inspection = posted("/v1/tokens/inspect", &inspection, "");
    let _unread = unread(&server, &inspection.repeat(300)).await;
    sleep(Duration::from_millis(200)).await;
    let (waited, rejected) = served(&server).await;
    assert!(rejected > 0, "the budget was not used up");
    assert!(waited < Duration::from_secs(4), "{waited:?}");
}

#[tokio::test]
async fn serves_static_bodies_when_the_budget_is_used_up() {
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

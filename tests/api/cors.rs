//! CORS: browsers on other origins, with and without a list of those allowed.

use axum::http::Method;

use crate::support::{Answer, TestApp};

const LIST: &str =
    "https://app.example.com, https://*.example.org,http://localhost:3000, capacitor://localhost";

async fn preflight(app: &TestApp, origin: &str, headers: &str) -> Answer {
    let asked = [
        ("origin", origin),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", headers),
    ];
    app.send(Method::OPTIONS, "/access_token?channel=test", &asked)
        .await
}

async fn get(app: &TestApp, target: &str, origin: &str) -> Answer {
    app.send(Method::GET, target, &[("origin", origin)]).await
}

#[tokio::test]
async fn a_preflight_allows_whatever_header_a_client_asks_for() {
    for headers in [
        "content-type",
        "content-type,x-requested-with",
        "authorization,x-anything-at-all",
    ] {
        let answer = preflight(&TestApp::new(), "https://anywhere.example", headers).await;
        answer.is(200, "");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-headers"), Some(headers));
        assert_eq!(
            answer.header("access-control-allow-methods"),
            Some("GET,HEAD,POST")
        );
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn errors_have_the_headers_too() {
    for target in ["/access_token", "/nothing"] {
        let answer = get(&TestApp::new(), target, "https://anywhere.example").await;
        assert!(answer.status.is_client_error());
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("*"),
            "{target}"
        );
    }
}

#[tokio::test]
async fn an_origin_of_the_list_is_allowed_by_its_name() {
    let app = TestApp::new().origins(LIST);
    for origin in [
        "https://app.example.com",
        "https://a.example.org",
        "https://a.b.example.org",
        "http://localhost:3000",
        "capacitor://localhost",
    ] {
        for answer in [
            get(&app, "/access_token?channel=test", origin).await,
            get(&app, "/access_token", origin).await,
            preflight(&app, origin, "content-type").await,
        ] {
            assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
            assert_eq!(answer.header("vary"), Some("origin"));
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
    }
}

#[tokio::test]
async fn an_origin_outside_the_list_is_answered_but_not_allowed() {
    let app = TestApp::new().origins(LIST);
    for origin in [
        "https://evil.example",
        "https://example.org",
        "http://a.example.org",
        "https://a.example.org:8443",
        "https://evilexample.org",
        "https://.example.org",
        "https://evil.example/a.example.org",
        "https://evil.example#.example.org",
        "https://evil@a.example.org",
        "https://app.example.com.evil.example",
        "https://app.example.co",
        "http://localhost",
        "http://localhost:30001",
        "null",
        "",
    ] {
        let answer = get(&app, "/access_token?channel=test", origin).await;
        assert_eq!(answer.status, 200, "{origin}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
        assert_eq!(answer.header("vary"), Some("origin"), "{origin}");
        let answer = preflight(&app, origin, "content-type").await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn a_request_without_an_origin_is_never_refused() {
    let answer = TestApp::new()
        .origins(LIST)
        .get("/access_token?channel=test")
        .await;
    answer.grants_006("test", "");
    assert_eq!(answer.header("vary"), Some("origin"));
}

#[tokio::test]
async fn the_port_of_a_scheme_may_be_written_out_in_the_list() {
    let app = TestApp::new().origins("HTTPS://App.Example.com:443");
    let answer = get(
        &app,
        "/access_token?channel=test",
        "https://app.example.com",
    )
    .await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://app.example.com")
    );
}

#[tokio::test]
async fn a_browser_that_asks_nothing_gets_no_preflight_answer() {
    let answer = TestApp::new()
        .send(Method::OPTIONS, "/access_token?channel=test", &[])
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("allow")),
        (405, Some("GET,HEAD"))
    );
    let answer = TestApp::new().send(Method::OPTIONS, "/nothing", &[]).await;
    assert_eq!(answer.status, 404);
}

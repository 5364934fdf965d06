//! The URLs beside the tokens: the page, health, and what is not there.

use axum::body::Body;
use axum::http::{Method, Request, Version};

use crate::support::TestApp;

#[tokio::test]
async fn the_page_says_that_the_server_runs_and_links_to_a_token() {
    let page = TestApp::new().get("/").await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(
        page.body.contains("<h1>The token server runs.</h1>"),
        "{}",
        page.body
    );
    assert!(
        page.body
            .contains("href=\"access_token?channel=test&amp;uid=1234\""),
        "{}",
        page.body
    );
    assert!(!page.body.contains("class=\"notice\""), "{}", page.body);
}

#[tokio::test]
async fn the_page_of_a_demo_says_so() {
    let page = TestApp::new().notice("Demo only.").get("/").await;
    assert!(
        page.body.contains("<p class=\"notice\">Demo only.</p>"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn the_page_runs_no_code_and_loads_nothing_from_elsewhere() {
    let page = TestApp::new().get("/").await;
    assert_eq!(
        page.header("content-security-policy"),
        Some(
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'"
        ),
    );
    let css = TestApp::new().get("/page.css").await;
    assert_eq!(
        (css.status.as_u16(), css.header("content-type")),
        (200, Some("text/css; charset=utf-8"))
    );
}

#[tokio::test]
async fn a_browser_finds_an_icon() {
    let icon = TestApp::new().get("/favicon.ico").await;
    assert_eq!(
        (icon.status.as_u16(), icon.header("content-type")),
        (200, Some("image/svg+xml"))
    );
    assert!(icon.body.starts_with("<svg "), "{}", icon.body);
}

#[tokio::test]
async fn ping_answers_pong() {
    for target in ["/ping", "/ping/"] {
        TestApp::new()
            .get(target)
            .await
            .is(200, "{\"message\":\"pong\"}");
    }
}

#[tokio::test]
async fn healthz_answers_ok() {
    for target in ["/healthz", "/healthz/"] {
        TestApp::new()
            .get(target)
            .await
            .is(200, "{\"status\":\"ok\"}");
    }
}

#[tokio::test]
async fn readyz_answers_ready() {
    for target in ["/readyz", "/readyz/"] {
        TestApp::new()
            .get(target)
            .await
            .is(200, "{\"status\":\"ready\"}");
    }
}

#[tokio::test]
async fn an_unknown_path_is_a_404_in_json() {
    for target in [
        "/nothing",
        "/access_token/x",
        "//",
        "/access_token//",
        "/%2e%2e/etc",
    ] {
        let answer = TestApp::new().get(target).await;
        answer.is_error(
            404,
            "there is nothing at this path; / shows what this server answers",
        );
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8"),
            "{target}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_switched_off_is_a_404_like_any_other() {
    let app = TestApp::new().compat("go_service");
    assert_eq!(app.get("/rtm/alice").await.status, 200);
    for target in [
        "/access_token?channel=a",
        "/channel_key?channel=a",
        "/rtcToken?channelName=a",
    ] {
        app.get(target).await.is_error(
            404,
            "there is nothing at this path; / shows what this server answers",
        );
    }
    let app = TestApp::new().compat("none");
    assert_eq!(app.get("/rtm/alice").await.status, 404);
    assert_eq!(app.get("/v1/tokens?channel=a").await.status, 200);
}

#[tokio::test]
async fn a_request_of_http_1_1_without_a_host_is_a_400() {
    let request = Request::get("/ping").body(Body::empty()).unwrap();
    let answer = TestApp::new().answer_as_is(request).await;
    answer.is_error(400, "an HTTP/1.1 request must have a Host header");
    let request = Request::get("/ping")
        .version(Version::HTTP_10)
        .body(Body::empty())
        .unwrap();
    assert_eq!(TestApp::new().answer_as_is(request).await.status, 200);
}

#[tokio::test]
async fn another_method_is_a_405_that_names_those_that_are_answered() {
    for method in [
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::TRACE,
    ] {
        let answer = TestApp::new()
            .send(method, "/access_token?channel=a", &[])
            .await;
        let error =
            "this path does not answer this method; the Allow header names those that it does";
        answer.is_error(405, error);
        assert_eq!(answer.header("allow"), Some("GET,HEAD"));
    }
}

//! The module for web pages.

use axum::http::Method;

use crate::support::TestApp;

const FILES: [(&str, &str, &str); 2] = [
    (
        "/token-client.js",
        "text/javascript; charset=utf-8",
        include_str!("../../clients/web/token-client.js"),
    ),
    (
        "/token-client.d.ts",
        "application/typescript; charset=utf-8",
        include_str!("../../clients/web/token-client.d.ts"),
    ),
];

#[tokio::test]
async fn the_module_and_its_types_are_those_of_the_package() {
    for (target, content_type, file) in FILES {
        let answer = TestApp::new().get(target).await;
        answer.is(200, file);
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("content-security-policy"), None);
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_import_it() {
    for (target, ..) in FILES {
        let origin = [("origin", "https://app.example.com")];
        let answer = TestApp::new().send(Method::GET, target, &origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let app = TestApp::new().origins("https://app.example.com");
        let answer = app.send(Method::GET, target, &origin).await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("https://app.example.com")
        );
    }
}

#[tokio::test]
async fn it_is_there_whatever_servers_are_answered_for() {
    let answer = TestApp::new()
        .compat("none")
        .send(Method::HEAD, "/token-client.js", &[])
        .await;
    answer.is(200, "");
}

//! API keys: how they are shown, and what is said when they are not right.

use axum::http::Method;
use sha2::{Digest, Sha256};

use super::{KEY, OTHER_KEY, get_as};
use crate::support::TestApp;

const TARGET: &str = "/access_token?channel=test&uid=1234";
const MISSING: &str = "an API key or a JWT is required, as Authorization: Bearer … or in X-API-Key";
const INVALID: &str = "the API key or JWT is not valid";

fn app() -> TestApp {
    TestApp::told(&[("API_KEYS", &format!("web:{KEY},jobs:{OTHER_KEY}"))])
}

/// The SHA-256 of a key in hexadecimal digits.
pub(crate) fn sha256(key: &str) -> String {
    Sha256::digest(key)
        .iter()
        .fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

#[tokio::test]
async fn a_key_is_shown_as_a_bearer_token_or_in_a_header_of_its_own() {
    let app = app();
    for (name, value) in [
        ("authorization", format!("Bearer {KEY}")),
        ("authorization", format!("bearer  {OTHER_KEY}")),
        ("x-api-key", KEY.to_owned()),
        ("X-API-Key", OTHER_KEY.to_owned()),
    ] {
        let answer = app.send(Method::GET, TARGET, &[(name, &value)]).await;
        answer.grants_006("test", "1234");
    }
}

#[tokio::test]
async fn the_digest_of_a_key_is_as_good_in_the_configuration() {
    let digest = sha256(KEY);
    let app = TestApp::told(&[("API_KEYS", &format!("web:sha256:{digest}"))]);
    assert_eq!(get_as(&app, KEY, TARGET).await.status, 200);
    assert_eq!(get_as(&app, &digest, TARGET).await.status, 401);
    assert_eq!(
        get_as(&app, &format!("sha256:{digest}"), TARGET)
            .await
            .status,
        401
    );
}

/// The digest does not show that its key is short.
#[tokio::test]
async fn rejects_a_short_key_even_if_its_digest_is_configured() {
    for short in ["hunter2", &KEY[..31]] {
        let digest = sha256(short);
        let app = TestApp::told(&[("API_KEYS", &format!("web:sha256:{digest}"))]);
        get_as(&app, short, TARGET).await.is_error(401, INVALID);
    }
}

#[tokio::test]
async fn nobody_is_a_401_with_a_challenge() {
    let answer = app().get(TARGET).await;
    answer.is_error(401, MISSING);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        answer.header("cache-control"),
        Some("private, no-cache, no-store, must-revalidate")
    );
}

#[tokio::test]
async fn another_key_is_a_401_that_says_no_more() {
    let app = app();
    for wrong in [
        &KEY[..31],
        &format!("{KEY}0"),
        &KEY.to_uppercase(),
        &format!("web:{KEY}"),
        "",
        "web",
        "a.b.c",
        "0",
    ] {
        let answer = get_as(&app, wrong, TARGET).await;
        answer.is_error(401, INVALID);
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer error=\"invalid_token\"")
        );
    }
}

#[tokio::test]
async fn the_scheme_of_someone_else_is_not_looked_at() {
    let app = app();
    let basic = ("authorization", "Basic d2ViOndlYg==");
    app.send(Method::GET, TARGET, &[basic])
        .await
        .is_error(401, MISSING);
    let both = [basic, ("x-api-key", KEY)];
    assert_eq!(app.send(Method::GET, TARGET, &both).await.status, 200);
}

#[tokio::test]
async fn a_bearer_of_nothing_is_not_valid() {
    for nothing in ["Bearer", "bearer ", "Bearer  "] {
        let headers = [("authorization", nothing)];
        let answer = app().send(Method::GET, TARGET, &headers).await;
        answer.is_error(401, INVALID);
    }
    let other = [("authorization", "Bearerless x")];
    app()
        .send(Method::GET, TARGET, &other)
        .await
        .is_error(401, MISSING);
}

#[tokio::test]
async fn two_keys_are_a_contradiction_unless_they_are_one() {
    let app = app();
    let (bearer, other) = (format!("Bearer {KEY}"), format!("Bearer {OTHER_KEY}"));
    for headers in [
        [("authorization", bearer.as_str()), ("x-api-key", OTHER_KEY)],
        [("authorization", &bearer), ("authorization", &other)],
        [("x-api-key", KEY), ("x-api-key", OTHER_KEY)],
        [("authorization", "Bearer"), ("x-api-key", KEY)],
    ] {
        app.send(Method::GET, TARGET, &headers).await.is_error(
            400,
            "Authorization and X-API-Key are given more than once and differ; send one API key or JWT",
        );
    }
    let twice = [("authorization", bearer.as_str()), ("x-api-key", KEY)];
    assert_eq!(app.send(Method::GET, TARGET, &twice).await.status, 200);
}

#[tokio::test]
async fn an_open_server_looks_at_no_credentials() {
    let app = TestApp::new();
    for headers in [
        &[("authorization", "Bearer nonsense")][..],
        &[("x-api-key", "1"), ("x-api-key", "2")],
    ] {
        assert_eq!(app.send(Method::GET, TARGET, headers).await.status, 200);
    }
}

#[tokio::test]
async fn a_header_that_is_no_text_is_a_401() {
    let mut request = axum::http::Request::get(TARGET)
        .body(axum::body::Body::empty())
        .unwrap();
    let value = axum::http::HeaderValue::from_bytes(b"\xff\xfe").unwrap();
    request.headers_mut().insert("x-api-key", value);
    app().answer(request).await.is_error(401, INVALID);
}

#[tokio::test]
async fn a_browser_may_send_either_header() {
    for header in ["authorization", "x-api-key"] {
        let asked = [
            ("origin", "https://app.example"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", header),
        ];
        let answer = app().send(Method::OPTIONS, TARGET, &asked).await;
        answer.is(200, "");
        assert_eq!(answer.header("access-control-allow-headers"), Some(header));
    }
}

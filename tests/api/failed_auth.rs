//! The limit for invalid API keys, per client address. The clock is the test's.

use std::net::SocketAddr;
use std::time::Duration;

use agora_token_server::http::Peer;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::access::api_keys::sha256;
use crate::access::{KEY, SECRET, alice, alice_with, hs256};
use crate::limit::Clock;
use crate::support::{Answer, NOW, TestApp};

const TARGET: &str = "/access_token?channel=test";
const INVALID: &str = "the API key or JWT is not valid";

/// A server that knows only the digest of its key.
fn limited(clock: &Clock, rate: &str, hops: u8, settings: &[(&str, &str)]) -> TestApp {
    let keys = format!("web:sha256:{}", sha256(KEY));
    let settings = [&[("API_KEYS", keys.as_str())], settings].concat();
    TestApp::told(&settings).failed_auth(clock.limiter(rate, hops))
}

/// A request from an address with header lines.
async fn ask(app: &TestApp, target: &str, peer: &str, headers: &[(&str, &[u8])]) -> Answer {
    let peer: SocketAddr = format!("{peer}:50000").parse().unwrap();
    let mut request = Request::get(target).extension(Peer(peer));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.answer(request.body(Body::empty()).unwrap()).await
}

async fn ask_with(app: &TestApp, peer: &str, presented: &str) -> Answer {
    ask(app, TARGET, peer, &[("x-api-key", presented.as_bytes())]).await
}

#[tokio::test]
async fn rejects_api_keys_unchecked_after_too_many_invalid_ones() {
    let clock = Clock::default();
    let app = limited(&clock, "2/min", 0, &[]);
    for wrong in ["wrong", &KEY.to_uppercase()] {
        ask_with(&app, "192.0.2.1", wrong)
            .await
            .is_error(401, INVALID);
    }
    for any in [KEY, "wrong"] {
        let answer = ask_with(&app, "192.0.2.1", any).await;
        answer.is_error(
            429,
            "this address has sent too many invalid API keys; try again in 30 s",
        );
        assert_eq!(answer.header("retry-after"), Some("30"));
        assert_eq!(
            answer.header("access-control-expose-headers"),
            Some("retry-after, x-request-id")
        );
    }
    assert_eq!(ask_with(&app, "192.0.2.2", KEY).await.status, 200);
    // What was rejected unchecked was not counted.
    clock.set(Duration::from_secs(30));
    assert_eq!(ask_with(&app, "192.0.2.1", KEY).await.status, 200);
    assert_eq!(ask_with(&app, "192.0.2.1", "wrong").await.status, 401);
    assert_eq!(ask_with(&app, "192.0.2.1", KEY).await.status, 429);
}

#[tokio::test]
async fn accepts_a_key_configured_as_text_above_the_limit() {
    let keys = format!("web:{KEY}");
    let limiter = Clock::default().limiter("1/h", 0);
    let app = TestApp::told(&[("API_KEYS", &keys)]).failed_auth(limiter);
    for status in [401, 429] {
        assert_eq!(ask_with(&app, "192.0.2.1", "wrong").await.status, status);
        assert_eq!(ask_with(&app, "192.0.2.1", KEY).await.status, 200);
    }
}

#[tokio::test]
async fn the_error_has_the_form_and_code_of_its_url() {
    let app = limited(&Clock::default(), "1/h", 0, &[]);
    ask_with(&app, "192.0.2.1", "wrong").await;
    let wrong: &[(&str, &[u8])] = &[("authorization", b"Bearer wrong")];
    let detail = "this address has sent too many invalid API keys; try again in 3600 s";
    let answer = ask(&app, "/v1/tokens?channel=test", "192.0.2.1", wrong).await;
    answer.is(
        429,
        &format!(
            r#"{{"code":"too_many_invalid_keys","detail":"{detail}","status":429,"title":"Too Many Requests","type":"about:blank"}}"#
        ),
    );
}

#[tokio::test]
async fn valid_keys_missing_credentials_and_jwts_do_not_count() {
    let app = limited(&Clock::default(), "1/h", 0, &[("JWT_SECRET", SECRET)]);
    let expired = hs256(&alice_with(json!({ "exp": NOW - 3600 })));
    for _ in 0..3 {
        assert_eq!(ask_with(&app, "192.0.2.1", KEY).await.status, 200);
        assert_eq!(ask(&app, TARGET, "192.0.2.1", &[]).await.status, 401);
        for jwt in ["a.b.c", &expired] {
            assert_eq!(ask_with(&app, "192.0.2.1", jwt).await.status, 401);
        }
    }
    assert_eq!(ask_with(&app, "192.0.2.1", "wrong").await.status, 401);
    assert_eq!(ask_with(&app, "192.0.2.1", KEY).await.status, 429);
    assert_eq!(
        ask_with(&app, "192.0.2.1", &hs256(&alice())).await.status,
        200
    );
    assert_eq!(ask_with(&app, "192.0.2.1", &expired).await.status, 401);
    assert_eq!(ask(&app, TARGET, "192.0.2.1", &[]).await.status, 401);
}

/// Such a key can only be configured by its digest.
#[tokio::test]
async fn accepts_an_api_key_in_the_form_of_a_jwt_which_never_counts() {
    let dotted = "first-part-0123456789.second-part.third";
    let digest = "90420dcb624dcaac3e56585d70a4219cf39802070d7a45fda6d8388c34a9d2e3";
    let keys = format!("web:{KEY},dotted:sha256:{digest}");
    let settings = [("API_KEYS", keys.as_str()), ("JWT_SECRET", SECRET)];
    let app = TestApp::told(&settings).failed_auth(Clock::default().limiter("1/h", 0));
    for _ in 0..3 {
        assert_eq!(ask_with(&app, "192.0.2.1", dotted).await.status, 200);
        let other = format!("{dotted}s");
        ask_with(&app, "192.0.2.1", &other)
            .await
            .is_error(401, INVALID);
    }
    assert_eq!(ask_with(&app, "192.0.2.1", "wrong").await.status, 401);
    assert_eq!(ask_with(&app, "192.0.2.1", "wrong").await.status, 429);
    assert_eq!(ask_with(&app, "192.0.2.1", dotted).await.status, 200);
}

#[tokio::test]
async fn counts_malformed_jwts_as_api_keys() {
    for wrong in [&b"a.b.c"[..], b"\xff.\xff.\xff", b"\xff", b""] {
        let app = limited(&Clock::default(), "1/h", 0, &[]);
        let headers = [("x-api-key", wrong)];
        let first = ask(&app, TARGET, "192.0.2.1", &headers).await;
        first.is_error(401, INVALID);
        assert_eq!(ask_with(&app, "192.0.2.1", KEY).await.status, 429);
    }
}

#[tokio::test]
async fn the_address_is_that_of_the_rate_limit() {
    for (hops, first, second, is_one) in [
        (
            0,
            ("192.0.2.1", "198.51.100.1"),
            ("192.0.2.1", "198.51.100.2"),
            true,
        ),
        (
            1,
            ("192.0.2.1", "198.51.100.1"),
            ("192.0.2.1", "198.51.100.2"),
            false,
        ),
        (
            1,
            ("192.0.2.1", "198.51.100.1"),
            ("192.0.2.2", "198.51.100.1"),
            true,
        ),
        (0, ("[2001:db8::1]", ""), ("[2001:db8::2]", ""), true),
        (0, ("[2001:db8::1]", ""), ("[2001:db8:0:1::1]", ""), false),
    ] {
        let app = limited(&Clock::default(), "1/h", hops, &[]);
        let mut statuses = Vec::new();
        for ((peer, forwarded), key) in [(first, "wrong"), (second, KEY)] {
            let headers = [
                ("x-api-key", key.as_bytes()),
                ("x-forwarded-for", forwarded.as_bytes()),
            ];
            let answer = ask(&app, TARGET, peer, &headers).await;
            statuses.push(answer.status.as_u16());
        }
        assert_eq!(
            statuses,
            [401, if is_one { 429 } else { 200 }],
            "{first:?} {second:?}"
        );
    }
}

/// The rate limit counts what this limit rejects, as it counts every request.
#[tokio::test]
async fn rate_limit_counts_rejected_keys() {
    let clock = Clock::default();
    let app = limited(&clock, "1/h", 0, &[]).limiter(clock.limiter("2/min", 0));
    let rate = "this client has sent more than 2 requests a minute; try again in 30 s";
    assert_eq!(ask_with(&app, "192.0.2.1", "wrong").await.status, 401);
    assert_eq!(ask_with(&app, "192.0.2.1", "wrong").await.status, 429);
    ask_with(&app, "192.0.2.1", "wrong")
        .await
        .is_error(429, rate);
}

#[tokio::test]
async fn an_open_server_counts_nothing() {
    let app = TestApp::new().failed_auth(Clock::default().limiter("1/h", 0));
    for _ in 0..3 {
        assert_eq!(ask_with(&app, "192.0.2.1", "wrong").await.status, 200);
    }
}

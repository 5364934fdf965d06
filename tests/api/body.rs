//! Request bodies: read by the routes that need one, within limits, and not waited for by the others.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
use http_body_util::StreamBody;
use tokio::time::Instant;

use crate::support::TestApp;

const TARGET: &str = "/access_token?channel=test&uid=1234";
const JSON: &str = "application/json";

#[tokio::test]
async fn the_body_of_a_get_is_ignored() {
    let body = Body::from(r#"{"uid":"5678","channelName":"other"}"#);
    TestApp::new()
        .get_with(TARGET, body)
        .await
        .grants_006("test", "1234");
    TestApp::new()
        .get_with(TARGET, Body::from(vec![0; 16 * 1024]))
        .await
        .grants_006("test", "1234");
}

#[tokio::test]
async fn a_body_of_more_than_16_kilobytes_is_a_413() {
    let answer = TestApp::new()
        .get_with(TARGET, Body::from(vec![0; 16 * 1024 + 1]))
        .await;
    answer.is_error(413, "the body has more than 16384 bytes");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
}

/// A byte each second, for ever.
fn drip() -> Body {
    let drip = futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let frame = http_body::Frame::data(Bytes::from_static(b" "));
        Some((Ok::<_, Infallible>(frame), ()))
    });
    Body::new(StreamBody::new(drip))
}

#[tokio::test(start_paused = true)]
async fn a_request_body_that_does_not_end_is_a_408_after_10_seconds() {
    let start = Instant::now();
    let response = TestApp::new().post("/v1/tokens", JSON, drip()).await;
    assert_eq!(response.status, 408);
    assert!(
        response.body.contains(
            "the request body did not arrive in time: within 10 s, or earlier while the server is full, overloaded or stopping"
        ),
        "{}",
        response.body
    );
    assert_eq!(start.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn responds_from_the_headers_when_the_body_cannot_change_the_response() {
    let guarded = TestApp::told(&[("API_KEYS", "web:0123456789abcdef0123456789abcdef")]);
    let open = TestApp::new();
    let start = Instant::now();
    for (app, method, target, content_type, status) in [
        (&open, Method::GET, TARGET, JSON, 200),
        (&open, Method::HEAD, TARGET, JSON, 200),
        (&open, Method::POST, "/nothing", JSON, 404),
        (&open, Method::POST, "/access_token", JSON, 405),
        (&open, Method::PUT, "/v1/tokens", JSON, 405),
        (&open, Method::POST, "/v1/tokens", "text/plain", 415),
        (&guarded, Method::POST, "/v1/tokens", JSON, 401),
        (&guarded, Method::POST, "/getToken", JSON, 401),
    ] {
        let request = Request::builder().method(&method).uri(target);
        let request = request.header("content-type", content_type);
        let response = app.answer(request.body(drip()).unwrap()).await;
        assert_eq!(
            response.status, status,
            "{method} {target}: {}",
            response.body
        );
    }
    assert_eq!(start.elapsed().as_secs(), 0);
}

/// A list of the chunks would take a megabyte.
#[tokio::test]
async fn a_request_body_may_arrive_byte_by_byte() {
    let mut body = br#"{"channelName":"test","uid":5}"#.to_vec();
    body.resize(16 * 1024, b' ');
    for (extra, status) in [(0, 200), (1, 413)] {
        let mut body = body.clone();
        body.extend(vec![b' '; extra]);
        let bytes = body.into_iter().map(|byte| {
            let frame = http_body::Frame::data(Bytes::copy_from_slice(&[byte]));
            Ok::<_, Infallible>(frame)
        });
        let body = Body::new(StreamBody::new(futures_util::stream::iter(bytes)));
        let response = TestApp::new().post("/api/agora/token", JSON, body).await;
        assert_eq!(response.status, status, "{}", response.body);
    }
}

#[tokio::test]
async fn a_content_type_that_only_begins_like_a_form_is_none() {
    for (kind, status) in [
        ("application/x-www-form-urlencoded", 200),
        ("Application/X-WWW-Form-Urlencoded ; charset=utf-8", 200),
        ("application/x-www-form-urlencoded;", 200),
        ("application/x-www-form-urlencodedish", 400),
        ("application/x-www-form-urlencoded+json", 400),
        ("application/x-www-form", 400),
    ] {
        let body = "channelName=test&uid=5".into();
        let answer = TestApp::new().post("/api/agora/token", kind, body).await;
        assert_eq!(answer.status, status, "{kind}: {}", answer.body);
    }
}

/// As curl sends it without `-H`.
#[tokio::test]
async fn json_that_is_called_a_form_is_json_at_the_urls_of_other_servers() {
    for (target, body) in [
        (
            "/getToken",
            r#"{"tokenType":"rtc","channel":"test","role":"publisher","uid":"5"}"#,
        ),
        (
            "/fetch_rtc_token",
            r#"{"uid":5,"ChannelName":"test","role":1}"#,
        ),
        ("/fetch_rtm_token", r#" {"uid":"alice"}"#),
        (
            "/token/generate",
            r#"{"channelName":"test","uid":"5","tokenExpireTs":600,"privilegeExpireTs":600,"serviceRtc":{"enable":true,"role":1}}"#,
        ),
        (
            "/v1/token/generate",
            r#"{"channelName":"test","uid":"5","expire":600,"type":1}"#,
        ),
        (
            "/v2/token/generate",
            r#"{"channelName":"test","uid":"5","expire":600,"types":[1]}"#,
        ),
        ("/api/agora/token", r#"{"channelName":"test","uid":5}"#),
    ] {
        let form = "application/x-www-form-urlencoded";
        let answer = TestApp::new().post(target, form, body.into()).await;
        assert_eq!(answer.status, 200, "{target}: {}", answer.body);
    }
}

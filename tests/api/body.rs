//! Bodies that no route asks for: read to their end, within limits.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use http_body_util::StreamBody;

use crate::support::TestApp;

const TARGET: &str = "/access_token?channel=test&uid=1234";

#[tokio::test]
async fn a_body_is_read_and_ignored() {
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

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_is_a_408_after_10_seconds() {
    let start = tokio::time::Instant::now();
    let drip = futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        Some((
            Ok::<_, Infallible>(http_body::Frame::data(Bytes::from_static(b"x"))),
            (),
        ))
    });
    let answer = TestApp::new()
        .get_with(TARGET, Body::new(StreamBody::new(drip)))
        .await;
    answer.is_error(408, "the body did not arrive within 10 seconds");
    assert_eq!(start.elapsed().as_secs(), 10);
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

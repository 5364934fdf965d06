//! The `DemoServer` of Agora's npm packages.

use crate::compat::{JSON, refuse, succeed};
use crate::support::TestApp;

const KEY: &str = r#"{"key":"TOKEN"}"#;

#[tokio::test]
async fn its_clients_get_a_key() {
    succeed(
        &TestApp::new(),
        &[
            (
                "GET /rtcToken?channelName=test&uid=1234",
                KEY,
                &["3600 s, rtc(test, 1234): 1 2 3 4"],
            ),
            (
                "GET /rtcToken/?CHANNELNAME=a%20b&UID=0",
                KEY,
                &["3600 s, rtc(a b, ): 1 2 3 4"],
            ),
            (
                "GET /rtcToken?channelName=test",
                KEY,
                &["3600 s, rtc(test, ): 1 2 3 4"],
            ),
            (
                "GET /rtmToken?account=alice",
                KEY,
                &["3600 s, rtm(alice): 1"],
            ),
        ],
    )
    .await;
    succeed(
        &TestApp::new().default_ttl(900),
        &[
            (
                "GET /rtcToken?channelName=test&uid=1234",
                KEY,
                &["900 s, rtc(test, 1234): 1 2 3 4"],
            ),
            (
                "GET /rtmToken?account=alice",
                KEY,
                &["900 s, rtm(alice): 1"],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_refusal_says_why_in_error() {
    let table = [
        ("GET /rtcToken", "channel name is required"),
        (
            "GET /rtcToken/?channelName=&uid=1",
            "channel name is required",
        ),
        ("GET /rtmToken", "account is required"),
        ("GET /rtmToken/?account=", "account is required"),
        (
            "GET /rtmToken?account=a%07",
            "account has '\\u{7}' at position 2; allowed are all but control characters",
        ),
    ];
    refuse(&table, JSON, |error| {
        serde_json::json!({ "error": error }).to_string()
    })
    .await;
}

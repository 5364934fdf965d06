//! Servers written from the vendor's coding guides.

use crate::compat::{JSON, refuse, succeed};
use crate::support::TestApp;

const SUBSCRIBER: &str = r#"{"token":"TOKEN","appId":"970CA35de60c44645bbae8a215061b33","channelName":"test","uid":1234,"expiresAt":1700003600}"#;
const ACCOUNT: &str = r#"{"token":"TOKEN","appId":"970CA35de60c44645bbae8a215061b33","channelName":"a b","uid":"alice","expiresAt":1700003600}"#;
const ANYBODY: &str = r#"{"token":"TOKEN","appId":"970CA35de60c44645bbae8a215061b33","channelName":"test","uid":0,"expiresAt":1700003600}"#;

#[tokio::test]
async fn the_answer_says_what_the_token_is_for() {
    let app = TestApp::new();
    succeed(
        &app,
        &[
            (
                "GET /api/agora/token?channelName=test&uid=1234&role=subscriber",
                SUBSCRIBER,
                &["3600 s, rtc(test, 1234): 1"],
            ),
            (
                "GET /api/agora/token/?channel=test&uid=1234&role=1",
                SUBSCRIBER,
                &["3600 s, rtc(test, 1234): 1 2 3 4"],
            ),
            (
                "GET /api/agora/token?CHANNELNAME=a+b&UID=alice&Role=HOST",
                ACCOUNT,
                &["3600 s, rtc(a b, alice): 1 2 3 4"],
            ),
            (
                "GET /api/agora/token?channelName=test",
                ANYBODY,
                &["3600 s, rtc(test, ): 1"],
            ),
            (
                r#"POST /api/agora/token {"channelName":"test","uid":1234,"role":"publisher"}"#,
                SUBSCRIBER,
                &["3600 s, rtc(test, 1234): 1 2 3 4"],
            ),
            (
                r#"POST /api/agora/token/ {"channel":"test","uid":"1234","role":2}"#,
                SUBSCRIBER,
                &["3600 s, rtc(test, 1234): 1"],
            ),
            (
                r#"POST /api/agora/token {"channelName":"test","uid":0}"#,
                ANYBODY,
                &["3600 s, rtc(test, ): 1"],
            ),
            (
                "FORM /api/agora/token channelName=a+b&uid=alice",
                ACCOUNT,
                &["3600 s, rtc(a b, alice): 1"],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn default_ttl_is_in_the_answer_and_in_the_token() {
    let body = SUBSCRIBER.replace("1700003600", "1700000900");
    succeed(
        &TestApp::new().default_ttl(900),
        &[(
            "GET /api/agora/token?channelName=test&uid=1234",
            &body,
            &["900 s, rtc(test, 1234): 1"],
        )],
    )
    .await;
}

#[tokio::test]
async fn a_refusal_says_why_in_error() {
    let role =
        "role \"3\" must be publisher (also 1, host, broadcaster) or subscriber (also 2, audience)";
    let table = [
        ("GET /api/agora/token", "channel name is required"),
        (
            r#"POST /api/agora/token {"uid":1}"#,
            "channel name is required",
        ),
        ("GET /api/agora/token?channel=test&role=3", role),
        (r#"POST /api/agora/token {"channel":"test","role":3}"#, role),
        (
            r#"POST /api/agora/token {"channel":"test","uid":4294967296}"#,
            "uid \"4294967296\" must be a number from 0 to 4294967295",
        ),
        (
            r#"POST /api/agora/token {"channel":"test","uid":-1}"#,
            "uid \"-1\" must be a number from 0 to 4294967295",
        ),
        (
            r#"POST /api/agora/token {"channel":"a","channelName":"b"}"#,
            "channelName and channel mean the same and differ; send one of them",
        ),
    ];
    refuse(&table, JSON, |error| {
        serde_json::json!({ "error": error }).to_string()
    })
    .await;
}

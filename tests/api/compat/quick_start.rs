//! The conversational-AI quick start.

use crate::compat::{JSON, refuse, succeed};
use crate::support::TestApp;

#[tokio::test]
async fn its_client_gets_one_token_for_channel_and_signaling() {
    succeed(
        &TestApp::new(),
        &[
            (
                "GET /api/generate-agora-token?uid=1234&channel=test",
                r#"{"token":"TOKEN","uid":"1234","channel":"test"}"#,
                &["3600 s, rtc(test, 1234): 1 2 3 4; rtm(1234): 1"],
            ),
            (
                "GET /api/generate-agora-token/?UID=alice&Channel=a%2Bb",
                r#"{"token":"TOKEN","uid":"alice","channel":"a+b"}"#,
                &["3600 s, rtc(a+b, alice): 1 2 3 4; rtm(alice): 1"],
            ),
            (
                "GET /api/generate-agora-token?channel=test",
                r#"{"token":"TOKEN","uid":"0","channel":"test"}"#,
                &["3600 s, rtc(test, ): 1 2 3 4; rtm(): 1"],
            ),
            (
                "GET /api/generate-agora-token?uid=0&channel=test",
                r#"{"token":"TOKEN","uid":"0","channel":"test"}"#,
                &["3600 s, rtc(test, ): 1 2 3 4; rtm(): 1"],
            ),
        ],
    )
    .await;
    succeed(
        &TestApp::new().default_ttl(900),
        &[(
            "GET /api/generate-agora-token?uid=1234&channel=test",
            r#"{"token":"TOKEN","uid":"1234","channel":"test"}"#,
            &["900 s, rtc(test, 1234): 1 2 3 4; rtm(1234): 1"],
        )],
    )
    .await;
}

/// Of the tests' time, and of the tests' random number.
#[tokio::test]
async fn a_channel_is_made_up_when_none_is_sent() {
    let channel = "ai-conversation-1700000000-0000000100000001";
    let body = format!(r#"{{"token":"TOKEN","uid":"7","channel":"{channel}"}}"#);
    let grant = format!("3600 s, rtc({channel}, 7): 1 2 3 4; rtm(7): 1");
    for line in [
        "GET /api/generate-agora-token?uid=7",
        "GET /api/generate-agora-token/?uid=7&channel=",
    ] {
        succeed(&TestApp::new(), &[(line, &body, &[&grant])]).await;
    }
}

#[tokio::test]
async fn a_refusal_has_details() {
    let allowed = "allowed are a-z A-Z 0-9, space and !#$%&()+-:;<=.>?@[]^_{}|~,";
    let position = format!("channel has '*' at position 2; {allowed}");
    let table = [
        (
            "GET /api/generate-agora-token?channel=a*",
            position.as_str(),
        ),
        (
            "GET /api/generate-agora-token?uid=:uid",
            "uid is \":uid\", the placeholder of a URL template; put the real value there",
        ),
        (
            "GET /api/generate-agora-token?uid=1&uid=1",
            "uid is given more than once; send it once",
        ),
    ];
    refuse(&table, JSON, |details| {
        format!(
            r#"{{"error":"Failed to generate Agora token","details":{}}}"#,
            serde_json::json!(details)
        )
    })
    .await;
}

//! The keys of SDKs before 2.1.

use agora_token_server::token::v005::{KeyKind, Unverified, Upload};
use agora_token_server::token::{SignedBy, Text, UnixTime};

use crate::compat::{JSON, ask, redacted, refuse};
use crate::support::{NOW, TestApp, project};

const DAY: u32 = 86_400;

/// Asks, and compares the body, what the key is for, for whom, and when it ends.
async fn succeeds(
    app: &TestApp,
    line: &str,
    body: &str,
    kind: KeyKind,
    (channel, uid): (&str, u32),
    end: u32,
) {
    let answer = ask(app, line).await;
    assert_eq!(answer.status, 200, "{line}: {}", answer.body);
    assert_eq!(answer.header("content-type"), Some(JSON), "{line}");
    let (redacted, keys) = redacted(&answer.body);
    assert_eq!(redacted, body, "{line}");
    let key = Unverified::parse(&keys[0]).unwrap();
    let channel = Text::new(channel).unwrap();
    assert_eq!(
        key.verify(&project(), &channel, uid),
        Ok(SignedBy::Primary),
        "{line}"
    );
    let message = key.message;
    assert_eq!(message.kind(), Some(kind), "{line}");
    let times = (message.issued_at, message.ends_at);
    let expected = (UnixTime::from_seconds(NOW), UnixTime::from_seconds(end));
    assert_eq!(times, expected, "{line}");
}

#[tokio::test]
async fn a_channel_key_is_for_a_channel_a_uid_and_a_time() {
    for (line, bound, end) in [
        ("GET /channel_key?channel=test", ("test", 0), 0),
        ("GET /channel_key/?channel=test&uid=0", ("test", 0), 0),
        ("GET /channel_key?channel=test&uid=1234", ("test", 1234), 0),
        (
            "GET /channel_key?CHANNEL=a%20b&Uid=4294967295&EXPIREDTS=1700000600",
            ("a b", u32::MAX),
            NOW + 600,
        ),
        (
            "GET /channel_key?channel=test&uid=1&expiredTs=1800000000",
            ("test", 1),
            NOW + DAY,
        ),
        (
            "GET /channel_key?channel=test&uid=1&expiredTs=0",
            ("test", 1),
            0,
        ),
    ] {
        let body = r#"{"channel_key":"TOKEN"}"#;
        succeeds(
            &TestApp::new(),
            line,
            body,
            KeyKind::MediaChannel,
            bound,
            end,
        )
        .await;
    }
}

#[tokio::test]
async fn a_permission_key_is_for_what_may_be_sent() {
    for (permission, upload) in [("0", Upload::Nothing), ("3", Upload::AudioAndVideo)] {
        for slash in ["", "/"] {
            let line = format!(
                "GET /in_channel_permission_key{slash}?channel=test&uid=1234&permission={permission}&expiredTs=1700000600"
            );
            let body = r#"{"in_channel_permission_key":"TOKEN"}"#;
            let kind = KeyKind::InChannelPermission(upload);
            succeeds(
                &TestApp::new(),
                &line,
                body,
                kind,
                ("test", 1234),
                NOW + 600,
            )
            .await;
        }
    }
}

#[tokio::test]
async fn default_ttl_ends_a_key_for_which_no_end_is_named() {
    let app = TestApp::new().default_ttl(900);
    for (query, end) in [("", NOW + 900), ("&expiredTs=0", 0)] {
        let line = format!("GET /channel_key?channel=test&uid=1{query}");
        let body = r#"{"channel_key":"TOKEN"}"#;
        succeeds(&app, &line, body, KeyKind::MediaChannel, ("test", 1), end).await;
    }
}

#[tokio::test]
async fn a_refusal_says_why_in_error() {
    let table = [
        ("GET /channel_key", "channel name is required"),
        ("GET /channel_key/?uid=1", "channel name is required"),
        (
            "GET /channel_key?channel=test&uid=alice",
            r#"uid "alice" must be a number from 0 to 4294967295"#,
        ),
        (
            "GET /channel_key?channel=test&uid=4294967296",
            r#"uid "4294967296" must be a number from 0 to 4294967295"#,
        ),
        (
            "GET /channel_key?channel=test&uid=007",
            r#"uid "007" must be a number from 0 to 4294967295"#,
        ),
        (
            "GET /channel_key?channel=test&uid=-1",
            r#"uid "-1" must be a number from 0 to 4294967295"#,
        ),
        (
            "GET /channel_key?channel=test&expiredTs=3600",
            "expiredTs 3600 is in the past; expiredTs is an absolute Unix time in seconds",
        ),
        (
            "GET /in_channel_permission_key?permission=0",
            "channel name is required",
        ),
        (
            "GET /in_channel_permission_key?channel=test",
            "permission is required",
        ),
        (
            "GET /in_channel_permission_key?channel=test&permission=1",
            r#"permission "1" must be 0 (nothing) or 3 (audio and video)"#,
        ),
    ];
    refuse(&table, JSON, |error| {
        serde_json::json!({ "error": error }).to_string()
    })
    .await;
}

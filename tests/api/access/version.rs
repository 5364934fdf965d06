//! Which token version a caller gets: restricted callers get no 006 tokens, whose channel and uid their holder can alter.

use serde_json::{Value, json};

use super::server::Server;
use super::{KEY, SECRET, alice, alice_with, get_as, hs256, post_as};
use crate::support::{Answer, TestApp};

const REASON: &str = "version 006 is not available to this caller: the holder of a 006 token can alter its channel and uid; \
                      request version 007, or omit `version`";

#[track_caller]
fn is_rejected(answer: &Answer, code: &str, detail: &str) {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (answer.status.as_u16(), &body["code"], &body["detail"]),
        (403, &json!(code), &json!(detail))
    );
}

/// Requests every 006 token of `/v1/tokens`.
async fn request_006(app: &TestApp, credentials: &str) -> Vec<Answer> {
    let mut answers = Vec::new();
    for service in [
        json!({ "service": "rtc", "channel": "test" }),
        json!({ "service": "rtc", "channel": "test", "privileges": ["rtm_login"] }),
        json!({ "service": "rtm", "user_id": "alice" }),
    ] {
        let body = json!({ "version": "006", "services": [service] });
        answers.push(post_as(app, credentials, "/v1/tokens", &body).await);
    }
    answers
}

#[tokio::test]
async fn rejects_version_006_for_restricted_callers() {
    let keys = format!("web:{KEY}");
    let jwt = hs256(&alice_with(json!({ "agora_role": "admin" })));
    for (settings, credentials) in [
        (&[("JWT_SECRET", SECRET)][..], jwt.as_str()),
        (&[("ALLOWED_CHANNELS", "test")], ""),
        (&[("ALLOWED_SERVICES", "rtc,rtm")], ""),
        (&[("ALLOWED_CHANNELS", "*"), ("API_KEYS", &keys)], KEY),
    ] {
        let app = TestApp::told(settings);
        for answer in request_006(&app, credentials).await {
            is_rejected(&answer, "version_not_allowed", REASON);
        }
    }
}

#[tokio::test]
async fn issues_version_006_to_callers_without_restrictions() {
    let keys = format!("web:{KEY}");
    for (settings, credentials) in [
        (&[][..], ""),
        (&[("MAX_TTL", "600")], ""),
        (&[("API_KEYS", keys.as_str()), ("JWT_SECRET", SECRET)], KEY),
        (
            &[
                ("ALLOWED_CHANNELS", "test"),
                ("ALLOW_RESTRICTED_006", "true"),
            ],
            "",
        ),
    ] {
        let app = TestApp::told(settings);
        for answer in request_006(&app, credentials).await {
            assert_eq!(answer.status, 200, "{settings:?}: {}", answer.body);
            assert!(
                answer.body.starts_with(r#"{"token":"006"#),
                "{}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn access_token_issues_007_to_restricted_callers_and_006_to_others() {
    let keys = format!("web:{KEY}");
    let app = TestApp::told(&[("API_KEYS", &keys), ("JWT_SECRET", SECRET)]);
    let target = "/access_token?channel=test";
    get_as(&app, KEY, target).await.grants_006("test", "");
    get_as(&app, &hs256(&alice()), target)
        .await
        .grants_rtc_007("test", "alice");
    TestApp::told(&[("MAX_TTL", "600")])
        .get(target)
        .await
        .grants_006("test", "");
    for limit in [("ALLOWED_CHANNELS", "test"), ("ALLOWED_SERVICES", "rtc")] {
        TestApp::told(&[limit])
            .get(target)
            .await
            .grants_rtc_007("test", "");
        // The override allows 006 on request; the default stays 007.
        let app = TestApp::told(&[limit, ("ALLOW_RESTRICTED_006", "true")]);
        app.get(target).await.grants_rtc_007("test", "");
    }
}

#[tokio::test]
async fn the_webhook_never_decides_about_a_006_token() {
    let webhook = Server::start().await;
    let app = TestApp::told(&[("AUTHORIZE_URL", &webhook.url("/may"))]);
    for answer in request_006(&app, "").await {
        is_rejected(&answer, "version_not_allowed", REASON);
    }
    assert_eq!(webhook.count(), 0);
    app.get("/access_token?channel=test")
        .await
        .grants_rtc_007("test", "");
    assert_eq!(webhook.count(), 1);
}

#[tokio::test]
async fn rtm_login_in_a_006_token_for_a_channel_counts_as_service_rtm() {
    let allowed = ("ALLOW_RESTRICTED_006", "true");
    let app = TestApp::told(&[("ALLOWED_SERVICES", "rtc"), allowed]);
    let [join, login, _] = &request_006(&app, "").await[..] else {
        panic!()
    };
    assert_eq!(join.status, 200, "{}", join.body);
    is_rejected(
        login,
        "service_refused",
        "tokens for the service rtm are not made here",
    );

    let app = TestApp::told(&[("JWT_SECRET", SECRET), allowed]);
    let admin = hs256(&alice_with(json!({ "agora_role": "admin" })));
    let [join, login, own] = &request_006(&app, &admin).await[..] else {
        panic!()
    };
    assert_eq!((join.status.as_u16(), own.status.as_u16()), (200, 200));
    let detail = "the privilege rtm_login in a 006 token for a channel is for back ends with an API key, not for users";
    is_rejected(login, "users_refused", detail);
}

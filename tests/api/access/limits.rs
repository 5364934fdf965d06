//! What no token exceeds, whoever asks: on an open server as well.

use serde_json::{Value, json};

use super::{KEY, OTHER_KEY, alice_with, get_as, hs256, post_as, privileges, with_secret};
use crate::support::{NOW, TestApp};

#[tokio::test]
async fn nothing_lasts_longer_than_the_limit() {
    let app = TestApp::told(&[("MAX_TTL", "600")]);
    let ends = async |target: &str| -> Vec<(u16, u32)> {
        let granted = app.get(target).await.grants_006("test", "1");
        granted.privileges.iter().collect()
    };
    let limit = [(1, NOW + 600)];
    assert_eq!(ends("/access_token?channel=test&uid=1").await, limit);
    let later = NOW + 7200;
    assert_eq!(
        ends(&format!(
            "/access_token?channel=test&uid=1&expiredTs={later}"
        ))
        .await,
        limit
    );
    assert_eq!(
        ends("/access_token?channel=test&uid=1&expireTime=900").await,
        limit
    );
    assert_eq!(
        ends("/access_token?channel=test&uid=1&expireTime=60").await,
        [(1, NOW + 60)]
    );

    let answer = app.get("/api/agora/token?channelName=test").await;
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(answer["expiresAt"], NOW + 600);
    for (version, service) in [("006", "rtm"), ("007", "rtm")] {
        let target = format!("/v1/tokens?version={version}&service={service}&user_id=a&ttl=86400");
        let answer: Value = serde_json::from_str(&app.get(&target).await.body).unwrap();
        assert_eq!(answer["expires_at"], NOW + 600, "{version}");
    }
    let key = "/v1/tokens?version=005&service=media_channel&channel=test";
    let answer: Value = serde_json::from_str(&app.get(key).await.body).unwrap();
    assert_eq!(answer["expires_at"], NOW + 600);
    let without_end = app.get("/channel_key?channel=test").await.body;
    let key = json!({ "token": without_end.split('"').nth(3) });
    let read = post_as(&app, "", "/v1/tokens/inspect", &key).await.body;
    assert!(
        read.contains(&format!("\"expires_at\":{}", NOW + 600)),
        "{read}"
    );
}

#[tokio::test]
async fn other_channels_are_refused() {
    let app = TestApp::told(&[("ALLOWED_CHANNELS", "lobby,room-*-eu")]);
    for (channel, status) in [
        ("lobby", 200),
        ("room-1-eu", 200),
        ("room--eu", 200),
        ("room-eu", 403),
        ("Lobby", 403),
    ] {
        let answer = app.get(&format!("/access_token?channel={channel}")).await;
        assert_eq!(answer.status, status, "{channel}: {}", answer.body);
    }
    let refusal = "tokens for the channel \"other\" are not made here";
    app.get("/access_token?channel=other")
        .await
        .is_error(403, refusal);
    let room = json!({ "services": [{ "service": "apaas", "room": "other", "user": "a" }] });
    assert_eq!(post_as(&app, "", "/v1/tokens", &room).await.status, 403);
    assert_eq!(app.get("/rtm/alice").await.status, 200);
}

#[tokio::test]
async fn other_services_are_refused() {
    let app = TestApp::told(&[("ALLOWED_SERVICES", "rtc, Convo_AI")]);
    for (target, status) in [
        ("/access_token?channel=a", 200),
        ("/channel_key?channel=a", 200),
        ("/v1/tokens?service=convo_ai", 200),
        ("/v1/tokens?service=rtm&user_id=a", 403),
        ("/v1/tokens?version=006&service=rtm&user_id=a", 403),
        ("/v1/tokens?service=rtc_with_rtm&channel=a&uid=1", 403),
        ("/api/generate-agora-token", 403),
    ] {
        let answer = app.get(target).await;
        assert_eq!(answer.status, status, "{target}: {}", answer.body);
    }
    let refusal = "tokens for the service rtm are not made here";
    app.get("/rtmToken?account=a").await.is_error(403, refusal);
}

#[tokio::test]
async fn users_have_their_own_limits_within_those_of_all() {
    let app = with_secret(&[("MAX_TTL", "600"), ("ALLOWED_CHANNELS", "test")]);
    let jwt = hs256(&alice_with(json!({ "agora_max_ttl": 7200 })));
    let granted = get_as(&app, &jwt, "/access_token?channel=test")
        .await
        .grants_rtc_007("test", "alice");
    assert_eq!(privileges(&granted), [(1, 600)]);
    let refusal = "tokens for the channel \"room-1\" are not made here";
    get_as(&app, &jwt, "/access_token?channel=room-1")
        .await
        .is_error(403, refusal);
}

const EVERY: &str = "/rtc/*/publisher/uid/0";

#[tokio::test]
async fn every_channel_at_once_is_nobodys_unless_it_is_allowed() {
    let refusal = "the channel * is every channel, and tokens for it are not made here";
    for target in ["/rtcToken?channelName=*", "/rtcToken?channelName=%2A&uid=0"] {
        TestApp::new().get(target).await.is_error(403, refusal);
    }
    assert_eq!(TestApp::new().get(EVERY).await.status, 403);
    assert_eq!(
        TestApp::told(&[("ALLOW_WILDCARD", "true")])
            .get(EVERY)
            .await
            .status,
        200
    );
    let both = [("ALLOW_WILDCARD", "true"), ("ALLOWED_CHANNELS", "*")];
    assert_eq!(TestApp::told(&both).get(EVERY).await.status, 200);
}

#[tokio::test]
async fn every_channel_at_once_is_known_to_rtc_of_007_alone() {
    let app = TestApp::told(&[("ALLOW_WILDCARD", "true")]);
    let refusal =
        "only the service rtc of a token of version 007 can be for the channel *, every channel";
    for target in [
        "/access_token?channel=*",
        "/access_token?channel=%2A&uid=0",
        "/channel_key?channel=*",
    ] {
        app.get(target).await.is_error(400, refusal);
        TestApp::new().get(target).await.is_error(400, refusal);
    }
    let detail = "services[0].channel is *, every channel, which only the service rtc of a token of version 007 can be for";
    for target in [
        "/v1/tokens?version=006&channel=*",
        "/v1/tokens?service=streaming&channel=*",
        "/v1/tokens?version=005&service=recording&channel=*",
    ] {
        let answer = app.get(target).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            (answer.status.as_u16(), &body["code"]),
            (400, &"wildcard_misplaced".into())
        );
        assert_eq!(body["detail"], detail);
    }
    assert_eq!(app.get("/v1/tokens?channel=*").await.status, 200);
}

#[tokio::test]
async fn every_channel_at_once_wants_a_right_of_the_callers_own() {
    let keys = format!("web:{KEY},jobs*:{OTHER_KEY}");
    let app = TestApp::told(&[("ALLOW_WILDCARD", "true"), ("API_KEYS", &keys)]);
    assert_eq!(get_as(&app, OTHER_KEY, EVERY).await.status, 200);
    let refusal = "the channel * is every channel, and the caller has no right to that";
    get_as(&app, KEY, "/rtcToken?channelName=*")
        .await
        .is_error(403, refusal);

    let every = hs256(&alice_with(json!({ "agora_channels": "*" })));
    let rooms = hs256(&alice_with(json!({ "agora_channels": ["room-*", "**"] })));
    let unnamed = hs256(&alice_with(json!({ "agora_channels": null })));
    let allowed = with_secret(&[("ALLOW_WILDCARD", "true"), ("JWT_DEFAULT_CHANNELS", "*")]);
    let target = "/rtcToken?channelName=*";
    assert_eq!(get_as(&allowed, &every, target).await.status, 200);
    get_as(&allowed, &rooms, target)
        .await
        .is_error(403, refusal);
    get_as(&allowed, &unnamed, target)
        .await
        .is_error(403, refusal);
    assert_eq!(get_as(&with_secret(&[]), &every, target).await.status, 403);
}

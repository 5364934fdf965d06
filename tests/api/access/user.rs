//! What users get: tokens for themselves, for their channels, up to their role and lifetime, at every kind of service.

use serde_json::{Value, json};

use super::{alice_with, get_as, hs256, post_as, privileges, with_secret};
use crate::support::{Answer, NOW, TestApp};

/// Asks for a token with some services, as Alice with other claims.
async fn ask(claims: Value, request: Value) -> Answer {
    post_as(
        &with_secret(&[("ALLOW_RESTRICTED_006", "true")]),
        &hs256(&alice_with(claims)),
        "/v1/tokens",
        &request,
    )
    .await
}

async fn ask_for(claims: Value, service: Value) -> Answer {
    ask(claims, json!({ "services": [service] })).await
}

#[track_caller]
fn is_refused(answer: &Answer, code: &str, detail: &str) {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (answer.status.as_u16(), &body["code"], &body["detail"]),
        (403, &code.into(), &detail.into()),
        "{}",
        answer.body
    );
}

fn bound(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str::<Value>(&answer.body).unwrap()["services"].take()
}

#[tokio::test]
async fn a_user_who_names_no_uid_gets_its_own() {
    let hour = NOW + 3600;
    for (sub, user) in [
        (json!("alice"), json!({ "account": "alice" })),
        (json!(1234), json!({ "uid": 1234 })),
    ] {
        for asked in [json!({}), json!({ "uid": 0 })] {
            let mut service = json!({ "service": "rtc", "channel": "test" });
            service
                .as_object_mut()
                .unwrap()
                .extend(asked.as_object().unwrap().clone());
            let services = bound(&ask_for(json!({ "sub": sub }), service).await);
            let mut expected = json!([{ "service": "rtc", "channel": "test", "privileges": { "join_channel": hour } }]);
            expected[0]
                .as_object_mut()
                .unwrap()
                .extend(user.as_object().unwrap().clone());
            assert_eq!(services, expected);
        }
    }
}

#[tokio::test]
async fn a_user_may_name_itself_and_nobody_else() {
    let own = [
        json!({ "service": "rtc", "channel": "test", "account": "alice" }),
        json!({ "service": "streaming", "channel": "room-1", "account": "alice" }),
        json!({ "service": "fcdn", "channel": "room-1", "account": "alice" }),
        json!({ "service": "rtm", "user_id": "alice" }),
        json!({ "service": "rtm2", "user_id": "alice" }),
        json!({ "service": "chat", "user_id": "alice" }),
        json!({ "service": "apaas", "user": "alice" }),
        json!({ "service": "apaas", "user": "alice", "room": "room-1", "role": 2 }),
        json!({ "service": "rtc_with_rtm", "channel": "test", "account": "alice" }),
        json!({ "service": "education_room_user", "room": "room-1", "user": "alice", "role": 2 }),
        json!({ "service": "convo_ai_with_rtc", "channel": "test", "account": "alice" }),
        json!({ "service": "stt_with_rtc", "channel": "test", "account": "alice" }),
    ];
    for service in own {
        bound(&ask_for(json!({}), service.clone()).await);
        let text = service.to_string();
        if text.contains("alice") {
            let others = serde_json::from_str(&text.replace("alice", "bob")).unwrap();
            let answer = ask_for(json!({}), others).await;
            is_refused(
                &answer,
                "user_refused",
                "\"bob\" is another user than the caller \"alice\"",
            );
        }
        for channel in ["test", "room-1"] {
            if text.contains(channel) {
                let others = serde_json::from_str(&text.replace(channel, "closed")).unwrap();
                let answer = ask_for(json!({}), others).await;
                is_refused(
                    &answer,
                    "channel_refused",
                    "the channel \"closed\" is none that the caller may join",
                );
            }
        }
    }
}

#[tokio::test]
async fn a_number_and_its_digits_are_one_user() {
    let bob = json!({ "sub": 7 });
    bound(
        &ask_for(
            bob.clone(),
            json!({ "service": "rtc", "channel": "test", "account": "7" }),
        )
        .await,
    );
    bound(&ask_for(bob.clone(), json!({ "service": "rtm", "user_id": "7" })).await);
    let answer = ask_for(
        bob,
        json!({ "service": "rtc", "channel": "test", "uid": 8 }),
    )
    .await;
    is_refused(
        &answer,
        "user_refused",
        "\"8\" is another user than the caller \"7\"",
    );
}

#[tokio::test]
async fn one_service_of_several_that_is_refused_refuses_all() {
    let request = json!({ "services": [
        { "service": "rtc", "channel": "test", "account": "alice" },
        { "service": "rtm", "user_id": "bob" },
    ]});
    assert_eq!(ask(json!({}), request).await.status, 403);
}

#[tokio::test]
async fn what_is_for_servers_is_not_for_users() {
    let not = |what| format!("{what} is for back ends with an API key, not for users");
    let permissions = json!({ "message_channels": { "read": ["test"] } });
    for (service, what) in [
        (json!({ "service": "chat" }), "a chat token without a user"),
        (
            json!({ "service": "apaas" }),
            "a classroom token without a user",
        ),
        (
            json!({ "service": "chat", "user_id": "alice", "privileges": ["user", "app"] }),
            "the privilege app",
        ),
        (
            json!({ "service": "apaas", "user": "alice", "privileges": ["app"] }),
            "the privilege app",
        ),
        (
            json!({ "service": "rtm2", "user_id": "alice", "permissions": permissions }),
            "a list of permissions of rtm2",
        ),
        (json!({ "service": "fpa" }), "fpa without rtc"),
        (json!({ "service": "convo_ai" }), "convo_ai without rtc"),
        (json!({ "service": "stt" }), "stt without rtc"),
    ] {
        for role in ["subscriber", "admin"] {
            let answer = ask_for(json!({ "agora_role": role }), service.clone()).await;
            is_refused(&answer, "users_refused", &not(what));
        }
    }
}

#[tokio::test]
async fn what_names_nobody_stands_beside_the_users_own_channel() {
    for service in ["fpa", "convo_ai", "stt"] {
        let beside = |channel: &str| {
            json!({ "services": [
                { "service": service },
                { "service": "rtc", "channel": channel, "account": "alice" },
            ]})
        };
        bound(&ask(json!({}), beside("test")).await);
        assert_eq!(ask(json!({}), beside("closed")).await.status, 403);
    }
}

/// What needs which role at least, for the user 7 and the channel "test".
pub(super) fn by_role() -> Vec<(Value, &'static str)> {
    let rtc = |role: &str| json!({ "service": "rtc", "channel": "test", "role": role });
    let simple = |role: &str| json!({ "version": "006", "services": [rtc(role)] });
    let key = |service: &str| json!({ "version": "005", "services": [{ "service": service, "channel": "test" }] });
    let send = json!({ "version": "005", "services": [
        { "service": "in_channel_permission", "channel": "test", "upload": "audio_and_video" },
    ]});
    let teacher =
        json!({ "services": [{ "service": "apaas", "room": "test", "user": "7", "role": 1 }] });
    let many = |service: Value| json!({ "services": [service] });
    let watch = json!({ "service": "fcdn", "channel": "test", "privileges": ["play"] });
    vec![
        (many(rtc("subscriber")), "subscriber"),
        (many(rtc("publisher")), "publisher"),
        (simple("simple_attendee"), "publisher"),
        (simple("simple_subscriber"), "admin"),
        (simple("simple_publisher"), "admin"),
        (simple("simple_admin"), "admin"),
        (
            many(json!({ "service": "streaming", "channel": "test" })),
            "publisher",
        ),
        (
            many(json!({ "service": "fcdn", "channel": "test" })),
            "publisher",
        ),
        (many(watch), "subscriber"),
        (key("media_channel"), "subscriber"),
        (key("recording"), "admin"),
        (key("public_sharing"), "admin"),
        (send, "publisher"),
        (teacher, "admin"),
    ]
}

pub(super) const ROLES: [&str; 3] = ["subscriber", "publisher", "admin"];

#[tokio::test]
async fn a_role_caps_what_may_be_done() {
    for (request, least) in by_role() {
        let least = ROLES.iter().position(|role| *role == least).unwrap();
        for (index, role) in ROLES.iter().enumerate() {
            let answer = ask(json!({ "sub": 7, "agora_role": role }), request.clone()).await;
            let expected = if index < least { 403 } else { 200 };
            assert_eq!(
                answer.status, expected,
                "{role}: {request}: {}",
                answer.body
            );
        }
        let unnamed = ask(json!({ "sub": 7 }), request.clone()).await;
        assert_eq!(unnamed.status == 200, least <= 1, "{request}");
    }
    let publisher = json!({ "service": "rtc", "channel": "test", "role": "publisher" });
    let answer = ask_for(json!({ "agora_role": "subscriber" }), publisher).await;
    is_refused(
        &answer,
        "role_refused",
        "the caller has the role subscriber, which may not publish_audio",
    );
}

#[tokio::test]
async fn a_channel_key_is_for_a_number() {
    let key = |uid: Value| json!({ "version": "005", "services": [{ "service": "media_channel", "channel": "test", "uid": uid }] });
    let services = bound(&ask(json!({ "sub": 7 }), key(json!(0))).await);
    assert_eq!(services[0]["uid"], 7);
    is_refused(
        &ask(json!({ "sub": 7 }), key(json!(8))).await,
        "user_refused",
        "\"8\" is another user than the caller \"7\"",
    );
    is_refused(
        &ask(json!({}), key(json!(8))).await,
        "user_refused",
        "a token of version 005 is for a numeric uid, and the caller has a user account",
    );
}

#[tokio::test]
async fn more_time_is_cut_and_the_answer_says_when_it_ends() {
    let service = json!({ "service": "rtc", "channel": "test", "privileges": { "join_channel": 500, "publish_audio": 5000 } });
    for version in ["006", "007"] {
        let request = json!({ "version": version, "ttl": 7200, "services": [service] });
        let answer = ask(json!({ "agora_max_ttl": 600 }), request).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["expires_at"], NOW + 600, "{version}");
        let expected = json!({ "join_channel": NOW + 500, "publish_audio": NOW + 600 });
        assert_eq!(body["services"][0]["privileges"], expected, "{version}");
    }
}

/// An account that is another user's name in chat: MD5 of `bob`.
#[tokio::test]
async fn an_account_that_could_be_another_users_chat_name_gets_no_chat_token_under_it() {
    let bob = "9f9d51bc70ef21ca5c14f307980a29d8";
    for account in [bob, &bob.to_uppercase()] {
        let claims = json!({ "sub": account });
        let chat = json!({ "service": "chat", "user_id": account });
        is_refused(
            &ask_for(claims.clone(), chat).await,
            "user_refused",
            &format!(
                "user_id \"{account}\" has the form of a classroom user's Chat user name (the MD5 of an account) and could be \
                 another user's; request `education_room_user`, or use an account that is not 32 hex digits"
            ),
        );
        for own in [
            json!({ "service": "education_room_user", "room": "room-1", "user": account, "role": 2 }),
            json!({ "service": "rtc", "channel": "test", "account": account }),
            json!({ "service": "rtm", "user_id": account }),
        ] {
            bound(&ask_for(claims.clone(), own).await);
        }
    }
    for account in [&bob[1..], "9f9d51bc70ef21ca5c14f307980a29dg"] {
        let chat = json!({ "service": "chat", "user_id": account });
        bound(&ask_for(json!({ "sub": account }), chat).await);
    }
}

#[tokio::test]
async fn a_privilege_without_an_end_gets_the_users() {
    let jwt = hs256(&alice_with(json!({ "agora_max_ttl": 600 })));
    let granted = get_as(&with_secret(&[]), &jwt, "/access_token?channel=test").await;
    let granted = granted.grants_rtc_007("test", "alice");
    assert_eq!(privileges(&granted), [(1, 600)]);
}

/// URLs that tell whom their token is for tell the truth.
#[tokio::test]
async fn answers_name_the_user_that_the_token_is_for() {
    let app = with_secret(&[]);
    let jwt = hs256(&alice_with(json!({ "sub": 7 })));
    let of = async |app: &TestApp, target: &str| -> Value {
        let answer = get_as(app, &jwt, target).await;
        assert_eq!(answer.status, 200, "{target}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    };
    let quick_start = of(&app, "/api/generate-agora-token?channel=test").await;
    assert_eq!(quick_start["uid"], "7");
    let coding_guides = of(&app, "/api/agora/token?channelName=test").await;
    assert_eq!(coding_guides["uid"], 7);
    let both = of(&app, "/rte/test/publisher/uid/0").await;
    assert!(both["rtmToken"].is_string());
}

#[tokio::test]
async fn rejects_a_numeric_uid_for_a_user_account() {
    let app = with_secret(&[]);
    let alice = hs256(&alice_with(json!({})));
    let message = "a numeric uid was requested, but the caller has the user account \"alice\"; request a token for that \
                   account (tokenType userAccount) and join with it";
    for target in [
        "/rtc/test/publisher/uid/0",
        "/rte/test/publisher/uid/0/alice",
    ] {
        let body = json!({ "error": message, "message": message, "status": 403 });
        get_as(&app, &alice, target)
            .await
            .is(403, &body.to_string());
    }
    let target = "/rtc/test/publisher/userAccount/alice";
    assert_eq!(get_as(&app, &alice, target).await.status, 200);
    let seven = hs256(&alice_with(json!({ "sub": 7 })));
    for target in ["/rtc/test/publisher/uid/0", "/rtc/test/publisher/uid/7"] {
        assert_eq!(get_as(&app, &seven, target).await.status, 200, "{target}");
    }
}

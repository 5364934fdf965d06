//! Ten seconds before the last that a token can name, 2106-02-07 06:28:15 UTC: every end is that second, none is the
//! beginning of time.

use agora_token_server::config::AccessTokenVersion;
use agora_token_server::token::{Privilege, UnixTime, UnverifiedToken, v005, v007};
use axum::body::Body;
use axum::http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, project};

const END: u32 = u32::MAX;
const NOW: u32 = END - 10;

const SECRET: &str = "a secret of thirty-two bytes, yes";

fn app() -> TestApp {
    TestApp::new().clock(|| UnixTime::from_seconds(NOW))
}

fn object(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

/// What a 007 token says, once it is verified. Its end is told from its beginning, so that it has no last second.
fn message_007(token: &Value) -> v007::Message {
    let token = v007::Unverified::parse(token.as_str().unwrap()).unwrap();
    token.verify(&project()).unwrap();
    token.message
}

#[tokio::test]
async fn access_token_ends_with_time() {
    for (target, end) in [
        ("/access_token?channel=test&uid=1", 0),
        ("/access_token?channel=test&uid=1&expiredTs=4294967295", END),
        (
            "/access_token?channel=test&uid=1&expiredTs=4294967294",
            END - 1,
        ),
        ("/access_token?channel=test&uid=1&expireTime=86400", END),
        ("/access_token?channelName=test&uid=1", END),
    ] {
        let message = app().get(target).await.grants_006("test", "1");
        assert_eq!(message.ends_at.seconds(), END, "{target}");
        let granted: Vec<(u16, u32)> = message.privileges.iter().collect();
        assert_eq!(
            granted,
            [(Privilege::JOIN_CHANNEL.number(), end)],
            "{target}"
        );
    }
    let past = app()
        .get("/access_token?channel=test&expiredTs=4294967285")
        .await;
    assert_eq!(past.status, 400, "{}", past.body);
    let beyond = app()
        .get("/access_token?channel=test&expiredTs=4294967296")
        .await;
    assert_eq!(beyond.status, 400, "{}", beyond.body);

    let app = app().version(AccessTokenVersion::V007);
    let answer = app
        .get("/access_token?channel=test&expiredTs=4294967295")
        .await;
    let message = answer.grants_007();
    assert_eq!((message.issued_at.seconds(), message.expire), (NOW, 10));
}

#[tokio::test]
async fn a_channel_key_ends_with_time() {
    for (query, end) in [("", 0), ("&expiredTs=4294967295", END)] {
        let target = format!("/channel_key?channel=test&uid=1{query}");
        let answer = object(&app().get(&target).await);
        let key = v005::Unverified::parse(answer["channel_key"].as_str().unwrap()).unwrap();
        assert_eq!(key.message.issued_at.seconds(), NOW);
        assert_eq!(key.message.ends_at.seconds(), end, "{target}");
    }
}

#[tokio::test]
async fn every_version_of_a_token_ends_with_time_and_is_to_be_renewed_before() {
    for request in [
        json!({ "version": "005", "services": [{ "service": "media_channel", "channel": "test", "uid": 1 }] }),
        json!({ "version": "006", "services": [{ "service": "rtc", "channel": "test", "uid": 1 }] }),
        json!({ "version": "007", "services": [{ "service": "rtc", "channel": "test", "uid": 1 }] }),
        json!({ "version": "007", "ttl": 86_400, "services": [{ "service": "rtm", "user_id": "alice" }] }),
    ] {
        let body = Body::from(request.to_string());
        let answer = object(&app().post("/v1/tokens", "application/json", body).await);
        let times = ["issued_at", "expires_at", "renew_at"].map(|name| answer[name].clone());
        assert_eq!(times, [json!(NOW), json!(END), json!(END - 5)], "{request}");
        for end in answer["services"][0]["privileges"]
            .as_object()
            .unwrap()
            .values()
        {
            assert_eq!(*end, json!(END), "{request}");
        }
        if answer["version"] == "007" {
            let message = message_007(&answer["token"]);
            let lasts = request["ttl"].as_u64().unwrap_or(3_600);
            assert_eq!(
                (message.issued_at.seconds(), u64::from(message.expire)),
                (NOW, lasts)
            );
        }

        let question = json!({ "token": answer["token"], "channel": "test", "uid": 1 });
        let body = Body::from(question.to_string());
        let report = app()
            .post("/v1/tokens/inspect", "application/json", body)
            .await;
        assert!(
            !object(&report).to_string().contains("\"1970-"),
            "{}",
            report.body
        );
        UnverifiedToken::parse(answer["token"].as_str().unwrap()).unwrap();
    }
}

#[tokio::test]
async fn a_jwt_is_valid_until_its_end_and_a_minute_also_beyond_the_end_of_time() {
    let app = TestApp::told(&[("JWT_SECRET", SECRET)]).clock(|| UnixTime::from_seconds(NOW));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    for (times, status) in [
        (json!({ "exp": END }), 200),
        (json!({ "exp": u64::from(END) + 1_000 }), 200),
        (json!({ "exp": u64::MAX }), 200),
        (json!({ "exp": NOW - 60 }), 200),
        (json!({ "exp": NOW - 61 }), 401),
        (json!({ "exp": 0 }), 401),
        (json!({ "exp": END, "nbf": u64::from(NOW) + 60 }), 200),
        (json!({ "exp": END, "nbf": u64::from(NOW) + 61 }), 401),
        (json!({ "exp": END, "agora_ttl": 86_400 }), 200),
    ] {
        let mut claims = times;
        claims["sub"] = json!("alice");
        claims["agora_channels"] = json!(["test"]);
        let jwt = encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
        let bearer = format!("Bearer {jwt}");
        let shown = [("authorization", bearer.as_str())];
        for target in ["/v1/tokens?channel=test", "/access_token?channel=test"] {
            let answer = app.send(Method::GET, target, &shown).await;
            assert_eq!(answer.status, status, "{claims}: {}", answer.body);
            if status == 200 && target.starts_with("/v1") {
                assert_eq!(object(&answer)["expires_at"], json!(END), "{claims}");
            }
        }
    }
}

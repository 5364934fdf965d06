//! Names that set a user or a lifetime, names with another meaning, and the names that `/v1/tokens` reads.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::compat::ask;
use crate::openapi::{document, object};
use crate::support::TestApp;
use crate::unread::message;

#[tokio::test]
async fn ignores_names_with_another_meaning() {
    let app = TestApp::new();
    for name in [
        "agentUid",
        "agent_uid",
        "agent_rtc_uid",
        "remote_uid",
        "peerUserId",
        "enable_string_uid",
        "guid",
        "deviceGuid",
        "guide",
        "uuid",
        "roomUuid",
        "request_id",
        "menuId",
        "skuId",
        "uids",
        "user_ids",
        "username",
        "userName",
        "accountId",
        "sceneName",
        "src",
        "ts",
        "duration",
        "battleId",
        "export",
        "experience",
        "valid",
        "accessToken",
        "tokenType",
        "maxUsers",
    ] {
        let answer = app
            .get(&format!("/access_token?channel=test&{name}=60"))
            .await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
    }
}

#[tokio::test]
async fn rejects_users_and_lifetimes_next_to_names_with_another_meaning() {
    let app = TestApp::new();
    for name in [
        "user_uid",
        "agentUserUid",
        "meetingUid",
        "streaming_uid",
        "uidStr",
        "rtcUser",
        "agora-account",
        "user_uuid",
        "user[id]",
        "expiration",
        "expireInSeconds",
        "expiresInSeconds",
        "tokenExpireSeconds",
        "exp",
        "tokenExp",
        "exp_ts",
        "validity",
        "ttlEnd",
        "tokenTtlInSeconds",
        "uid_expire",
    ] {
        let answer = app
            .get(&format!("/access_token?channel=test&{name}=60"))
            .await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.body);
        assert!(answer.body.contains("is not read here"), "{}", answer.body);
    }
}

/// A field that the JSON body of `/v1/tokens` has is a parameter of its GET.
#[tokio::test]
async fn reads_every_field_of_the_description_in_a_query() {
    let app = TestApp::new();
    let document = document(&app).await;
    let schemas = &document["components"]["schemas"];
    let mut fields = BTreeSet::new();
    for service in schemas["WrittenService"]["anyOf"].as_array().unwrap() {
        fields.extend(object(&service["properties"]).keys().cloned());
    }
    fields.extend(
        object(&schemas["WrittenRequest"]["properties"])
            .keys()
            .cloned(),
    );
    assert!(fields.len() > 10, "{fields:?}");
    for field in &fields {
        let answer = ask(&app, &format!("GET /v1/tokens?channel=a&{field}=7")).await;
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_ne!(
            problem["code"], "unread_parameter",
            "{field}: {}",
            answer.body
        );
    }
    for foreign in ["userId", "expire"] {
        let answer = ask(&app, &format!("GET /v1/tokens?channel=a&{foreign}=7")).await;
        let message = message(&answer.body);
        let (_, names) = message.split_once("; use ").unwrap();
        for name in names.split(" or ") {
            assert!(fields.contains(name), "{message}");
        }
    }
}

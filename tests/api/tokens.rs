//! The server's own API: what a token comes with, and what is said about a request that cannot be meant.

use axum::body::Body;
use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp};

async fn post(path: &str, body: Value) -> Answer {
    TestApp::new()
        .post(path, "application/json", Body::from(body.to_string()))
        .await
}

/// The answer, without its token.
#[track_caller]
fn receipt(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut receipt: Value = serde_json::from_str(&answer.body).unwrap();
    let token = receipt.as_object_mut().unwrap().remove("token").unwrap();
    let version = receipt["version"].as_str().unwrap();
    assert!(token.as_str().unwrap().starts_with(version), "{token}");
    receipt
}

#[track_caller]
fn is_problem(answer: &Answer, status: u16, code: &str, detail: &str) {
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    let expected = (
        json!(status),
        json!(code),
        json!(detail),
        json!("about:blank"),
    );
    let found = ["status", "code", "detail", "type"].map(|name| problem[name].clone());
    assert_eq!(found, <[Value; 4]>::from(expected), "{}", answer.body);
    assert_eq!(answer.status, status);
}

#[tokio::test]
async fn a_token_comes_with_what_it_is_bound_to_and_when_to_fetch_the_next() {
    let answer = post(
        "/v1/tokens",
        json!({
            "ttl": 600,
            "services": [
                { "service": "rtc", "channel": "test", "uid": 1234, "privileges": { "join_channel": null, "publish_audio": 60 } },
                { "service": "rtm", "user_id": "alice" },
            ],
        }),
    )
    .await;
    assert_eq!(
        receipt(&answer),
        json!({
            "version": "007",
            "app_id": "970CA35de60c44645bbae8a215061b33",
            "issued_at": NOW,
            "expires_at": NOW + 600,
            "renew_at": NOW + 570,
            "services": [
                {
                    "service": "rtc",
                    "channel": "test",
                    "uid": 1234,
                    "privileges": { "join_channel": NOW + 600, "publish_audio": NOW + 60 },
                },
                { "service": "rtm", "user_id": "alice", "privileges": { "login": NOW + 600 } },
            ],
        }),
    );
}

#[tokio::test]
async fn a_short_life_is_renewed_half_way() {
    let answer = post(
        "/v1/tokens",
        json!({ "ttl": 40, "services": [{ "service": "fpa" }] }),
    )
    .await;
    assert_eq!(receipt(&answer)["renew_at"], NOW + 20);
}

#[tokio::test]
async fn more_than_24_hours_is_cut_and_the_answer_says_so() {
    let answer = post(
        "/v1/tokens",
        json!({ "ttl": 999_999, "services": [{ "service": "fpa" }] }),
    )
    .await;
    assert_eq!(receipt(&answer)["expires_at"], NOW + 86_400);
}

#[tokio::test]
async fn every_version_is_minted() {
    for (version, service) in [
        (
            "005",
            json!({ "service": "recording", "channel": "test", "uid": 1 }),
        ),
        (
            "006",
            json!({ "service": "rtc", "channel": "test", "account": "alice" }),
        ),
        ("007", json!({ "service": "stt" })),
    ] {
        let answer = post(
            "/v1/tokens",
            json!({ "version": version, "services": [service] }),
        )
        .await;
        assert_eq!(receipt(&answer)["version"], version);
    }
}

#[tokio::test]
async fn the_common_case_is_minted_from_an_address_bar() {
    let target = "/v1/tokens?channel=test&account=alice&role=publisher&ttl=600";
    let answer = TestApp::new().get(target).await;
    let receipt = receipt(&answer);
    assert_eq!(
        (&receipt["version"], &receipt["expires_at"]),
        (&json!("007"), &json!(NOW + 600))
    );
    assert_eq!(
        (
            &receipt["services"][0]["account"],
            &receipt["services"][0]["uid"]
        ),
        (&json!("alice"), &Value::Null)
    );
}

#[tokio::test]
async fn a_request_that_cannot_be_meant_is_a_problem_with_a_code() {
    let rtc = json!({ "service": "rtc", "chanel": "test" });
    is_problem(
        &post("/v1/tokens", json!({ "services": [rtc] })).await,
        400,
        "request_unreadable",
        "unknown field \"chanel\"; known are channel, uid, account, role, privileges; did you mean channel?",
    );
    is_problem(
        &post(
            "/v1/tokens",
            json!({ "services": [{ "service": "rtm", "user_id": "" }] }),
        )
        .await,
        400,
        "identifier_invalid",
        "services[0].user_id is empty",
    );
    is_problem(
        &TestApp::new().get("/v1/tokens?channel=a&channel=b").await,
        400,
        "parameter_repeated",
        "\"channel\" is given more than once; send it once",
    );
    let answer = TestApp::new()
        .post("/v1/tokens", "text/plain", Body::from("{}"))
        .await;
    let media_type = "the body must be JSON, with Content-Type: application/json";
    is_problem(&answer, 415, "unsupported_media_type", media_type);
}

#[tokio::test]
async fn an_unknown_name_is_not_repeated_whole() {
    let mut service = json!({ "service": "fpa" });
    service[&"x".repeat(500)] = json!(1);
    let answer = post("/v1/tokens", json!({ "services": [service] })).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.matches('x').count() < 64, "{}", answer.body);
}

#[tokio::test]
async fn a_token_is_explained() {
    let token = TestApp::new()
        .get("/access_token?channel=test&uid=1234&expiredTs=1700000600")
        .await
        .token();
    let question = json!({ "token": token, "channel": "Test", "uid": 1234 });
    let answer = post("/v1/tokens/inspect", question).await;
    let report: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(report["version"], "006");
    let codes: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|f| f["code"].as_str())
        .collect();
    assert_eq!(
        codes,
        ["channel_case", "privilege_ends_first", "cannot_publish"],
        "{}",
        answer.body
    );

    let question = json!({ "token": token, "channel": "test", "uid": 1234 });
    let report: Value =
        serde_json::from_str(&post("/v1/tokens/inspect", question).await.body).unwrap();
    assert_eq!(report["signature"], "valid");
    let severities: Vec<&Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["severity"])
        .collect();
    assert!(
        severities.iter().all(|severity| **severity == "note"),
        "{report}"
    );
}

#[tokio::test]
async fn what_is_expected_of_a_token_is_read_strictly() {
    is_problem(
        &post(
            "/v1/tokens/inspect",
            json!({ "token": "x", "service": "rtx" }),
        )
        .await,
        400,
        "word_unknown",
        "service \"rtx\" is not known there; known are rtc, rtm, streaming, fpa, chat, fcdn, apaas, rtm2, convo_ai, \
         stt; did you mean rtc?",
    );
    is_problem(
        &post(
            "/v1/tokens/inspect",
            json!({ "token": "x", "uid": 1, "account": "a" }),
        )
        .await,
        400,
        "fields_exclude_one_another",
        "uid and account exclude one another; give one of them",
    );
}

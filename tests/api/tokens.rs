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
            "renew_at": NOW + 30,
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
async fn a_life_shorter_than_a_minute_is_renewed_half_way() {
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
        [
            "channel_case",
            "alterable_006",
            "privilege_ends_first",
            "cannot_publish"
        ],
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

#[tokio::test]
async fn no_privilege_outlives_its_token_and_the_first_end_is_the_one_to_renew_before() {
    let service = json!({ "service": "rtc", "channel": "a", "privileges": { "join_channel": 9000, "publish_audio": 600 } });
    let answer = post("/v1/tokens", json!({ "ttl": 3600, "services": [service] })).await;
    let receipt = receipt(&answer);
    let ends = json!({ "join_channel": NOW + 3600, "publish_audio": NOW + 600 });
    assert_eq!(receipt["services"][0]["privileges"], ends);
    assert_eq!(
        (&receipt["expires_at"], &receipt["renew_at"]),
        (&json!(NOW + 3600), &json!(NOW + 570))
    );
}

#[tokio::test]
async fn a_classroom_is_asked_for_in_an_address_bar_too() {
    let target = "/v1/tokens?service=education_room_user&room=101&user=alice&role=1";
    let receipt = receipt(&TestApp::new().get(target).await);
    assert_eq!(receipt["services"][0]["role"], 1);
    is_problem(
        &TestApp::new()
            .get("/v1/tokens?service=apaas&room=101&user=alice&role=teacher")
            .await,
        400,
        "classroom_role_invalid",
        "services[0].role \"teacher\" must be a number from -32768 to 32767",
    );
}

#[tokio::test]
async fn the_default_ttl_is_the_operators() {
    let answer = TestApp::new()
        .default_ttl(600)
        .get("/v1/tokens?channel=a")
        .await;
    assert_eq!(receipt(&answer)["expires_at"], NOW + 600);
}

#[tokio::test]
async fn whatever_is_sent_wrongly_comes_back_shortened() {
    let long = "A".repeat(15_000);
    for (path, body) in [
        ("/v1/tokens", json!({ "services": long })),
        ("/v1/tokens", json!({ "services": [{ "service": long }] })),
        ("/v1/tokens", json!({ "version": long, "services": [] })),
        (
            "/v1/tokens",
            json!({ "services": [{ "service": "apaas", "role": long }] }),
        ),
        (
            "/v1/tokens",
            json!({ format!("x`b`{long}"): 1, "services": [] }),
        ),
        (
            "/v1/tokens/inspect",
            json!({ "token": "x", "error_code": long }),
        ),
    ] {
        let answer = post(path, body).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert!(answer.body.matches('A').count() <= 64, "{}", answer.body);
    }
}

#[tokio::test]
async fn a_list_is_no_request() {
    is_problem(
        &post(
            "/v1/tokens",
            json!(["007", 60, [{ "service": "rtc", "channel": "a" }]]),
        )
        .await,
        400,
        "request_unreadable",
        "the request must be a JSON object, found a list",
    );
}

#[tokio::test]
async fn an_unknown_path_beneath_v1_is_a_problem() {
    let answer = TestApp::new().get("/v1/nothing").await;
    is_problem(
        &answer,
        404,
        "not_found",
        "there is nothing at this path; /docs shows what this server answers",
    );
}

#[tokio::test]
async fn a_number_that_was_rounded_is_nobody() {
    for (path, body) in [
        (
            "/fetch_rtm_token",
            r#"{"uid":123456789012345678901234567890}"#,
        ),
        ("/fetch_rtm_token", r#"{"uid":1.5}"#),
        ("/fetch_rtm_token", r#"{"uid":-0}"#),
        (
            "/fetch_rtc_token",
            r#"{"ChannelName":12345678901234567890123,"uid":1}"#,
        ),
        (
            "/fetch_rtc_token",
            r#"{"ChannelName":"a","uid":4294967296}"#,
        ),
    ] {
        let answer = TestApp::new()
            .post(path, "application/json", Body::from(body))
            .await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_service_that_the_client_uses_is_the_one_that_is_explained() {
    let services = json!([
        { "service": "rtc", "channel": "a", "uid": 1 },
        { "service": "rtc", "channel": "b", "uid": 1, "role": "publisher" },
    ]);
    let answer = post("/v1/tokens", json!({ "services": services })).await;
    let token = serde_json::from_str::<Value>(&answer.body).unwrap()["token"].clone();
    for (channel, is_missing) in [("a", true), ("b", false)] {
        let question = json!({ "token": token, "channel": channel, "uid": 1, "role": "publisher" });
        let report = post("/v1/tokens/inspect", question).await.body;
        assert_eq!(report.contains("publish_missing"), is_missing, "{report}");
    }
}

#[tokio::test]
async fn a_token_for_signaling_alone_is_none_for_a_channel() {
    let answer = post(
        "/v1/tokens",
        json!({ "services": [{ "service": "rtm", "user_id": "alice" }] }),
    )
    .await;
    let token = serde_json::from_str::<Value>(&answer.body).unwrap()["token"].clone();
    let question = json!({ "token": token, "channel": "test", "account": "alice" });
    let report = post("/v1/tokens/inspect", question).await.body;
    assert!(report.contains("signaling_for_rtc"), "{report}");
}

/// The one thing that such keys differ in: a service that is asked, and an audit, see it too.
#[tokio::test]
async fn a_key_says_what_may_be_sent_with_it() {
    for upload in ["nothing", "audio_and_video"] {
        let service = json!({ "service": "in_channel_permission", "channel": "test", "uid": 1, "upload": upload });
        let answer = post(
            "/v1/tokens",
            json!({ "version": "005", "services": [service] }),
        )
        .await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["services"][0]["upload"], upload, "{body}");
    }
}

#[tokio::test]
async fn a_006_token_without_privileges_expires_after_its_fixed_24_hours() {
    let service = json!({ "service": "rtc", "channel": "test", "privileges": [] });
    let request = json!({ "version": "006", "ttl": 120, "services": [service] });
    let answer = post("/v1/tokens", request).await;
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["expires_at"], NOW + 86_400, "{body}");
}

#[tokio::test]
async fn privileges_of_another_shape_are_told_the_shape() {
    let service = json!({ "service": "rtc", "channel": "test", "privileges": "join_channel" });
    let answer = post("/v1/tokens", json!({ "services": [service] })).await;
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["code"], "request_unreadable", "{body}");
    assert_eq!(
        body["detail"],
        "privileges are a list of names, or an object of names with seconds or null at line 1 column 76"
    );
}

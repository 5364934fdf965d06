//! Parameters that name a user or a lifetime under a name that the URL does not read: which are rejected, and what the
//! response says.

use axum::body::Body;
use serde_json::{Value, json};

use crate::access::{alice, alice_with, get_as, hs256, post_as, with_secret};
use crate::compat::{ask, granted_007, redacted, succeed};
use crate::support::TestApp;

const DEFAULT_LIFETIME: &str =
    "tokens of this URL have the default lifetime (DEFAULT_TTL); use /v1/tokens for another one";

/// The message of an error, in whichever form the URL's clients expect it.
pub(crate) fn message(body: &str) -> String {
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return body.to_owned();
    };
    let names = ["details", "error", "message", "token", "detail"];
    let mut texts = names.iter().filter_map(|name| body[name].as_str());
    texts.next().unwrap_or_default().to_owned()
}

fn for_app(name: &str) -> String {
    let advice = "the token of enableApp is for every user; use enableUser with userUuid";
    format!("\"{name}\" is not read here; {advice}")
}

async fn rejected(table: &[(&str, &str)]) {
    let app = TestApp::new();
    for (line, expected) in table {
        let answer = ask(&app, line).await;
        assert_eq!(message(&answer.body), *expected, "{line}");
        assert_eq!(answer.status, 400, "{line}");
    }
}

#[tokio::test]
async fn a_user_under_another_name_is_rejected_with_the_name_that_is_read() {
    let user_id = "\"userId\" is not read here; use uid";
    let path = "\"userId\" and uid differ; send uid alone";
    let app = "\"uid\" is not read here; the token of this URL is for an app; use /chat/account/ for a user";
    rejected(&[
        ("GET /api/agora/token?channel=a&userId=7", user_id),
        ("GET /access_token?channel=a&userId=7", user_id),
        ("GET /access_token?channel=a&uid=&userId=7", user_id),
        (
            "GET /access_token?channel=a&userId%5B%5D=7",
            "\"userId[]\" is not read here; use uid",
        ),
        (
            "GET /access_token?channel=a&USER-ID=7",
            "\"USER-ID\" is not read here; use uid",
        ),
        (
            "GET /channel_key?channel=a&account=7",
            "\"account\" is not read here; use uid",
        ),
        (
            "GET /rtcToken?channelName=a&user_id=7",
            "\"user_id\" is not read here; use uid",
        ),
        (
            "GET /rtmToken?uid=7",
            "\"uid\" is not read here; use account",
        ),
        ("GET /rtc/a/1/uid/0?userId=7", path),
        ("GET /rtc/a/1/uid/8/?userId=7", path),
        (
            "GET /rte/a/1/uid/0/alice?userId=alice",
            "\"userId\" and rtcuid differ; send rtcuid alone",
        ),
        ("GET /chat/app?uid=7", app),
        (
            "GET /v1/tokens?channel=a&userId=7",
            "\"userId\" is not read here; use uid or account or user_id or user",
        ),
        (
            r#"POST /getToken {"tokenType":"rtc","channel":"a","userId":7}"#,
            user_id,
        ),
        (
            r#"POST /getToken {"tokenType":"chat","userId":"alice"}"#,
            user_id,
        ),
        (
            r#"POST /api/agora/token {"channel":"a","userId":{"id":7}}"#,
            user_id,
        ),
        (
            r#"POST /fetch_rtc_token {"ChannelName":"a","userId":true}"#,
            user_id,
        ),
        (
            r#"POST /api/agora/token {"userAccount":"bob","expireTime":60,"channel":"a"}"#,
            "\"userAccount\" is not read here; use uid",
        ),
        (
            r#"POST /token/generate {"channelName":"a","serviceRtc":{"enable":true,"uid":7}}"#,
            "\"uid\" is not read here; use uid beside the services",
        ),
        (
            r#"POST /token/generate {"serviceChat":{"enableApp":true,"uid":7}}"#,
            "\"uid\" is not read here; use userUuid",
        ),
        (
            r#"POST /token/generate {"uid":"bob","serviceChat":{"enableApp":true}}"#,
            &for_app("uid"),
        ),
        (
            r#"POST /token/generate {"serviceChat":{"enableApp":true,"userUuid":"bob"}}"#,
            &for_app("userUuid"),
        ),
        (
            r#"POST /token/generate {"serviceApaas":{"enableApp":true,"userUuid":"bob"}}"#,
            &for_app("userUuid"),
        ),
        ("FORM /api/agora/token channel=a&userId=7", user_id),
    ])
    .await;
}

#[tokio::test]
async fn a_user_in_the_query_of_a_post_is_rejected() {
    let in_body = "\"uid\" is not read here; use uid in the body";
    rejected(&[
        (r#"POST /fetch_rtc_token?uid=7 {"ChannelName":"a"}"#, in_body),
        (
            r#"POST /v1/tokens?uid=7 {"services":[{"service":"rtc","channel":"a"}]}"#,
            "\"uid\" is not read here; use uid or account or user_id or user in the body",
        ),
        (
            r#"POST /v2/token/generate?userId=7 {"channelName":"a","uid":8}"#,
            "\"userId\" and uid differ; send uid alone",
        ),
        (
            r#"POST /fetch_rtc_token?uid=%zz {"ChannelName":"a"}"#,
            "parameter \"uid\" has a % without two hexadecimal digits after it; a percent sign itself is written %25",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_lifetime_that_is_not_read_is_rejected() {
    let not_read = |name: &str| format!("\"{name}\" is not read here; {DEFAULT_LIFETIME}");
    let (ttl, expire_time) = (not_read("ttl"), not_read("expireTime"));
    rejected(&[
        ("GET /api/agora/token?channel=a&uid=7&ttl=60", &ttl),
        ("GET /api/generate-agora-token?ttl=60", &ttl),
        (
            r#"POST /fetch_rtm_token {"uid":"a","expireTime":60}"#,
            &expire_time,
        ),
        (
            "GET /access_token?channel=a&uid=7&ttl=60",
            "\"ttl\" is not read here; use expireTime or expiredTs",
        ),
        (
            "GET /rtm/a?expire=60",
            "\"expire\" is not read here; use expiry",
        ),
        (
            "GET /rtm/a?expiry=600&expire=60",
            "\"expire\" and expiry differ; send expiry alone",
        ),
        (
            r#"POST /getToken {"tokenType":"rtm","uid":"a","expires_in":null,"expiry":[60]}"#,
            "\"expiry\" is not read here; use expire",
        ),
        (
            r#"POST /token/generate?expire=60 {"serviceFpa":{"enable":true}}"#,
            "\"expire\" is not read here; use tokenExpireTs or privilegeExpireTs in the body",
        ),
        (
            r#"POST /token/generate {"serviceFpa":{"enable":true,"expire":60}}"#,
            "\"expire\" is not read here; use tokenExpireTs beside the services",
        ),
    ])
    .await;
}

#[tokio::test]
async fn accepts_equal_or_empty_values_under_other_names() {
    let body = r#"{"rtcToken":"TOKEN"}"#;
    let grant: &[&str] = &["60 s, rtc(a, 7): 1"];
    let fetched = r#"{"code":"200","token":"TOKEN"}"#;
    let (seven, any): (&[&str], &[&str]) = (&["3600 s, rtc(a, 7): 1"], &["3600 s, rtc(a, ): 1"]);
    succeed(
        &TestApp::new(),
        &[
            ("GET /rtc/a/2/uid/7?userId=7&uid=7&user=0&account=&expiry=60&ttl=60", body, grant),
            (
                r#"POST /fetch_rtc_token?userId=7&_=1 {"ChannelName":"a","uid":"7","userId":7,"user":null,"account":""}"#,
                fetched,
                seven,
            ),
            (
                r#"POST /fetch_rtc_token?uid= {"ChannelName":"a","userId":0,"account":"0","ttl":null,"expire":""}"#,
                fetched,
                any,
            ),
            (
                r#"POST /fetch_rtc_token?x {"ChannelName":"a","ts":1700000000,"src":"iOS","appId":"x","userName":"Bob","userIds":[7]}"#,
                fetched,
                any,
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_error_has_a_stable_code_and_repeats_a_long_name_shortened() {
    let line = format!("GET /v1/tokens?channel=a&user{}=7", "-".repeat(4000));
    let answer = ask(&TestApp::new(), &line).await;
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["code"], "unread_parameter");
    assert_eq!(answer.status, 400);
    assert!(answer.body.len() < 300, "{}", answer.body);
    let answer = ask(&TestApp::new(), "GET /v1/tokens?channel=a&uid=7&userId=8").await;
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["code"], "parameters_differ");
}

/// The token would be for the caller, but the request names someone.
#[tokio::test]
async fn rejects_unread_names_for_jwt_users() {
    let target = "/access_token?channel=test&userId=alice";
    let answer = get_as(&with_secret(&[]), &hs256(&alice()), target).await;
    answer.is_error(400, "\"userId\" is not read here; use uid");
}

#[tokio::test]
async fn rejects_rtm_login_as_user_0() {
    let zero = "signaling has no user \"0\"; send the uid or account of the user that logs in";
    rejected(&[
        ("GET /rtm/0", zero),
        ("GET /rtm/0/?expiry=600", zero),
        ("GET /rte/a/1/uid/0", zero),
        ("GET /rte/a/1/uid/7/0", zero),
        ("GET /rtmToken?account=0", zero),
        ("GET /v1/tokens?service=rtm&user_id=0", zero),
        ("GET /v1/tokens?service=rtm&user_id=0&version=006", zero),
        ("GET /v1/tokens?service=rtm2&user_id=0", zero),
        (r#"POST /getToken {"tokenType":"rtm","uid":0}"#, zero),
        (
            r#"POST /getToken {"tokenType":"rtm","uid":"0","channel":"a"}"#,
            zero,
        ),
        (r#"POST /fetch_rtm_token {"uid":0}"#, zero),
        (
            r#"POST /token/generate {"uid":"0","serviceRtm":{"enable":true}}"#,
            zero,
        ),
        (r#"POST /v1/token/generate {"uid":0,"type":2}"#, zero),
        (
            r#"POST /v2/token/generate {"channelName":"a","uid":0,"types":[1,2]}"#,
            zero,
        ),
    ])
    .await;
}

/// Clients that leave the user open send a 0: for a user that is the user itself.
#[tokio::test]
async fn a_jwt_user_that_logs_in_as_0_logs_in_as_itself() {
    let app = with_secret(&[]);
    for target in ["/rtm/0", "/api/generate-agora-token?channel=test"] {
        let claims = alice_with(json!({ "sub": "7", "agora_role": "publisher" }));
        let answer = get_as(&app, &hs256(&claims), target).await;
        assert_eq!(answer.status, 200, "{target}: {}", answer.body);
        let (_, tokens) = redacted(&answer.body);
        let granted = granted_007(&tokens[0]);
        assert!(granted.contains("rtm(7): 1"), "{granted}");
    }
}

#[tokio::test]
async fn chat_for_an_app_is_not_for_a_jwt_user_beside_its_own() {
    let body =
        json!({ "serviceChat": { "enableUser": true, "enableApp": true, "userUuid": "alice" } });
    let answer = post_as(
        &with_secret(&[]),
        &hs256(&alice()),
        "/token/generate",
        &body,
    )
    .await;
    let error = "a chat token without a user is for back ends with an API key, not for users";
    answer.is(
        403,
        &format!(r#"{{"code":-1,"message":{},"data":""}}"#, json!(error)),
    );
}

/// The body of a GET is not read: axios sends one with another user in it.
#[tokio::test]
async fn ignores_the_body_of_a_get() {
    let body = Body::from(r#"{"uid":"123456","userId":"9","ttl":60,"channelName":"channelA"}"#);
    let answer = TestApp::new()
        .get_with("/access_token?channel=test&uid=1234", body)
        .await;
    answer.grants_006("test", "1234");
}

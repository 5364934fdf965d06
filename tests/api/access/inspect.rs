//! Whether a signature is right is said to callers alone.

use serde_json::{Value, json};

use super::{KEY, alice, hs256, post_as};
use crate::support::{Answer, TestApp};

async fn inspect(app: &TestApp, shown: Option<&str>, token: &str) -> Answer {
    let body = json!({ "token": token });
    if let Some(shown) = shown {
        return post_as(app, shown, "/v1/tokens/inspect", &body).await;
    }
    let body = body.to_string().into();
    app.post("/v1/tokens/inspect", "application/json", body)
        .await
}

fn signature(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str::<Value>(&answer.body).unwrap()["signature"].take()
}

#[tokio::test]
async fn a_caller_is_told_whether_a_signature_is_right() {
    let keys = format!("web:{KEY}");
    let app = TestApp::told(&[("API_KEYS", &keys), ("JWT_SECRET", super::SECRET)]);
    let token = TestApp::new().get("/rtcToken?channelName=test").await.body;
    let token = token.split('"').nth(3).unwrap();
    assert_eq!(signature(&inspect(&app, Some(KEY), token).await), "valid");
    assert_eq!(
        signature(&inspect(&app, Some(&hs256(&alice())), token).await),
        "valid"
    );
    assert_eq!(signature(&inspect(&app, None, token).await), "unchecked");
    assert_eq!(
        signature(&inspect(&TestApp::new(), None, token).await),
        "valid"
    );

    let answer = inspect(&app, Some("nonsense"), token).await;
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (answer.status.as_u16(), &body["code"]),
        (401, &"credentials_invalid".into())
    );
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
}

#[tokio::test]
async fn whoever_is_not_told_is_told_that_it_was_not_checked() {
    let app = TestApp::told(&[("API_KEYS", &format!("web:{KEY}"))]);
    let token = TestApp::new().get("/rtcToken?channelName=test").await.body;
    let token = token.split('"').nth(3).unwrap();
    let unchecked = json!({
        "code": "signature_unchecked",
        "severity": "note",
        "message": "The signature was not checked: whether it is right is said to known callers alone.",
        "advice": "Ask again with an API key or a JWT.",
    });
    let is_said = |answer: &Answer| {
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        body["findings"].as_array().unwrap().contains(&unchecked)
    };
    assert!(is_said(&inspect(&app, None, token).await));
    assert!(!is_said(&inspect(&app, Some(KEY), token).await));
    assert!(!is_said(&inspect(&app, None, "hello").await));
    assert!(!is_said(&inspect(&TestApp::new(), None, token).await));
}

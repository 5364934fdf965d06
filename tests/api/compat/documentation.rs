//! The servers of the documentation's "use tokens" samples.

use crate::compat::{JSON, refuse, succeed};
use crate::support::TestApp;

const TOKEN: &str = r#"{"code":"200","token":"TOKEN"}"#;

#[tokio::test]
async fn its_clients_get_a_token_and_a_code_that_is_a_text() {
    succeed(
        &TestApp::new(),
        &[
            (
                r#"POST /fetch_rtc_token {"uid":1234,"ChannelName":"test","role":1}"#,
                TOKEN,
                &["3600 s, rtc(test, 1234): 1 2 3 4"],
            ),
            (
                r#"POST /fetch_rtc_token/ {"uid":"1234","channelName":"test","role":"2"}"#,
                TOKEN,
                &["3600 s, rtc(test, 1234): 1"],
            ),
            (
                r#"POST /fetch_rtc_token {"UID":0,"CHANNELNAME":"test","Role":"publisher"}"#,
                TOKEN,
                &["3600 s, rtc(test, ): 1 2 3 4"],
            ),
            (
                r#"POST /fetch_rtc_token {"uid":4294967295,"channel":"test","role":"audience"}"#,
                TOKEN,
                &["3600 s, rtc(test, 4294967295): 1"],
            ),
            (
                "FORM /fetch_rtc_token uid=1234&ChannelName=a+b&role=1",
                TOKEN,
                &["3600 s, rtc(a b, 1234): 1 2 3 4"],
            ),
            (
                r#"POST /fetch_rtm_token {"uid":"alice"}"#,
                TOKEN,
                &["3600 s, rtm(alice): 1"],
            ),
            (
                r#"POST /fetch_rtm_token/ {"Uid":1234}"#,
                TOKEN,
                &["3600 s, rtm(1234): 1"],
            ),
        ],
    )
    .await;
    succeed(
        &TestApp::new().default_ttl(900),
        &[
            (
                r#"POST /fetch_rtc_token {"uid":1234,"ChannelName":"test","role":2}"#,
                TOKEN,
                &["900 s, rtc(test, 1234): 1"],
            ),
            (
                r#"POST /fetch_rtm_token {"uid":"alice"}"#,
                TOKEN,
                &["900 s, rtm(alice): 1"],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_refusal_stands_where_the_token_would() {
    let table = [
        (
            r#"POST /fetch_rtc_token {"uid":1234}"#,
            "channel name is required",
        ),
        (
            r#"POST /fetch_rtc_token {"ChannelName":"test","role":0}"#,
            "role \"0\" must be publisher (also 1, host, broadcaster) or subscriber (also 2, audience)",
        ),
        (
            r#"POST /fetch_rtc_token {"ChannelName":"test","uid":1.5}"#,
            "uid \"1.5\" must be a number from 0 to 4294967295",
        ),
        (
            r#"POST /fetch_rtc_token {"ChannelName":["test"]}"#,
            "channelName must be one value: send channelName=…, without brackets",
        ),
        (
            r#"POST /fetch_rtc_token {"ChannelName":"a","channelName":"a"}"#,
            "channelName is given more than once; send it once",
        ),
        ("POST /fetch_rtm_token {}", "uid is required"),
        (r#"POST /fetch_rtm_token {"uid":null}"#, "uid is required"),
    ];
    refuse(&table, JSON, |message| {
        format!(r#"{{"code":"400","token":{}}}"#, serde_json::json!(message))
    })
    .await;
}

//! The documentation's Docker image, and the hosted service that Agora's API examples post to.

use crate::compat::{JSON, refuse, succeed};
use crate::support::TestApp;

const OF_IMAGE: &str = r#"{"code":0,"message":"Success","data":{"token":"TOKEN"}}"#;
const HOSTED: &str = r#"{"code":0,"data":{"token":"TOKEN"}}"#;

#[tokio::test]
async fn the_docker_image_grants_what_is_enabled() {
    succeed(
        &TestApp::new(),
        &[
            (
                r#"POST /token/generate {"channelName":"test","uid":"1234","tokenExpireTs":3600,"privilegeExpireTs":3600,"serviceRtc":{"enable":true,"role":1},"serviceRtm":{"enable":true},"serviceFpa":{"enable":true}}"#,
                OF_IMAGE,
                &["3600 s, rtc(test, 1234): 1 2 3 4; rtm(1234): 1; fpa(): 1"],
            ),
            (
                r#"POST /token/generate/ {"CHANNELNAME":"test","UID":1234,"SERVICERTC":{"ENABLE":true,"ROLE":"2"}}"#,
                OF_IMAGE,
                &["3600 s, rtc(test, 1234): 1"],
            ),
            (
                r#"POST /token/generate {"channelName":"test","uid":0,"serviceRtc":{"enable":true,"role":"subscriber"},"serviceRtm":{"enable":false}}"#,
                OF_IMAGE,
                &["3600 s, rtc(test, ): 1"],
            ),
            (
                r#"POST /token/generate {"uid":"alice","serviceRtm":{"enable":true}}"#,
                OF_IMAGE,
                &["3600 s, rtm(alice): 1"],
            ),
            (
                r#"POST /token/generate {"serviceFpa":{"enable":true},"serviceRtc":null}"#,
                OF_IMAGE,
                &["3600 s, fpa(): 1"],
            ),
            (
                r#"POST /token/generate {"serviceChat":{"enableUser":true,"userUuid":"alice"}}"#,
                OF_IMAGE,
                &["3600 s, chat(alice): 1"],
            ),
            (
                r#"POST /token/generate {"serviceChat":{"enableApp":true}}"#,
                OF_IMAGE,
                &["3600 s, chat(): 2"],
            ),
            (
                r#"POST /token/generate {"serviceChat":{"enableUser":true,"enableApp":true,"userUuid":"alice"}}"#,
                OF_IMAGE,
                &["3600 s, chat(alice): 1; chat(): 2"],
            ),
            (
                r#"POST /token/generate {"serviceApaas":{"enable":true,"roomUuid":"room","userUuid":"alice","role":2}}"#,
                OF_IMAGE,
                &["3600 s, apaas(room, alice, 2): 1"],
            ),
            (
                r#"POST /token/generate {"serviceApaas":{"enableRoomUser":true,"roomUuid":"room","userUuid":"alice"}}"#,
                OF_IMAGE,
                &["3600 s, apaas(room, alice, -1): 1"],
            ),
            (
                r#"POST /token/generate {"serviceApaas":{"enableUser":true,"userUuid":"alice"}}"#,
                OF_IMAGE,
                &["3600 s, apaas(, alice, -1): 2"],
            ),
            (
                r#"POST /token/generate {"serviceApaas":{"enableApp":true}}"#,
                OF_IMAGE,
                &["3600 s, apaas(, , -1): 3"],
            ),
            // As the current builder: services of one kind stand in their order.
            (
                r#"POST /token/generate {"serviceApaas":{"enableUser":true,"enableApp":true,"userUuid":"alice"}}"#,
                OF_IMAGE,
                &["3600 s, apaas(, alice, -1): 2; apaas(, , -1): 3"],
            ),
            (
                r#"POST /token/generate {"serviceApaas":{"enable":true,"enableRoomUser":true,"enableUser":true,"enableApp":true,"roomUuid":"room","userUuid":"alice","role":"3"}}"#,
                OF_IMAGE,
                &["3600 s, apaas(room, alice, 3): 1; apaas(, alice, -1): 2; apaas(, , -1): 3"],
            ),
        ],
    )
    .await;
}

/// Whatever they are called, both are in seconds from now.
#[tokio::test]
async fn the_docker_image_ends_token_and_privileges_when_asked() {
    succeed(
        &TestApp::new(),
        &[
            (
                r#"POST /token/generate {"channelName":"test","uid":1,"tokenExpireTs":600,"privilegeExpireTs":60,"serviceRtc":{"enable":true,"role":2},"serviceRtm":{"enable":true}}"#,
                OF_IMAGE,
                &["600 s, rtc(test, 1): 1=60; rtm(1): 1=60"],
            ),
            (
                r#"POST /token/generate {"channelName":"test","uid":1,"tokenExpireTs":"600","serviceRtc":{"enable":true}}"#,
                OF_IMAGE,
                &["600 s, rtc(test, 1): 1"],
            ),
            (
                r#"POST /token/generate {"channelName":"test","uid":1,"PrivilegeExpireTs":60,"serviceRtc":{"enable":true}}"#,
                OF_IMAGE,
                &["60 s, rtc(test, 1): 1"],
            ),
            (
                r#"POST /token/generate {"channelName":"test","uid":1,"tokenExpireTs":90000,"serviceRtc":{"enable":true}}"#,
                OF_IMAGE,
                &["86400 s, rtc(test, 1): 1"],
            ),
        ],
    )
    .await;
    succeed(
        &TestApp::new().default_ttl(900),
        &[(
            r#"POST /token/generate {"channelName":"test","uid":1,"serviceRtc":{"enable":true}}"#,
            OF_IMAGE,
            &["900 s, rtc(test, 1): 1"],
        )],
    )
    .await;
}

#[tokio::test]
async fn the_examples_get_a_token_whatever_identifiers_they_post() {
    const PUBLISHER: &str = "900 s, rtc(test, 1234): 1 2 3 4";
    succeed(
        &TestApp::new(),
        &[
            (
                r#"POST /v1/token/generate {"appId":"00000000000000000000000000000000","appCertificate":"11111111111111111111111111111111","channelName":"test","expire":900,"src":"iOS","ts":"1700000000000","type":1,"uid":"1234"}"#,
                HOSTED,
                &[PUBLISHER],
            ),
            (
                r#"POST /v1/token/generate/ {"channelName":"test","expire":900,"type":2,"uid":"alice"}"#,
                HOSTED,
                &["900 s, rtm(alice): 1"],
            ),
            (
                r#"POST /v1/token/generate {"CHANNELNAME":"test","UID":0}"#,
                HOSTED,
                &["3600 s, rtc(test, ): 1 2 3 4"],
            ),
            (
                r#"POST /v2/token/generate {"appId":"","appCertificate":"","channelName":"test","expire":900,"src":"Android","ts":1700000000000,"types":[1,2],"uid":1234}"#,
                HOSTED,
                &["900 s, rtc(test, 1234): 1 2 3 4; rtm(1234): 1"],
            ),
            (
                r#"POST /v2/token/generate/ {"channelName":"test","expire":900,"types":[1],"uid":"1234"}"#,
                HOSTED,
                &[PUBLISHER],
            ),
            (
                r#"POST /v2/token/generate {"expire":"900","Types":["2"],"uid":"alice"}"#,
                HOSTED,
                &["900 s, rtm(alice): 1"],
            ),
            (
                "FORM /v1/token/generate channelName=test&uid=1234&expire=900&type=1",
                HOSTED,
                &[PUBLISHER],
            ),
        ],
    )
    .await;
    succeed(
        &TestApp::new().default_ttl(60),
        &[(
            r#"POST /v1/token/generate {"channelName":"test","uid":1}"#,
            HOSTED,
            &["60 s, rtc(test, 1): 1 2 3 4"],
        )],
    )
    .await;
}

#[tokio::test]
async fn a_type_that_is_listed_twice_is_one_service() {
    for types in ["[1,2]", "[2,1]", "[1,1,2]", "[1,2,1,2]", "[2,2,1]"] {
        let body = format!(r#"{{"channelName":"test","uid":7,"types":{types}}}"#);
        let line = format!("POST /v2/token/generate {body}");
        let grant = "3600 s, rtc(test, 7): 1 2 3 4; rtm(7): 1";
        succeed(&TestApp::new(), &[(&line, HOSTED, &[grant])]).await;
    }
}

#[tokio::test]
async fn a_refusal_has_code_minus_1() {
    let services = "no service is asked for; enable one of serviceRtc, serviceRtm, serviceFpa, serviceChat, serviceApaas";
    let types = "no service is asked for; enable one of types 1 (RTC) and 2 (RTM)";
    let absolute = "is a relative time in seconds, at most 86400 (24 hours); this looks like an absolute Unix time";
    let token_time = format!("tokenExpireTs \"1700003600\" {absolute}");
    let privilege_time = format!("privilegeExpireTs \"1000000000\" {absolute}");
    let expire = format!("expire \"1700003600\" {absolute}");
    let table = [
        ("POST /token/generate {}", services),
        (
            r#"POST /token/generate {"serviceRtc":{"enable":false}}"#,
            services,
        ),
        (
            r#"POST /token/generate {"serviceRtc":true}"#,
            "serviceRtc must be an object",
        ),
        (
            r#"POST /token/generate {"serviceRtc":{"enable":"yes"}}"#,
            "enable \"yes\" must be true or false",
        ),
        (
            r#"POST /token/generate {"serviceRtc":{"enable":true}}"#,
            "channel name is required",
        ),
        (
            r#"POST /token/generate {"serviceRtm":{"enable":true}}"#,
            "uid is required",
        ),
        (
            r#"POST /token/generate {"serviceChat":{"enableUser":true}}"#,
            "userUuid is required",
        ),
        (
            r#"POST /token/generate {"tokenExpireTs":1700003600,"serviceFpa":{"enable":true}}"#,
            &token_time,
        ),
        (
            r#"POST /token/generate {"tokenExpireTs":60,"privilegeExpireTs":1000000000,"serviceFpa":{"enable":true}}"#,
            &privilege_time,
        ),
        (
            r#"POST /token/generate {"serviceApaas":{"enable":true,"roomUuid":"room","userUuid":"alice","role":32768}}"#,
            "role \"32768\" must be a number from -32768 to 32767",
        ),
        ("POST /v1/token/generate {}", "channel name is required"),
        (
            r#"POST /v1/token/generate {"channelName":"test","type":3}"#,
            "type \"3\" must be 1 (RTC) or 2 (RTM)",
        ),
        (
            r#"POST /v1/token/generate {"channelName":"test","expire":1700003600}"#,
            &expire,
        ),
        (
            r#"POST /v1/token/generate {"type":2,"uid":""}"#,
            "uid is required",
        ),
        (
            r#"POST /v2/token/generate {"channelName":"test","types":[]}"#,
            types,
        ),
        (
            r#"POST /v2/token/generate {"channelName":"test","types":1}"#,
            "types must be a list",
        ),
        (
            r#"POST /v2/token/generate {"channelName":"test","types":[1,3]}"#,
            "types \"3\" must be 1 (RTC) or 2 (RTM)",
        ),
        (
            r#"POST /v2/token/generate {"channelName":"test","uid":1,"types":[1,2,3]}"#,
            "types \"3\" must be 1 (RTC) or 2 (RTM)",
        ),
        (
            r#"POST /v2/token/generate {"channelName":"test","type":1,"types":[1]}"#,
            "type and types mean the same and differ; send one of them",
        ),
    ];
    refuse(&table, JSON, |message| {
        format!(
            r#"{{"code":-1,"message":{},"data":""}}"#,
            serde_json::json!(message)
        )
    })
    .await;
}

//! `/access_token` as its three kinds of clients ask. What else it does is in `tests/api/access_token.rs`.

use crate::compat::{JSON, ask, refuse};
use crate::support::{NOW, TestApp};

const DAY: u32 = 86_400;

#[tokio::test]
async fn every_client_of_it_gets_its_token() {
    let of_the_user = concat!(
        "GET /access_token?channel=test&uid=1234 ",
        r#"{"uid":123456,"channelName":"ChannelA"}"#
    );
    let hour = NOW + 3600;
    let table: [(&str, &str, &[_]); 8] = [
        // The Node sample.
        ("GET /access_token?channel=test", "", &[(1, 0)]),
        (
            "GET /access_token/?channel=test&uid=1234",
            "1234",
            &[(1, 0)],
        ),
        (
            "GET /access_token?channel=test&uid=1234&expiredTs=1700003600",
            "1234",
            &[(1, hour)],
        ),
        (
            "GET /access_token?channel=test&uid=1234&expiredTs=1800000000",
            "1234",
            &[(1, NOW + DAY)],
        ),
        // The tutorial.
        (
            "GET /access_token?channelName=test&uid=1234",
            "1234",
            &[(1, hour)],
        ),
        (
            "GET /access_token?channelName=test&uid=1234&role=subscriber&expireTime=60",
            "1234",
            &[(1, NOW + 60)],
        ),
        (
            "GET /access_token/?channelName=test&uid=0&role=publisher",
            "",
            &[(1, hour), (2, hour), (3, hour), (4, hour)],
        ),
        // The user's own code, by axios with a body.
        (of_the_user, "1234", &[(1, 0)]),
    ];
    for (line, uid, privileges) in table {
        let answer = ask(&TestApp::new(), line).await;
        let granted: Vec<_> = answer.grants_006("test", uid).privileges.iter().collect();
        assert_eq!(granted, privileges, "{line}");
        assert_eq!(answer.header("content-type"), Some(JSON), "{line}");
    }
}

#[tokio::test]
async fn a_refusal_says_why_in_error() {
    let table = [
        ("GET /access_token", "channel name is required"),
        (
            "GET /access_token?role=publisher",
            "channel name is required",
        ),
        (
            "GET /access_token?channel=test&expiredTs=3600",
            "expiredTs 3600 is in the past; expiredTs is an absolute Unix time, did you mean expireTime?",
        ),
        (
            "GET /access_token?channel=test&expireTime=1000000000",
            "expireTime \"1000000000\" is a relative time in seconds, at most 86400 (24 hours); this looks like an \
             absolute Unix time",
        ),
    ];
    refuse(&table, JSON, |message| format!("{{\"error\":{message:?}}}")).await;
}

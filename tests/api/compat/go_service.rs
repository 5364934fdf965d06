//! The Go service that the video UIKits and much of the documentation call.

use crate::compat::{JSON, TEXT, refuse, succeed};
use crate::support::TestApp;

const RTC: &str = r#"{"rtcToken":"TOKEN"}"#;
const RTM: &str = r#"{"rtmToken":"TOKEN"}"#;
const BOTH: &str = r#"{"rtcToken":"TOKEN","rtmToken":"TOKEN"}"#;
const CHAT: &str = r#"{"chatToken":"TOKEN"}"#;
const ANY: &str = r#"{"token":"TOKEN"}"#;

const PUBLISHER: &[&str] = &["3600 s, rtc(test, 1234): 1 2 3 4"];
const SUBSCRIBER: &[&str] = &["3600 s, rtc(test, 1234): 1"];

const ROLE: &str = "must be publisher (also 1, host, broadcaster) or subscriber (also 2, audience)";

#[tokio::test]
async fn rtc_binds_channel_role_and_user() {
    succeed(
        &TestApp::new(),
        &[
            ("GET /rtc/test/publisher/uid/1234", RTC, PUBLISHER),
            ("GET /rtc/test/publisher/uid/1234/", RTC, PUBLISHER),
            ("GET /rtc/test/1/uid/1234", RTC, PUBLISHER),
            ("GET /rtc/test/host/uid/1234", RTC, PUBLISHER),
            ("GET /rtc/test/Broadcaster/UID/1234/", RTC, PUBLISHER),
            ("GET /rtc/test/subscriber/uid/1234", RTC, SUBSCRIBER),
            ("GET /rtc/test/2/uid/1234/", RTC, SUBSCRIBER),
            ("GET /rtc/test/audience/uid/1234", RTC, SUBSCRIBER),
            (
                "GET /rtc/test/subscriber/uid/0",
                RTC,
                &["3600 s, rtc(test, ): 1"],
            ),
            (
                "GET /rtc/test/subscriber/uid/4294967295",
                RTC,
                &["3600 s, rtc(test, 4294967295): 1"],
            ),
        ],
    )
    .await;
}

/// The token type decides, not what the uid looks like.
#[tokio::test]
async fn a_user_account_may_look_like_a_number() {
    succeed(
        &TestApp::new(),
        &[
            (
                "GET /rtc/test/2/userAccount/alice",
                RTC,
                &["3600 s, rtc(test, alice): 1"],
            ),
            (
                "GET /rtc/test/2/useraccount/1234/",
                RTC,
                &["3600 s, rtc(test, 1234): 1"],
            ),
            (
                "GET /rtc/test/2/userAccount/0",
                RTC,
                &["3600 s, rtc(test, 0): 1"],
            ),
            (
                "GET /rtc/test/2/userAccount/4294967296",
                RTC,
                &["3600 s, rtc(test, 4294967296): 1"],
            ),
            (
                "GET /rtc/test/2/userAccount/0012",
                RTC,
                &["3600 s, rtc(test, 0012): 1"],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn parts_of_a_path_are_percent_decoded_once() {
    succeed(
        &TestApp::new(),
        &[
            (
                "GET /rtc/a%20b%2Bc/2/userAccount/a%40b/",
                RTC,
                &["3600 s, rtc(a b+c, a@b): 1"],
            ),
            (
                "GET /rtc/100%2525/%70ublisher/%75id/%31",
                RTC,
                &["3600 s, rtc(100%25, 1): 1 2 3 4"],
            ),
            // A plus sign in a path is a plus sign, and a percent sign that begins no escape one too.
            ("GET /rtc/a+b/2/uid/1", RTC, &["3600 s, rtc(a+b, 1): 1"]),
            ("GET /rtc/100%/2/uid/1", RTC, &["3600 s, rtc(100%, 1): 1"]),
            ("GET /rtm/caf%C3%A9%2F1", RTM, &["3600 s, rtm(café/1): 1"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn expiry_is_in_seconds_from_now_and_cut_to_24_hours() {
    succeed(
        &TestApp::new(),
        &[
            (
                "GET /rtc/test/2/uid/1?expiry=600",
                RTC,
                &["600 s, rtc(test, 1): 1"],
            ),
            (
                "GET /rtc/test/1/uid/1/?EXPIRY=86401",
                RTC,
                &["86400 s, rtc(test, 1): 1 2 3 4"],
            ),
            (
                "GET /rtc/test/2/uid/1?expiry=999999999",
                RTC,
                &["86400 s, rtc(test, 1): 1"],
            ),
            (
                "GET /rtc/test/2/uid/1?expiry=",
                RTC,
                &["3600 s, rtc(test, 1): 1"],
            ),
            ("GET /rtm/a/?expiry=60", RTM, &["60 s, rtm(a): 1"]),
            (
                "GET /rte/test/2/uid/1/?expiry=60",
                BOTH,
                &["60 s, rtc(test, 1): 1", "60 s, rtm(1): 1"],
            ),
            ("GET /chat/app?expiry=60", CHAT, &["60 s, chat(): 2"]),
            (
                "GET /chat/account/a/?expiry=60",
                CHAT,
                &["60 s, chat(a): 1"],
            ),
            (
                r#"POST /getToken {"tokenType":"rtm","uid":"a","expire":"90000"}"#,
                ANY,
                &["86400 s, rtm(a): 1"],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn default_ttl_is_how_long_a_token_lasts_for_which_no_end_is_named() {
    succeed(
        &TestApp::new().default_ttl(900),
        &[
            ("GET /rtc/test/2/uid/1", RTC, &["900 s, rtc(test, 1): 1"]),
            (
                "GET /rtc/test/2/uid/1?expiry=60",
                RTC,
                &["60 s, rtc(test, 1): 1"],
            ),
            ("GET /rtm/a", RTM, &["900 s, rtm(a): 1"]),
            (
                "GET /rte/test/2/uid/1/b",
                BOTH,
                &["900 s, rtc(test, 1): 1", "900 s, rtm(b): 1"],
            ),
            ("GET /chat/app", CHAT, &["900 s, chat(): 2"]),
            (
                r#"POST /getToken {"tokenType":"rtm","uid":"a"}"#,
                ANY,
                &["900 s, rtm(a): 1"],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn rtm_rte_and_chat_have_their_own_tokens() {
    succeed(
        &TestApp::new(),
        &[
            ("GET /rtm/alice", RTM, &["3600 s, rtm(alice): 1"]),
            (
                "GET /rte/test/publisher/uid/1234",
                BOTH,
                &["3600 s, rtc(test, 1234): 1 2 3 4", "3600 s, rtm(1234): 1"],
            ),
            (
                "GET /rte/test/subscriber/userAccount/alice/",
                BOTH,
                &["3600 s, rtc(test, alice): 1", "3600 s, rtm(alice): 1"],
            ),
            (
                "GET /rte/test/2/uid/1234/alice",
                BOTH,
                &["3600 s, rtc(test, 1234): 1", "3600 s, rtm(alice): 1"],
            ),
            (
                "GET /rte/test/2/uid/0/alice/",
                BOTH,
                &["3600 s, rtc(test, ): 1", "3600 s, rtm(alice): 1"],
            ),
            ("GET /chat/app", CHAT, &["3600 s, chat(): 2"]),
            ("GET /chat/app/", CHAT, &["3600 s, chat(): 2"]),
            ("GET /chat/account/alice", CHAT, &["3600 s, chat(alice): 1"]),
            ("GET /chat/account/app/", CHAT, &["3600 s, chat(app): 1"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn get_token_makes_any_of_them() {
    for path in [
        "/getToken",
        "/getToken/",
        "/token/getNew",
        "/token/getNew/",
        "/fetchToken",
        "/fetchToken/",
    ] {
        for (body, grant) in [
            (
                r#"{"tokenType":"rtc","channel":"test","role":"publisher","uid":"1234","expire":600}"#,
                "600 s, rtc(test, 1234): 1 2 3 4",
            ),
            (
                r#"{"TOKENTYPE":"RTC","Channel":"test","ROLE":2,"Uid":1234,"EXPIRE":"600"}"#,
                "600 s, rtc(test, 1234): 1",
            ),
            (
                r#"{"tokenType":"rtc","channel":"test","uid":0}"#,
                "3600 s, rtc(test, ): 1",
            ),
            (
                r#"{"tokenType":"rtm","uid":"alice","expire":null}"#,
                "3600 s, rtm(alice): 1",
            ),
            (
                r#"{"tokenType":"rtm","uid":"alice","channel":"test"}"#,
                "3600 s, rtc(test, alice): 1 4; rtm(alice): 1",
            ),
            (
                r#"{"tokenType":"rtm","uid":1234,"channel":"test","expire":60}"#,
                "60 s, rtc(test, 1234): 1 4; rtm(1234): 1",
            ),
            (
                r#"{"tokenType":"chat","uid":"alice"}"#,
                "3600 s, chat(alice): 1",
            ),
            (r#"{"tokenType":"chat"}"#, "3600 s, chat(): 2"),
            (r#"{"tokenType":"chat","uid":""}"#, "3600 s, chat(): 2"),
        ] {
            let line = format!("POST {path} {body}");
            succeed(&TestApp::new(), &[(&line, ANY, &[grant])]).await;
        }
        let line = format!("FORM {path} tokenType=rtc&channel=a+b&role=1&uid=1234");
        let grant = "3600 s, rtc(a b, 1234): 1 2 3 4";
        succeed(&TestApp::new(), &[(&line, ANY, &[grant])]).await;
    }
}

/// As the error of the Go service: its clients look at `error` or at `message`.
async fn refuse_gets(table: impl IntoIterator<Item = (String, String)>) {
    let table: Vec<_> = table.into_iter().collect();
    let table: Vec<(&str, &str)> = table
        .iter()
        .map(|(line, message)| (line.as_str(), message.as_str()))
        .collect();
    refuse(&table, JSON, |message| {
        let message = serde_json::json!(message);
        format!(r#"{{"error":{message},"message":{message},"status":400}}"#)
    })
    .await;
}

#[tokio::test]
async fn a_role_or_uid_that_is_none_is_refused() {
    let roles = ["3", "0", "admin", "%20"].map(|role| {
        let found = role.replace("%20", " ");
        (
            format!("GET /rtc/test/{role}/uid/1"),
            format!("role \"{found}\" {ROLE}"),
        )
    });
    let uids = ["4294967296", "-1", "alice", "01", "1.0", "+1"].map(|uid| {
        (
            format!("GET /rtc/test/1/uid/{uid}/"),
            format!("uid \"{uid}\" must be a number from 0 to 4294967295"),
        )
    });
    refuse_gets(roles.into_iter().chain(uids)).await;
}

#[tokio::test]
async fn an_expiry_that_cannot_be_meant_is_refused() {
    let looks_absolute = |value: &str| {
        format!(
            "expiry \"{value}\" is a relative time in seconds, at most 86400 (24 hours); this looks like an absolute \
             Unix time"
        )
    };
    let times = [
        ("1000000000", looks_absolute("1000000000")),
        ("1700003600", looks_absolute("1700003600")),
        ("99999999999999999999", looks_absolute("99999999999999999999")),
        ("-1", "expiry \"-1\" must not be negative".to_owned()),
        (
            "0",
            "expiry \"0\" is 0 seconds: a token must live at least one; leave it out for the default".to_owned(),
        ),
        (
            "x",
            "expiry \"x\" must be a number of seconds in decimal digits".to_owned(),
        ),
    ];
    let times = times.into_iter().flat_map(|(value, message)| {
        [
            "/rtc/test/1/uid/1",
            "/rtm/a/",
            "/rte/test/1/uid/1",
            "/chat/app",
            "/chat/account/a",
        ]
        .map(|path| (format!("GET {path}?expiry={value}"), message.clone()))
    });
    refuse_gets(times).await;
}

#[tokio::test]
async fn a_part_of_a_path_that_is_empty_is_named() {
    let table = [
        ("/rtc//publisher/uid/1/", "channel name is required"),
        ("/rtc/test//uid/1/", "role is required"),
        ("/rtc/test/publisher//1", "tokenType is required"),
        ("/rtc/test/publisher/uid//", "uid is required"),
        ("/rtm//", "uid is required"),
        ("/rte//1/uid/1", "channel name is required"),
        ("/rte/test/1/uid//a", "rtcuid is required"),
        ("/rte/test/1/uid//", "rtcuid is required"),
        ("/chat/account//", "id is required"),
    ]
    .map(|(path, message)| (format!("GET {path}"), message.to_owned()));
    refuse_gets(table).await;
}

#[tokio::test]
async fn a_part_of_a_path_that_breaks_a_rule_is_refused() {
    let allowed = "allowed are a-z A-Z 0-9, space and !#$%&()+-:;<=.>?@[]^_{}|~,";
    let placeholder = "the placeholder of a URL template; put the real value there";
    let table = [
        (
            "/rtc/test/1/user/1",
            "tokenType \"user\" must be uid or userAccount".to_owned(),
        ),
        (
            "/rtc/a%2Fb/1/uid/1",
            format!("channel has '/' at position 2; {allowed}"),
        ),
        (
            "/rtc/%00/1/uid/1",
            format!("channel has '\\0' at position 1; {allowed}"),
        ),
        (
            "/rtc/%FF/1/uid/1",
            "the path is not UTF-8 after percent-decoding".to_owned(),
        ),
        (
            "/rtc/%C0%AF/1/uid/1",
            "the path is not UTF-8 after percent-decoding".to_owned(),
        ),
        (
            "/rtc/:channel/1/uid/1",
            format!("channel is \":channel\", {placeholder}"),
        ),
        (
            "/rtc/test/1/uid/:uid",
            format!("uid is \":uid\", {placeholder}"),
        ),
        (
            "/rtc/test/1/userAccount/:uid",
            format!("uid is \":uid\", {placeholder}"),
        ),
        (
            "/rte/test/1/uid/1/:rtmuid",
            format!("rtmuid is \":rtmuid\", {placeholder}"),
        ),
        (
            "/rte/test/1/uid/x",
            "rtcuid \"x\" must be a number from 0 to 4294967295".to_owned(),
        ),
        ("/rtm/:uid", format!("uid is \":uid\", {placeholder}")),
        (
            "/chat/account/{id}",
            format!("id is \"{{id}}\", {placeholder}"),
        ),
        (
            "/rtm/a%0Ab",
            "uid has '\\n' at position 2; allowed are all but control characters".to_owned(),
        ),
    ];
    let table = table.map(|(path, message)| {
        let path = path.replace('{', "%7B").replace('}', "%7D");
        (format!("GET {path}"), message)
    });
    refuse_gets(table).await;
}

#[tokio::test]
async fn a_refusal_of_get_token_is_plain_text() {
    let role = format!("role \"admin\" {ROLE}");
    let table = [
        ("POST /getToken {}", "tokenType is required"),
        (
            r#"POST /token/getNew {"tokenType":"rtx"}"#,
            "tokenType \"rtx\" must be rtc, rtm or chat",
        ),
        (
            r#"POST /fetchToken {"tokenType":"rtc"}"#,
            "channel name is required",
        ),
        (
            r#"POST /getToken {"tokenType":"rtc","channel":"test","role":"admin"}"#,
            &role,
        ),
        (r#"POST /getToken {"tokenType":"rtm"}"#, "uid is required"),
        (
            r#"POST /getToken {"tokenType":"rtm","channel":"test"}"#,
            "uid is required",
        ),
        (
            r#"POST /getToken {"tokenType":"chat","expire":1700003600}"#,
            "expire \"1700003600\" is a relative time in seconds, at most 86400 (24 hours); this looks like an \
             absolute Unix time",
        ),
        (
            r#"POST /getToken {"tokenType":"rtc","channel":"test","uid":-1}"#,
            "uid \"-1\" must be a number from 0 to 4294967295",
        ),
        (
            r#"POST /getToken {"tokenType":"rtc","channel":"test","uid":18446744073709551616}"#,
            "uid \"1.8446744073709552e19\" must be a number from 0 to 4294967295",
        ),
    ];
    refuse(&table, TEXT, str::to_owned).await;
}

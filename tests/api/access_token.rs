//! What `/access_token` grants, in both dialects and both versions.

use agora_token_server::config::AccessTokenVersion;
use agora_token_server::token::{Role, Scope, UnixTime, v006, v007};
use axum::http::Method;

use crate::support::{NOW, TestApp};

const DAY: u32 = 86_400;

/// Number and end of each privilege, ascending.
fn privileges(message: &v006::Message) -> Vec<(u16, u32)> {
    message.privileges.iter().collect()
}

fn rtc(message: &v007::Message) -> (&str, &str, Vec<(u16, u32)>) {
    let [service] = message.services.known() else {
        panic!("{message:?}");
    };
    let Scope::Rtc { channel, uid } = &service.scope else {
        panic!("{message:?}");
    };
    (
        channel.as_str(),
        uid.as_str(),
        service.privileges.iter().collect(),
    )
}

#[tokio::test]
async fn a_request_of_the_node_sample_gets_its_token() {
    let answer = TestApp::new()
        .get("/access_token?channel=test&uid=1234")
        .await;
    // Made with the official package: salt 1, end NOW + 86400, privilege 1 without an end.
    answer.is(
        200,
        "{\"token\":\"006970CA35de60c44645bbae8a215061b33IAAEviiH9rZNeUcwf67XpcAsORRpCS0CijTbXccINkA7sgx+f9ij4OObEAABAAAAgEJVZQEAAQAAAAAA\"}",
    );
}

#[tokio::test]
async fn the_token_grants_to_join_and_ends_after_24_hours() {
    let message = TestApp::new()
        .get("/access_token?channel=test&uid=1234")
        .await
        .grants_006("test", "1234");
    assert_eq!(message.ends_at, UnixTime::from_seconds(NOW + DAY));
    assert_eq!(privileges(&message), [(1, 0)]);
}

#[tokio::test]
async fn expired_ts_ends_the_privilege_at_that_time() {
    let answer = TestApp::new()
        .get("/access_token?channel=test&uid=1234&expiredTs=1700000600")
        .await;
    assert_eq!(
        privileges(&answer.grants_006("test", "1234")),
        [(1, NOW + 600)]
    );
}

#[tokio::test]
async fn expired_ts_0_or_empty_is_no_end() {
    for query in ["expiredTs=0", "expiredTs="] {
        let answer = TestApp::new()
            .get(&format!("/access_token?channel=test&uid=1&{query}"))
            .await;
        assert_eq!(
            privileges(&answer.grants_006("test", "1")),
            [(1, 0)],
            "{query}"
        );
    }
}

#[tokio::test]
async fn expired_ts_beyond_24_hours_is_cut_to_them() {
    let answer = TestApp::new()
        .get("/access_token?channel=test&uid=1&expiredTs=4294967295")
        .await;
    assert_eq!(
        privileges(&answer.grants_006("test", "1")),
        [(1, NOW + DAY)]
    );
}

#[tokio::test]
async fn a_uid_that_is_missing_empty_or_0_is_any_user() {
    for query in ["", "&uid=", "&uid=0"] {
        let answer = TestApp::new()
            .get(&format!("/access_token?channel=test{query}"))
            .await;
        answer.grants_006("test", "");
    }
}

#[tokio::test]
async fn a_uid_that_is_no_number_is_a_user_account() {
    let answer = TestApp::new()
        .get("/access_token?channel=test&uid=alice%40example.com")
        .await;
    answer.grants_006("test", "alice@example.com");
}

#[tokio::test]
async fn the_highest_uid_is_not_truncated() {
    let answer = TestApp::new()
        .get("/access_token?channel=test&uid=4294967295")
        .await;
    answer.grants_006("test", "4294967295");
}

#[tokio::test]
async fn a_channel_is_percent_decoded_once() {
    let app = TestApp::new();
    app.get("/access_token?channel=a%20b%2Bc+d")
        .await
        .grants_006("a b+c d", "");
    app.get("/access_token?channel=100%2525")
        .await
        .grants_006("100%25", "");
}

#[tokio::test]
async fn a_request_of_the_tutorial_gets_a_subscriber_for_an_hour() {
    let answer = TestApp::new()
        .get("/access_token?channelName=test&uid=1234")
        .await;
    assert_eq!(
        privileges(&answer.grants_006("test", "1234")),
        [(1, NOW + 3600)]
    );
}

#[tokio::test]
async fn a_publisher_of_the_tutorial_may_publish_for_expire_time() {
    let target = "/access_token?channelName=test&uid=1234&role=publisher&expireTime=600";
    let end = NOW + 600;
    let message = TestApp::new().get(target).await.grants_006("test", "1234");
    assert_eq!(
        privileges(&message),
        [(1, end), (2, end), (3, end), (4, end)]
    );
    assert_eq!(message.ends_at, UnixTime::from_seconds(NOW + DAY));
}

#[tokio::test]
async fn a_role_is_read_as_word_or_number() {
    for (role, meaning) in [
        ("publisher", Role::Publisher),
        ("1", Role::Publisher),
        ("host", Role::Publisher),
        ("broadcaster", Role::Publisher),
        ("Publisher", Role::Publisher),
        ("subscriber", Role::Subscriber),
        ("2", Role::Subscriber),
        ("audience", Role::Subscriber),
    ] {
        let answer = TestApp::new()
            .get(&format!("/access_token?channel=test&role={role}"))
            .await;
        let granted = answer.grants_006("test", "").privileges.iter().len();
        assert_eq!(granted, meaning.privileges().len(), "{role}");
    }
}

#[tokio::test]
async fn any_name_of_the_tutorial_makes_it_the_tutorial() {
    for query in [
        "channel=test&channelName=test",
        "channel=test&role=subscriber",
    ] {
        let answer = TestApp::new().get(&format!("/access_token?{query}")).await;
        assert_eq!(
            privileges(&answer.grants_006("test", "")),
            [(1, NOW + 3600)],
            "{query}"
        );
    }
}

#[tokio::test]
async fn names_of_both_dialects_mix_when_they_agree() {
    let target = "/access_token?channel=test&channelName=test&uid=1&expireTime=60";
    let message = TestApp::new().get(target).await.grants_006("test", "1");
    assert_eq!(privileges(&message), [(1, NOW + 60)]);
}

#[tokio::test]
async fn names_are_read_in_any_letter_case() {
    let answer = TestApp::new()
        .get("/access_token?CHANNELNAME=test&UID=1&ExpireTime=60")
        .await;
    assert_eq!(privileges(&answer.grants_006("test", "1")), [(1, NOW + 60)]);
}

#[tokio::test]
async fn other_parameters_are_ignored() {
    let answer = TestApp::new()
        .get("/access_token?_=123&channel=test&uid=1&&foo&bar=%C3%A9")
        .await;
    answer.grants_006("test", "1");
}

#[tokio::test]
async fn default_ttl_ends_a_privilege_for_which_no_end_is_named() {
    let app = TestApp::new().default_ttl(900);
    for (query, end) in [
        ("channel=test", NOW + 900),
        ("channelName=test", NOW + 900),
        ("channel=test&expireTime=60", NOW + 60),
        ("channel=test&expiredTs=0", 0),
    ] {
        let answer = app.get(&format!("/access_token?{query}")).await;
        assert_eq!(
            privileges(&answer.grants_006("test", "")),
            [(1, end)],
            "{query}"
        );
    }
}

#[tokio::test]
async fn version_007_answers_a_token_whose_privilege_ends_with_it() {
    let app = TestApp::new().version(AccessTokenVersion::V007);
    for (query, seconds) in [
        ("", DAY),
        ("&expiredTs=1700000600", 600),
        ("&expireTime=60", 60),
    ] {
        let answer = app
            .get(&format!("/access_token?channel=test&uid=1234{query}"))
            .await;
        let message = answer.grants_007();
        assert_eq!(
            (message.issued_at, message.expire),
            (UnixTime::from_seconds(NOW), seconds)
        );
        assert_eq!(
            rtc(&message),
            ("test", "1234", vec![(1, seconds)]),
            "{query}"
        );
    }
}

#[tokio::test]
async fn version_007_binds_any_user_and_the_publisher_role_too() {
    let app = TestApp::new()
        .version(AccessTokenVersion::V007)
        .default_ttl(900);
    let message = app
        .get("/access_token?channel=test&uid=0&role=publisher")
        .await
        .grants_007();
    assert_eq!(
        rtc(&message),
        ("test", "", vec![(1, 900), (2, 900), (3, 900), (4, 900)])
    );
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let app = TestApp::new();
    let with = app.get("/access_token/?channel=test&uid=1234").await;
    let without = app.get("/access_token?channel=test&uid=1234").await;
    assert_eq!((with.status, with.body), (without.status, without.body));
}

#[tokio::test]
async fn head_answers_the_headers_of_get() {
    let app = TestApp::new();
    let head = app
        .send(Method::HEAD, "/access_token?channel=test&uid=1234", &[])
        .await;
    let get = app.get("/access_token?channel=test&uid=1234").await;
    head.is(200, "");
    assert_eq!(
        head.header("content-length"),
        Some(get.body.len().to_string().as_str())
    );
    assert_eq!(head.header("cache-control"), get.header("cache-control"));
}

#[tokio::test]
async fn the_headers_are_those_of_the_node_sample() {
    let answer = TestApp::new()
        .get("/access_token?channel=test&uid=1234")
        .await;
    assert_eq!(
        answer.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(
        answer.header("cache-control"),
        Some("private, no-cache, no-store, must-revalidate")
    );
    assert_eq!(answer.header("expires"), Some("-1"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        (answer.header("x-powered-by"), answer.header("etag")),
        (None, None)
    );
}

//! Every way to ask wrongly, with the sentence that comes back.

use crate::support::TestApp;

const ALLOWED: &str = "allowed are a-z A-Z 0-9, space and !#$%&()+-:;<=.>?@[]^_{}|~,";

/// Asks and compares the whole answer.
async fn refused(query: &str, error: &str) {
    TestApp::new()
        .get(&format!("/access_token?{query}"))
        .await
        .is_error(400, error);
}

#[tokio::test]
async fn a_channel_is_required() {
    TestApp::new()
        .get("/access_token")
        .await
        .is_error(400, "channel name is required");
    for query in [
        "",
        "channel",
        "channel=",
        "channelName=",
        "uid=1",
        "chanel=x",
    ] {
        refused(query, "channel name is required").await;
    }
}

#[tokio::test]
async fn a_channel_of_65_bytes_is_refused() {
    refused(
        &format!("channel={}", "x".repeat(65)),
        "channel is 65 bytes long; at most 64 are allowed",
    )
    .await;
}

#[tokio::test]
async fn a_character_that_no_sdk_accepts_is_named_with_its_position() {
    refused(
        "channel=caf%C3%A9",
        &format!("channel has 'é' at position 4; {ALLOWED}"),
    )
    .await;
    refused(
        "channelName=a*",
        &format!("channelName has '*' at position 2; {ALLOWED}"),
    )
    .await;
    refused(
        "channel=a%00",
        &format!("channel has '\\0' at position 2; {ALLOWED}"),
    )
    .await;
    refused(
        "channel=a%0d%0ab",
        &format!("channel has '\\r' at position 2; {ALLOWED}"),
    )
    .await;
    refused(
        "channel=x&uid=a/b",
        &format!("uid has '/' at position 2; {ALLOWED}"),
    )
    .await;
}

#[tokio::test]
async fn a_parameter_is_given_once() {
    refused(
        "channel=a&channel=a",
        "channel is given more than once; send it once",
    )
    .await;
    refused(
        "channel=a&uid=1&UID=1",
        "uid is given more than once; send it once",
    )
    .await;
    refused(
        "channel=a&expiredTs=0&expiredTs=1",
        "expiredTs is given more than once; send it once",
    )
    .await;
}

#[tokio::test]
async fn a_parameter_is_no_array() {
    for query in [
        "channel[]=a",
        "channel%5B%5D=a",
        "channel[0]=a",
        "channel=a&channel[]=b",
    ] {
        refused(
            query,
            "channel must be one value: send channel=…, without brackets",
        )
        .await;
    }
    refused(
        "channel=a&uid[]=1",
        "uid must be one value: send uid=…, without brackets",
    )
    .await;
}

#[tokio::test]
async fn two_names_of_one_parameter_must_agree() {
    let error = "channel and channelName mean the same and differ; send one of them";
    refused("channel=a&channelName=b", error).await;
}

#[tokio::test]
async fn an_end_is_named_once() {
    let error = "expiredTs says when the token ends, and so does expireTime; send one of them";
    refused("channel=a&expiredTs=1700000600&expireTime=600", error).await;
}

#[tokio::test]
async fn a_bad_percent_escape_is_refused() {
    let problem =
        "has a % without two hexadecimal digits after it; a percent sign itself is written %25";
    for query in [
        "channel=%",
        "channel=%4",
        "channel=100%",
        "channel=%zz",
        "channel=%4%31",
    ] {
        refused(query, &format!("parameter \"channel\" {problem}")).await;
    }
    refused("chan%nel=a", &format!("the name of a parameter {problem}")).await;
}

#[tokio::test]
async fn what_is_not_utf_8_is_refused() {
    let problem = "is not UTF-8 after percent-decoding";
    for query in [
        "channel=%ff",
        "channel=%c0%af",
        "channel=%ed%a0%80",
        "channel=%c3",
    ] {
        refused(query, &format!("parameter \"channel\" {problem}")).await;
    }
    refused("%ff=a", &format!("the name of a parameter {problem}")).await;
}

#[tokio::test]
async fn a_uid_longer_than_a_user_account_is_refused() {
    refused(
        &format!("channel=a&uid={}", "1".repeat(256)),
        "uid is 256 bytes long; at most 255 are allowed",
    )
    .await;
}

#[tokio::test]
async fn expired_ts_is_a_whole_number_of_seconds() {
    for (value, error) in [
        ("-1", "must not be negative"),
        (
            "1700000600.5",
            "must be a whole number of seconds, without a fraction",
        ),
        ("tomorrow", "must be a number of seconds in decimal digits"),
        ("1e9", "must be a number of seconds in decimal digits"),
        ("NaN", "must be a number of seconds in decimal digits"),
    ] {
        refused(
            &format!("channel=a&expiredTs={value}"),
            &format!("expiredTs \"{value}\" {error}"),
        )
        .await;
    }
}

#[tokio::test]
async fn expired_ts_has_32_bits() {
    let error = "is over 4294967295, the last Unix time that a token can name; it is in seconds, not milliseconds";
    for value in ["4294967296", "1700000000000", "99999999999999999999999999"] {
        let error = format!("expiredTs \"{value}\" {error}");
        refused(&format!("channel=a&expiredTs={value}"), &error).await;
    }
}

#[tokio::test]
async fn expired_ts_in_the_past_is_taken_for_a_relative_time() {
    for value in ["1", "3600", "1699999999", "1700000000"] {
        let error = format!(
            "expiredTs {value} is in the past; expiredTs is an absolute Unix time, did you mean expireTime?"
        );
        refused(&format!("channel=a&expiredTs={value}"), &error).await;
    }
}

#[tokio::test]
async fn expire_time_is_a_lifetime() {
    for (value, error) in [
        (
            "0",
            "is 0 seconds: a token must live at least one; leave it out for the default",
        ),
        ("-60", "must not be negative"),
        (
            "1.5",
            "must be a whole number of seconds, without a fraction",
        ),
        ("1h", "must be a number of seconds in decimal digits"),
        (
            "1700003600",
            "is a relative time in seconds, at most 86400 (24 hours); this looks like an absolute Unix time",
        ),
    ] {
        let error = format!("expireTime \"{value}\" {error}");
        refused(&format!("channel=a&expireTime={value}"), &error).await;
    }
}

#[tokio::test]
async fn a_placeholder_that_was_left_in_the_url_is_refused() {
    for (name, placeholder) in [
        ("channel", ":channel"),
        ("channel", "{channel}"),
        ("channel", "{{channel}}"),
        ("channel", "${channel}"),
        ("channel", "<Channel>"),
        ("channelName", ":channelName"),
        ("uid", ":uid"),
    ] {
        let error = format!(
            "{name} is \"{placeholder}\", the placeholder of a URL template; put the real value there"
        );
        let placeholder = placeholder
            .replace('<', "%3C")
            .replace('>', "%3E")
            .replace('{', "%7B")
            .replace('}', "%7D");
        let channel = if name == "uid" { "channel=a&" } else { "" };
        refused(&format!("{channel}{name}={placeholder}"), &error).await;
    }
    TestApp::new()
        .get("/access_token?channel=channel&uid=uid")
        .await
        .grants_006("channel", "uid");
}

#[tokio::test]
async fn a_role_that_is_none_is_never_a_silent_subscriber() {
    for role in ["admin", "3", "0", "publisher%20"] {
        let found = role.replace("%20", " ");
        let error = format!(
            "role \"{found}\" must be publisher (also 1, host, broadcaster) or subscriber (also 2, audience)"
        );
        refused(&format!("channel=a&role={role}"), &error).await;
    }
}

#[tokio::test]
async fn no_more_than_64_bytes_of_what_was_sent_come_back() {
    let sent = "Z".repeat(1000);
    let emoji = "%F0%9F%A6%80".repeat(100);
    for query in [
        format!("channel=a&role={sent}"),
        format!("channel=a&role={emoji}"),
        format!("channel=a&role={}", "%00".repeat(100)),
        format!("channel=a&expireTime={sent}"),
        format!("channel={sent}"),
        format!("channel=a&{sent}=%zz"),
        format!("channel=a&{emoji}=%zz"),
        format!("{sent}=1"),
    ] {
        let answer = TestApp::new().get(&format!("/access_token?{query}")).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        let echoed = answer
            .body
            .matches(['Z', '🦀', '0'])
            .map(str::len)
            .sum::<usize>();
        assert!(echoed <= 64, "{echoed} bytes in {}", answer.body);
    }
}

#[tokio::test]
async fn a_query_of_more_than_8_kilobytes_is_not_read() {
    let target = format!("/access_token?channel=a&x={}", "y".repeat(60_000));
    let error = "the query has 60012 bytes; at most 8192 are read";
    TestApp::new().get(&target).await.is_error(414, error);
}

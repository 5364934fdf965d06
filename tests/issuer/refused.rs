//! Requests that cannot be meant, each with the sentence that says why.

use agora_token_server::issuer::TokenRequest;
use agora_token_server::issuer::written::WrittenRequest;
use serde_json::{Value, json};

use crate::support::refusal;

#[track_caller]
fn refused(request: Value, error: &str) {
    assert_eq!(refusal(request.clone()), error, "{request}");
}

/// A 007 request of one service.
#[track_caller]
fn service_refused(service: Value, error: &str) {
    refused(json!({ "services": [service] }), error);
}

const ALLOWED: &str = "allowed are a-z A-Z 0-9, space and !#$%&()+-:;<=.>?@[]^_{}|~,";

#[test]
fn a_field_that_is_not_known_or_missing_is_named() {
    service_refused(
        json!({ "service": "rtc", "chanel": "test" }),
        "unknown field \"chanel\"; known are channel, uid, account, role, privileges; did you mean channel?",
    );
    service_refused(json!({ "service": "rtc" }), "missing field `channel`");
    service_refused(
        json!({ "service": "rtm", "user_id": "a", "channel": "c" }),
        "unknown field \"channel\"; known are user_id, privileges",
    );
    service_refused(
        json!({ "service": "stt", "channel": "c" }),
        "unknown field \"channel\"; there are none",
    );
    refused(
        json!({ "services": [], "tll": 5 }),
        "unknown field \"tll\"; known are version, ttl, services; did you mean ttl?",
    );
    refused(json!({}), "missing field `services`");
}

#[test]
fn an_identifier_keeps_its_rules() {
    service_refused(
        json!({ "service": "rtc", "channel": "a/b" }),
        &format!("services[0].channel has '/' at position 2; {ALLOWED}"),
    );
    service_refused(
        json!({ "service": "rtm", "user_id": "" }),
        "services[0].user_id is empty",
    );
    service_refused(
        json!({ "service": "rtm", "user_id": "a\nb" }),
        "services[0].user_id has '\\n' at position 2; allowed are all but control characters",
    );
    service_refused(
        json!({ "service": "rtm", "user_id": "é".repeat(33) }),
        "services[0].user_id is 66 bytes long; at most 64 are allowed",
    );
    service_refused(
        json!({ "service": "streaming", "channel": "c", "account": "é" }),
        &format!("services[0].account has 'é' at position 1; {ALLOWED}"),
    );
}

#[test]
fn a_numeric_uid_is_a_number_of_32_bits() {
    for (uid, found) in [
        (json!(4_294_967_296_u64), "4294967296"),
        (json!(-1), "-1"),
        (json!(1.5), "1.5"),
        (json!(1.0), "1.0"),
        (json!("alice"), "alice"),
        (json!("007"), "007"),
    ] {
        service_refused(
            json!({ "service": "rtc", "channel": "c", "uid": uid }),
            &format!(
                "services[0].uid \"{found}\" must be a number from 0 to 4294967295, without leading zeros; a user \
                 account goes into account"
            ),
        );
    }
}

#[test]
fn what_says_the_same_twice_is_given_once() {
    service_refused(
        json!({ "service": "rtc", "channel": "c", "uid": 1, "account": "a" }),
        "services[0].uid and account exclude one another; give one of them",
    );
    service_refused(
        json!({ "service": "rtc", "channel": "c", "role": "publisher", "privileges": [] }),
        "services[0].role and privileges exclude one another; give one of them",
    );
}

#[test]
fn a_word_that_is_not_known_is_met_with_those_that_are() {
    service_refused(
        json!({ "service": "rtc", "channel": "c", "role": "publiser" }),
        "services[0].role \"publiser\" is not known there; known are attendee, publisher, subscriber, admin, \
         simple_attendee; did you mean publisher?",
    );
    service_refused(
        json!({ "service": "rtc", "channel": "c", "role": "simple_admin" }),
        "services[0].role \"simple_admin\" is not known there; known are attendee, publisher, subscriber, admin, \
         simple_attendee",
    );
    service_refused(
        json!({ "service": "chat", "privileges": ["login"] }),
        "services[0].privileges \"login\" is not known there; known are user, app",
    );
    service_refused(
        json!({ "service": "rtm2", "user_id": "a", "permissions": { "channels": {} } }),
        "services[0].permissions \"channels\" is not known there; known are message_channels, stream_channels, \
         group_channels, server_groups, users",
    );
    refused(
        json!({ "version": "7", "services": [] }),
        "version \"7\" is not known there; known are 005, 006, 007; did you mean 007?",
    );
}

#[test]
fn a_lifetime_is_none_of_what_it_is_often_taken_for() {
    let rtc = json!({ "service": "rtc", "channel": "c" });
    for (ttl, error) in [
        (
            json!(0),
            "\"0\" is 0 seconds: a token must live at least one; leave it out for the default",
        ),
        (json!(-5), "\"-5\" must not be negative"),
        (
            json!(1.5),
            "\"1.5\" must be a whole number of seconds, without a fraction",
        ),
        (
            json!("1h"),
            "\"1h\" must be a number of seconds in decimal digits",
        ),
        (
            json!(1_700_003_600),
            "\"1700003600\" is a relative time in seconds, at most 86400 (24 hours); this looks like an absolute Unix \
             time",
        ),
    ] {
        refused(
            json!({ "ttl": ttl, "services": [rtc] }),
            &format!("ttl {error}"),
        );
    }
    service_refused(
        json!({ "service": "rtc", "channel": "c", "privileges": { "join_channel": 0 } }),
        "services[0].privileges \"0\" is 0 seconds: a token must live at least one; leave it out for the default",
    );
}

#[test]
fn a_format_has_room_for_its_own_services() {
    let rtc = json!({ "service": "rtc", "channel": "c" });
    let stt = json!({ "service": "stt" });
    let key = json!({ "service": "recording", "channel": "c" });
    for (version, service, name) in [
        ("005", &rtc, "rtc"),
        ("006", &stt, "stt"),
        ("007", &key, "recording"),
    ] {
        refused(
            json!({ "version": version, "services": [service] }),
            &format!(
                "services[0].service {name} is none that a token of version {version} can be for"
            ),
        );
    }
    refused(
        json!({ "version": "006", "services": [rtc, rtc] }),
        "services are 2; a token of version 006 has one",
    );
    refused(
        json!({ "services": [] }),
        "services are 0; a token of version 007 has 1 to 32",
    );
    refused(
        json!({ "services": vec![stt; 33] }),
        "services are 33; a token of version 007 has 1 to 32",
    );
}

#[test]
fn a_field_that_another_one_needs_is_asked_for() {
    service_refused(
        json!({ "service": "apaas", "room": "r" }),
        "services[0].user is missing; a token for a room is for a user in it",
    );
    service_refused(
        json!({ "service": "rtc_with_rtm", "channel": "test", "user_id": "alice" }),
        "services[0].uid is missing; user_id is for signaling alone; uid 0 stands for any user",
    );
    service_refused(
        json!({ "service": "rtc_with_rtm", "channel": "c" }),
        "services[0].user_id is missing; who logs in to signaling is the user_id, or else the uid or account",
    );
    refused(
        json!({ "version": "006", "services": [{ "service": "rtm", "user_id": "a", "privileges": [] }] }),
        "services[0].privileges cannot be given; a signaling token of version 006 grants the login and nothing else",
    );
    refused(
        json!({
            "version": "005",
            "services": [{ "service": "in_channel_permission", "channel": "c", "upload": "all" }],
        }),
        "services[0].upload \"all\" is not known there; known are nothing, audio_and_video",
    );
}

#[test]
fn the_service_that_is_wrong_is_told_by_its_number() {
    let request =
        json!({ "services": [{ "service": "fpa" }, { "service": "rtm", "user_id": "" }] });
    refused(request, "services[1].user_id is empty");
}

#[test]
fn a_privilege_stands_once() {
    service_refused(
        json!({ "service": "rtc", "channel": "a", "privileges": ["join_channel", "join_channel"] }),
        "services[0].privileges have join_channel twice",
    );
    let twice = r#"{"services":[{"service":"rtc","channel":"a","privileges":{"join_channel":600,"join_channel":60}}]}"#;
    let error = WrittenRequest::from_json(twice.as_bytes())
        .and_then(TokenRequest::try_from)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "services[0].privileges have join_channel twice"
    );
}

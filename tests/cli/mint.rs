//! `mint`: tokens from flags and from written requests.

use std::io::Write;
use std::process::{Output, Stdio};

use crate::support::{APP_ID, CERTIFICATE, Directory, IDENTIFIERS, run};

#[track_caller]
fn printed(arguments: &[&str]) -> String {
    let output = run(&[&["mint"], arguments].concat(), &IDENTIFIERS);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refused(arguments: &[&str], reason: &str) {
    let output = run(&[&["mint"], arguments].concat(), &IDENTIFIERS);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!("agora-token-server: {reason}\n")
    );
}

fn with_input(arguments: &[&str], input: &str) -> Output {
    let mut command = Directory::new().command(arguments, &IDENTIFIERS);
    let mut child = command
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_token_can_be_made_again_byte_for_byte() {
    let again = ["--salt", "97373564", "--issued-at", "1618457060"];
    let arguments = [
        "rtc",
        "--version",
        "006",
        "--channel",
        "test",
        "--uid",
        "1234",
        "--ttl",
        "600",
    ];
    let token = printed(&[&arguments[..], &again].concat());
    // Made with npm agora-access-token: salt 97373564, end 1618543460, privilege 1 until 1618457660.
    assert_eq!(
        token,
        "006970CA35de60c44645bbae8a215061b33IABPHU8XBkxPZrBcqS7xl0UsXNx5KGjCCfkjntRGe4qzHgx+f9ij4OObEAB8zc0FZAN5YAEAAQA8tHdg\n"
    );
    assert_eq!(printed(&[&arguments[..], &again].concat()), token);
    assert_ne!(printed(&arguments), printed(&arguments));
}

#[test]
fn the_fields_are_printed_with_the_token_when_asked() {
    let arguments = [
        "rtm",
        "--user-id",
        "alice",
        "--ttl",
        "600",
        "--issued-at",
        "1700000000",
        "--json",
    ];
    let printed: serde_json::Value = serde_json::from_str(&printed(&arguments)).unwrap();
    assert!(printed["token"].as_str().unwrap().starts_with("007eJ"));
    assert_eq!(printed["version"], "007");
    assert_eq!(printed["app_id"], APP_ID);
    let times = ["issued_at", "expires_at", "renew_at"].map(|name| printed[name].as_u64().unwrap());
    assert_eq!(times, [1_700_000_000, 1_700_000_600, 1_700_000_570]);
    let login = serde_json::json!({ "login": 1_700_000_600 });
    assert_eq!(
        printed["services"],
        serde_json::json!([{ "service": "rtm", "user_id": "alice", "privileges": login }]),
    );
}

#[test]
fn flags_are_read_by_the_rules_of_requests() {
    refused(&["rtc"], "missing field `channel`");
    refused(
        &["rtm", "--channel", "c"],
        "unknown field \"channel\"; known are user_id, privileges",
    );
    refused(
        &["rtc", "--channel", "c", "--uid", "bob"],
        "uid \"bob\" must be a number from 0 to 4294967295, without leading zeros; a user account goes into account",
    );
    refused(
        &["rtc", "--channel", "c", "--ttl", "-5"],
        "ttl \"-5\" must not be negative",
    );
    refused(
        &["rtc", "--channel", "c", "--privilege", "publish_audi=60"],
        "privileges \"publish_audi\" is not known there; known are join_channel, publish_audio, publish_video, \
         publish_data; did you mean publish_audio?",
    );
}

#[test]
fn a_privilege_has_its_own_seconds() {
    let flags = [
        "--privilege",
        "join_channel",
        "--privilege",
        "publish_audio=600",
    ];
    let request = r#"{"services":[{"service":"rtc","channel":"c","privileges":{"join_channel":null,"publish_audio":600}}]}"#;
    let again = ["--salt", "1", "--issued-at", "1700000000"];
    let output = with_input(&[&["mint", "--request", "-"], &again[..]].concat(), request);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let of_flags = printed(&[&["rtc", "--channel", "c"], &flags[..], &again].concat());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), of_flags);
}

#[test]
fn a_key_of_the_oldest_version_needs_no_version() {
    assert!(printed(&["recording", "--channel", "c", "--uid", "5"]).starts_with("005"));
}

#[test]
fn a_written_request_that_cannot_be_used_is_described() {
    for (request, reason) in [
        (
            "{",
            "the request: EOF while parsing an object at line 1 column 1",
        ),
        (
            r#"{"services":[]}"#,
            "the request: services are 0; a token of version 007 has 1 to 32",
        ),
        (
            r#"{"services":[{"service":"rtm","user_id":""}]}"#,
            "the request: services[0].user_id is empty",
        ),
    ] {
        let output = with_input(&["mint", "--request", "-"], request);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            format!("agora-token-server: {reason}\n")
        );
    }
    let output = with_input(&["mint", "--request", "-"], &" ".repeat(65_537));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "agora-token-server: standard input cannot be read: it has more than 65536 bytes\n"
    );
    refused(
        &["--request", "/nowhere"],
        "/nowhere cannot be read: No such file or directory (os error 2)",
    );
}

#[test]
fn the_certificate_is_no_flag() {
    for flag in ["--app-certificate", "--certificate", "--app-id"] {
        let output = run(
            &["mint", "rtc", "--channel", "c", flag, CERTIFICATE],
            &IDENTIFIERS,
        );
        assert_eq!(output.status.code(), Some(2), "{flag}");
    }
    let output = run(&["mint", "rtc", "--channel", "c"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("APP_CERTIFICATE is not set")
    );
}

#[test]
fn completions_and_manual_are_made_of_the_command_line() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = String::from_utf8(run(&["completions", shell], &[]).stdout).unwrap();
        assert!(script.contains("healthcheck"), "{shell}: {script}");
    }
    let manual = String::from_utf8(run(&["man"], &[]).stdout).unwrap();
    assert!(manual.contains(".TH agora-token-server 1"), "{manual}");
}

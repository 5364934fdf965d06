//! The limits of identifiers, each with the sentence that a person reads.

use agora_token_server::token::{AppCertificate, AppId, ChannelName, Uid, UserAccount};

const ALLOWED: &str = "allowed are a-z A-Z 0-9, space and !#$%&()+-:;<=.>?@[]^_{}|~,";

#[track_caller]
fn channel_error(name: &str, error: &str) {
    assert_eq!(ChannelName::new(name).unwrap_err().to_string(), error);
}

#[test]
fn a_channel_name_may_hold_every_character_of_the_sdks() {
    let all = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    assert!(ChannelName::new(all).is_ok());
    assert!(ChannelName::new(" !#$%&()+-:;<=.>?@[]^_{}|~,").is_ok());
}

#[test]
fn a_channel_name_has_64_bytes_at_most() {
    assert!(ChannelName::new("x".repeat(64)).is_ok());
    channel_error(&"x".repeat(65), "is 65 bytes long; at most 64 are allowed");
}

#[test]
fn a_channel_name_is_not_empty() {
    channel_error("", "is empty");
}

#[test]
fn a_character_outside_the_set_is_named_with_its_position() {
    channel_error("caf\u{e9}", &format!("has 'é' at position 4; {ALLOWED}"));
    channel_error("a/b", &format!("has '/' at position 2; {ALLOWED}"));
    channel_error("a*", &format!("has '*' at position 2; {ALLOWED}"));
    channel_error("a\"", &format!("has '\"' at position 2; {ALLOWED}"));
    channel_error("a\0b", &format!("has '\\0' at position 2; {ALLOWED}"));
    channel_error("a\r\n", &format!("has '\\r' at position 2; {ALLOWED}"));
    channel_error(
        "\u{202e}",
        &format!("has '\\u{{202e}}' at position 1; {ALLOWED}"),
    );
}

#[test]
fn a_star_alone_is_every_channel() {
    assert!(ChannelName::new("*").unwrap().is_wildcard());
    assert!(!ChannelName::new("-").unwrap().is_wildcard());
}

#[test]
fn a_uid_is_any_user_a_number_or_an_account() {
    let signed = |text: &str| Uid::parse(text).map(|uid| uid.signed().to_string());
    assert_eq!(Uid::parse(""), Ok(Uid::Any));
    assert_eq!(Uid::parse("0"), Ok(Uid::Any));
    assert_eq!(Uid::parse("1234"), Ok(Uid::from(1234)));
    assert_eq!(Uid::parse("4294967295"), Ok(Uid::from(u32::MAX)));
    assert_eq!(
        Uid::parse("alice"),
        UserAccount::new("alice").map(Uid::Account)
    );
    assert_eq!(signed("0").as_deref(), Ok(""));
    assert_eq!(signed("1234").as_deref(), Ok("1234"));
    assert_eq!(signed("alice").as_deref(), Ok("alice"));
}

#[test]
fn digits_that_are_no_32_bit_number_are_an_account_signed_as_they_stand() {
    for text in ["01234", "00", "4294967296", "-1", "1.5", "+5"] {
        assert_eq!(
            Uid::parse(text),
            UserAccount::new(text).map(Uid::Account),
            "{text}"
        );
    }
}

#[test]
fn a_user_account_has_255_bytes_at_most() {
    assert!(Uid::parse("x".repeat(255)).is_ok());
    let error = Uid::parse("x".repeat(256)).unwrap_err().to_string();
    assert_eq!(error, "is 256 bytes long; at most 255 are allowed");
}

#[test]
fn an_app_id_keeps_the_case_of_its_digits() {
    let app_id: AppId = "970CA35de60c44645bbae8a215061b33".parse().unwrap();
    assert_eq!(app_id.to_string(), "970CA35de60c44645bbae8a215061b33");
}

#[test]
fn what_is_no_certificate_is_described_without_being_shown() {
    let error = |text: &str| text.parse::<AppCertificate>().unwrap_err().to_string();
    assert_eq!(
        error("5CFd2fd1755d"),
        "must be 32 hexadecimal digits, found 12 characters"
    );
    assert_eq!(
        error("5CFd2fd1755d40ecb72977518be15d3g"),
        "must be 32 hexadecimal digits, found another character at position 32",
    );
}

#[test]
fn a_certificate_is_redacted_when_printed() {
    // A move copies a pointer, and leaves no digits behind that nobody zeroes.
    assert_eq!(size_of::<AppCertificate>(), size_of::<usize>());
    let certificate: AppCertificate = "5CFd2fd1755d40ecb72977518be15d3b".parse().unwrap();
    assert_eq!(format!("{certificate:?}"), "[redacted]");
}

//! Tokens that cannot be read, or not be believed, and what is said about them.

use std::io::Write;

use agora_token_server::token::{
    Binding, Privileges, Project, Scope, Service, Services, SignedBy, Text, UnixTime,
    UnverifiedToken, VerifyError, v006, v007,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::support::{content_of_007, token_007_of};

#[test]
fn a_compression_bomb_is_not_inflated() {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 10_000_000]).unwrap();
    let token = format!("007{}", STANDARD.encode(encoder.finish().unwrap()));
    assert!(token.len() < 20_000, "{}", token.len());
    let error = UnverifiedToken::parse(&token).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the content inflates to more than 65536 bytes"
    );
}

#[test]
fn bytes_after_the_end_are_reported() {
    let project = Project::new(
        "a".repeat(32).parse().unwrap(),
        "b".repeat(32).parse().unwrap(),
    );
    let message = v006::Message {
        salt: 1,
        ends_at: UnixTime::from_seconds(2),
        privileges: Privileges::default(),
    };
    let token = v006::mint(
        &project,
        Binding {
            channel: "c",
            uid: "",
        },
        &message,
    );
    let mut content = STANDARD.decode(&token[35..]).unwrap();
    content.extend([0; 5]);
    let longer = format!("{}{}", &token[..35], STANDARD.encode(content));
    let error = UnverifiedToken::parse(&longer).unwrap_err();
    assert_eq!(error.to_string(), "5 bytes stand after the message");
}

#[test]
fn a_service_that_is_not_known_stays_visible() {
    let mut content = content_of_007(&v007::mint(&project(), &message("test", "1234")));
    let count = 2 + 32 + 2 + 32 + 12;
    content[count] = 2;
    content.extend([42, 0, 1, 2, 3]);
    let UnverifiedToken::V007(read) = UnverifiedToken::parse(&token_007_of(&content)).unwrap()
    else {
        panic!()
    };
    assert_eq!(read.message.services.known().len(), 1);
    let unknown = read.message.services.unknown().unwrap();
    assert_eq!(
        (unknown.kind, unknown.bytes.as_slice()),
        (42, &[1, 2, 3][..])
    );
}

#[test]
fn a_field_that_is_cut_off_is_named() {
    let content = content_of_007(&v007::mint(&project(), &message("test", "1234")));
    for (length, error) in [
        (1, "the token ends within its signature"),
        (33, "the token ends within its signature"),
        (40, "the token ends within its App ID"),
        (70, "the token ends within its issue time"),
        (81, "the token ends within its number of services"),
        (83, "the token ends within its service type"),
        (85, "the token ends within its privileges"),
        (90, "the token ends within its RTC channel"),
        (content.len() - 1, "the token ends within its RTC uid"),
    ] {
        let cut = token_007_of(&content[..length]);
        assert_eq!(
            UnverifiedToken::parse(&cut).unwrap_err().to_string(),
            error,
            "{length}"
        );
    }
}

#[test]
fn a_count_that_the_bytes_do_not_bear_out_is_an_error_not_an_allocation() {
    let mut content = content_of_007(&v007::mint(&project(), &message("test", "1234")));
    content[80..82].copy_from_slice(&[0xff, 0xff]);
    let error = UnverifiedToken::parse(&token_007_of(&content)).unwrap_err();
    assert_eq!(error.to_string(), "the token ends within its service type");
}

#[test]
fn what_makes_a_token_invalid_is_said_in_words() {
    for (error, words) in [
        (VerifyError::AppId, "the token is for another App ID"),
        (VerifyError::Channel, "the token is for another channel"),
        (VerifyError::Uid, "the token is for another uid"),
        (
            VerifyError::Signature,
            "the signature is not of this project's App Certificate",
        ),
        (
            VerifyError::Unbound,
            "the signature of this version can be checked only with the channel and uid that the token is for",
        ),
    ] {
        assert_eq!(error.to_string(), words);
    }
}

#[test]
fn what_is_no_token_is_said_to_be_none() {
    for text in ["", "00", "008abc", "eyJhbGciOiJIUzI1NiJ9", "é06", "006é"] {
        let error = UnverifiedToken::parse(text).unwrap_err().to_string();
        let expected = match text {
            "006é" => "the App ID in the token is not 32 hexadecimal digits",
            _ => "it does not begin with 005, 006 or 007",
        };
        assert_eq!(error, expected, "{text:?}");
    }
}

#[test]
fn a_token_of_the_secondary_certificate_verifies_as_such() {
    let old = project();
    let token = UnverifiedToken::parse(&v007::mint(&old, &message("test", "1234"))).unwrap();
    let mut new = Project::new(old.app_id, "c".repeat(32).parse().unwrap());
    assert_eq!(token.verify(&new, None), Err(VerifyError::Signature));
    new.secondary = Some(old.certificate.clone());
    assert_eq!(
        token.verify(&new, None).map(|token| token.signed_by()),
        Ok(SignedBy::Secondary)
    );
    assert_eq!(
        token.verify(&old, None).map(|token| token.signed_by()),
        Ok(SignedBy::Primary)
    );
}

#[test]
fn a_token_of_another_project_is_told_from_one_of_another_certificate() {
    let token = UnverifiedToken::parse(&v007::mint(&project(), &message("test", "1234"))).unwrap();
    let other = Project::new(
        "c".repeat(32).parse().unwrap(),
        "b".repeat(32).parse().unwrap(),
    );
    assert_eq!(token.verify(&other, None), Err(VerifyError::AppId));
}

#[test]
fn a_binding_is_checked_in_every_version() {
    let bind = |channel, uid| Some(Binding { channel, uid });
    let message_006 = v006::Message {
        salt: 1,
        ends_at: UnixTime::default(),
        privileges: Privileges::default(),
    };
    for token in [
        v006::mint(
            &project(),
            Binding {
                channel: "test",
                uid: "1234",
            },
            &message_006,
        ),
        v007::mint(&project(), &message("test", "1234")),
    ] {
        let token = UnverifiedToken::parse(&token).unwrap();
        let verify = |binding| {
            token
                .verify(&project(), binding)
                .map(|token| token.signed_by())
        };
        assert_eq!(verify(bind("test", "1234")), Ok(SignedBy::Primary));
        assert_eq!(verify(bind("Test", "1234")), Err(VerifyError::Channel));
        assert_eq!(verify(bind("test", "1235")), Err(VerifyError::Uid));
        assert_eq!(verify(bind("test", "")), Err(VerifyError::Uid));
    }
}

#[test]
fn a_007_token_for_any_user_or_any_channel_is_bound_to_all() {
    let bind = |channel, uid| Some(Binding { channel, uid });
    let token = UnverifiedToken::parse(&v007::mint(&project(), &message("*", ""))).unwrap();
    assert!(token.verify(&project(), bind("anything", "1234")).is_ok());
}

#[test]
fn versions_that_hold_no_channel_want_one_to_verify() {
    let message = v006::Message {
        salt: 1,
        ends_at: UnixTime::default(),
        privileges: Privileges::default(),
    };
    let token = UnverifiedToken::parse(&v006::mint(
        &project(),
        Binding {
            channel: "test",
            uid: "",
        },
        &message,
    ))
    .unwrap();
    assert_eq!(token.verify(&project(), None), Err(VerifyError::Unbound));
}

fn project() -> Project {
    Project::new(
        "a".repeat(32).parse().unwrap(),
        "b".repeat(32).parse().unwrap(),
    )
}

fn message(channel: &str, uid: &str) -> v007::Message {
    let scope = Scope::Rtc {
        channel: Text::new(channel).unwrap(),
        uid: Text::new(uid).unwrap(),
    };
    v007::Message {
        issued_at: UnixTime::from_seconds(1_700_000_000),
        expire: 3600,
        salt: 1,
        services: Services::one(Service {
            privileges: Privileges::default(),
            scope,
        }),
    }
}

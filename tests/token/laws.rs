//! What holds for any token: it reads back as it was made, and nothing in it can be changed.

use agora_token_server::token::{
    Privilege, Privileges, Project, Service, Services, Text, UnixTime, UnverifiedToken, v006, v007,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

proptest! {
    // Each case of the flipping laws is some 2,000 tokens.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_006_token_reads_back_as_it_was_made(
        project in projects(), channel in ".{0,64}", uid in ".{0,255}", message in messages_006(),
    ) {
        let token = v006::mint(&project, &channel, &uid, &message);
        let read = v006::Unverified::parse(&token).unwrap();
        prop_assert_eq!(&read.message, &message);
        prop_assert_eq!(read.app_id, project.app_id);
        prop_assert_eq!(read.verify(&project, &channel, &uid), Ok(()));
    }

    #[test]
    fn a_007_token_reads_back_as_it_was_made(project in projects(), message in messages_007()) {
        let read = v007::Unverified::parse(&v007::mint(&project, &message)).unwrap();
        prop_assert_eq!(&read.message, &message);
        prop_assert_eq!(read.app_id, project.app_id);
        prop_assert_eq!(read.verify(&project), Ok(()));
    }

    #[test]
    fn a_token_is_the_same_for_the_same_salt_and_times(project in projects(), message in messages_007()) {
        prop_assert_eq!(v007::mint(&project, &message), v007::mint(&project, &message));
    }

    #[test]
    fn any_flipped_bit_of_a_006_token_fails_verification(
        project in projects(), channel in ".{1,64}", uid in ".{0,20}", message in messages_006(),
    ) {
        let token = v006::mint(&project, &channel, &uid, &message);
        for (byte, bit, changed) in flipped(token.as_bytes()) {
            let accepted = String::from_utf8(changed)
                .is_ok_and(|token| verifies_006(&token, &project, &channel, &uid));
            prop_assert!(!accepted, "bit {bit} of byte {byte} in {token}");
        }
    }

    #[test]
    fn any_flipped_bit_under_the_compression_of_a_007_token_fails_verification(
        project in projects(), message in messages_007(),
    ) {
        let content = inflated(&v007::mint(&project, &message));
        for (byte, bit, changed) in flipped(&content) {
            prop_assert!(!verifies_007(&deflated(&changed), &project), "bit {bit} of byte {byte}");
        }
    }

    /// The compressed form has a few bits without meaning (padding, another way to say the same repetition): a
    /// token changed there is the same statement, so it may pass, and nothing else may.
    #[test]
    fn a_flipped_bit_of_a_007_token_fails_verification_or_changes_nothing(
        project in projects(), message in messages_007(),
    ) {
        let token = v007::mint(&project, &message);
        let made = v007::Unverified::parse(&token).unwrap();
        for (byte, bit, changed) in flipped(token.as_bytes()) {
            let Ok(changed) = String::from_utf8(changed) else { continue };
            if let Ok(read) = v007::Unverified::parse(&changed) && read.verify(&project).is_ok() {
                prop_assert_eq!(&read, &made, "bit {} of byte {}", bit, byte);
            }
        }
    }

    #[test]
    fn reading_never_panics(text in "(006|007)?[0-9a-f]{0,40}[A-Za-z0-9+/]{0,200}={0,2}") {
        let _ = UnverifiedToken::parse(&text);
    }

    #[test]
    fn reading_any_content_never_panics(content in vec(any::<u8>(), 0..300)) {
        let _ = UnverifiedToken::parse(&deflated(&content));
        let _ = UnverifiedToken::parse(&format!("006{}{}", "a".repeat(32), STANDARD.encode(&content)));
    }
}

#[test]
fn a_compression_bomb_is_not_inflated() {
    let token = deflated(&vec![0; 10_000_000]);
    let error = UnverifiedToken::parse(&token).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the content inflates to more than 65536 bytes"
    );
}

#[test]
fn bytes_after_the_end_are_reported() {
    let project = Project {
        app_id: "a".repeat(32).parse().unwrap(),
        certificate: "b".repeat(32).parse().unwrap(),
    };
    let message = v006::Message {
        salt: 1,
        ends_at: UnixTime::from_seconds(2),
        privileges: Privileges::default(),
    };
    let token = v006::mint(&project, "c", "", &message);
    let mut content = STANDARD.decode(&token[35..]).unwrap();
    content.extend([0; 5]);
    let longer = format!("{}{}", &token[..35], STANDARD.encode(content));
    let error = UnverifiedToken::parse(&longer).unwrap_err();
    assert_eq!(error.to_string(), "5 bytes stand after the message");
}

fn verifies_006(token: &str, project: &Project, channel: &str, uid: &str) -> bool {
    v006::Unverified::parse(token).is_ok_and(|token| token.verify(project, channel, uid).is_ok())
}

fn verifies_007(token: &str, project: &Project) -> bool {
    v007::Unverified::parse(token).is_ok_and(|token| token.verify(project).is_ok())
}

fn flipped(bytes: &[u8]) -> impl Iterator<Item = (usize, u8, Vec<u8>)> {
    (0..bytes.len()).flat_map(move |byte| {
        (0..8).map(move |bit| {
            let mut changed = bytes.to_vec();
            changed[byte] ^= 1 << bit;
            (byte, bit, changed)
        })
    })
}

fn inflated(token: &str) -> Vec<u8> {
    let packed = STANDARD.decode(token.strip_prefix("007").unwrap()).unwrap();
    let mut content = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::ZlibDecoder::new(packed.as_slice()),
        &mut content,
    )
    .unwrap();
    content
}

fn deflated(content: &[u8]) -> String {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::none());
    std::io::Write::write_all(&mut encoder, content).unwrap();
    format!("007{}", STANDARD.encode(encoder.finish().unwrap()))
}

fn privileges() -> impl Strategy<Value = Privilege> {
    use Privilege::{AdministrateChannel, JoinChannel, PublishAudioStream, RtmLogin};
    proptest::sample::select(vec![
        JoinChannel,
        PublishAudioStream,
        AdministrateChannel,
        RtmLogin,
    ])
}

fn projects() -> impl Strategy<Value = Project> {
    ("[0-9a-fA-F]{32}", "[0-9a-fA-F]{32}").prop_map(|(app_id, certificate)| Project {
        app_id: app_id.parse().unwrap(),
        certificate: certificate.parse().unwrap(),
    })
}

fn messages_006() -> impl Strategy<Value = v006::Message> {
    (
        any::<u32>(),
        any::<u32>(),
        btree_map(privileges(), any::<u32>(), 0..3),
    )
        .prop_map(|(salt, ends_at, privileges)| v006::Message {
            salt,
            ends_at: UnixTime::from_seconds(ends_at),
            privileges: privileges.into_iter().collect(),
        })
}

fn messages_007() -> impl Strategy<Value = v007::Message> {
    let service = (
        ".{0,64}",
        ".{0,64}",
        btree_map(privileges(), any::<u32>(), 0..3),
    );
    (any::<u32>(), any::<u32>(), 1..=v007::MAX_SALT, service).prop_map(
        |(issued_at, expire, salt, (channel, uid, privileges))| v007::Message {
            issued_at: UnixTime::from_seconds(issued_at),
            expire,
            salt,
            services: Services::one(Service::Rtc {
                channel: Text::new(channel).unwrap(),
                uid: Text::new(uid).unwrap(),
                privileges: privileges.into_iter().collect(),
            }),
        },
    )
}

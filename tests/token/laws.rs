//! What holds for any token: it reads back as it was made, and nothing in it can be changed.

use agora_token_server::token::{
    Binding, Permission, Permissions, Privilege, Project, Resource, Scope, Service, ServiceKind,
    Services, SignedBy, Text, UnixTime, UnverifiedToken, v005, v006, v007,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::support::{content_of_007, token_007_of};

proptest! {
    // Each case of the flipping laws is some 2,000 tokens.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_006_token_reads_back_as_it_was_made(
        project in projects(), channel in ".{0,64}", uid in ".{0,255}", message in messages_006(),
    ) {
        let token = v006::mint(&project, Binding { channel: &channel, uid: &uid }, &message);
        let read = v006::Unverified::parse(&token).unwrap();
        prop_assert_eq!(&read.message, &message);
        prop_assert_eq!(read.app_id, project.app_id);
        prop_assert_eq!(read.verify(&project, Binding { channel: &channel, uid: &uid }), Ok(SignedBy::Primary));
    }

    #[test]
    fn a_007_token_reads_back_as_it_was_made(project in projects(), message in messages_007()) {
        let read = v007::Unverified::parse(&v007::mint(&project, &message)).unwrap();
        prop_assert_eq!(&read.message, &message);
        prop_assert_eq!(read.app_id, project.app_id);
        prop_assert_eq!(read.verify(&project), Ok(SignedBy::Primary));
    }

    #[test]
    fn a_005_key_reads_back_as_it_was_made(
        project in projects(), channel in texts(), uid in any::<u32>(),
        kind in proptest::sample::select(v005::KeyKind::ALL.as_slice()), numbers in any::<(u32, u32, u32)>(),
    ) {
        let (issued_at, salt, ends_at) = numbers;
        let message =
            v005::Message::new(kind, UnixTime::from_seconds(issued_at), salt, UnixTime::from_seconds(ends_at));
        let read = v005::Unverified::parse(&v005::mint(&project, &channel, uid, &message)).unwrap();
        prop_assert_eq!(&read.message, &message);
        prop_assert_eq!(read.message.kind(), Some(kind));
        prop_assert_eq!(read.app_id.as_str(), project.app_id.as_str().to_ascii_lowercase());
        prop_assert_eq!(read.verify(&project, &channel, uid), Ok(SignedBy::Primary));
    }

    #[test]
    fn any_flipped_bit_of_a_005_key_fails_verification(
        project in projects(), channel in texts(), uid in any::<u32>(),
        kind in proptest::sample::select(v005::KeyKind::ALL.as_slice()),
    ) {
        let (issued_at, ends_at) = (UnixTime::from_seconds(1_700_000_000), UnixTime::from_seconds(0));
        let key = v005::mint(&project, &channel, uid, &v005::Message::new(kind, issued_at, 1, ends_at));
        for (byte, bit, changed) in flipped(key.as_bytes()) {
            let accepted = String::from_utf8(changed).is_ok_and(|key| {
                v005::Unverified::parse(&key).is_ok_and(|key| key.verify(&project, &channel, uid).is_ok())
            });
            prop_assert!(!accepted, "bit {bit} of byte {byte} in {key}");
        }
    }

    #[test]
    fn a_token_is_the_same_for_the_same_salt_and_times(project in projects(), message in messages_007()) {
        prop_assert_eq!(v007::mint(&project, &message), v007::mint(&project, &message));
    }

    #[test]
    fn any_flipped_bit_of_a_006_token_fails_verification(
        project in projects(), channel in ".{1,64}", uid in ".{0,20}", message in messages_006(),
    ) {
        let token = v006::mint(&project, Binding { channel: &channel, uid: &uid }, &message);
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
        let content = content_of_007(&v007::mint(&project, &message));
        for (byte, bit, changed) in flipped(&content) {
            prop_assert!(!verifies_007(&token_007_of(&changed), &project), "bit {bit} of byte {byte}");
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
    fn reading_never_panics(text in "(005|006|007)?[0-9a-f]{0,40}[A-Za-z0-9+/]{0,200}={0,2}") {
        let _ = UnverifiedToken::parse(&text);
    }

    /// Beyond the signature, which random bytes hardly ever pass.
    #[test]
    fn reading_any_content_never_panics(content in vec(any::<u8>(), 0..300)) {
        let signed = [&[32, 0][..], &[0; 32], &content].concat();
        let with_app_id = [&signed[..34], &[32, 0], &[b'a'; 32], &content].concat();
        for content in [&content, &signed, &with_app_id] {
            let _ = UnverifiedToken::parse(&token_007_of(content));
            let _ = UnverifiedToken::parse(&format!("005{}", STANDARD.encode(content)));
            let _ = UnverifiedToken::parse(&format!("006{}{}", "a".repeat(32), STANDARD.encode(content)));
        }
    }

    #[test]
    fn a_token_that_is_cut_off_is_an_error(project in projects(), message in messages_007()) {
        let content = content_of_007(&v007::mint(&project, &message));
        for length in 0..content.len() {
            let read = UnverifiedToken::parse(&token_007_of(&content[..length]));
            prop_assert!(read.is_err(), "{length} of {} bytes", content.len());
        }
    }
}

fn verifies_006(token: &str, project: &Project, channel: &str, uid: &str) -> bool {
    v006::Unverified::parse(token)
        .is_ok_and(|token| token.verify(project, Binding { channel, uid }).is_ok())
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

fn privileges() -> impl Strategy<Value = Privilege> {
    proptest::sample::select(v006::PRIVILEGES.as_slice())
}

fn projects() -> impl Strategy<Value = Project> {
    ("[0-9a-fA-F]{32}", "[0-9a-fA-F]{32}").prop_map(|(app_id, certificate)| {
        Project::new(app_id.parse().unwrap(), certificate.parse().unwrap())
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
    (
        any::<u32>(),
        any::<u32>(),
        1..=v007::MAX_SALT,
        vec(services(), 0..4),
    )
        .prop_map(|(issued_at, expire, salt, services)| v007::Message {
            issued_at: UnixTime::from_seconds(issued_at),
            expire,
            salt,
            services: Services::in_order(services),
        })
}

fn services() -> impl Strategy<Value = Service> {
    let kinds = proptest::sample::select(ServiceKind::ALL.as_slice());
    (
        kinds,
        texts(),
        texts(),
        any::<i16>(),
        permissions(),
        vec(any::<u32>(), 4),
    )
        .prop_map(|(kind, first, second, role, permissions, ends)| {
            let scope = match kind {
                ServiceKind::Rtc => Scope::Rtc {
                    channel: first,
                    uid: second,
                },
                ServiceKind::Rtm => Scope::Rtm { user_id: first },
                ServiceKind::Streaming => Scope::Streaming {
                    channel: first,
                    account: second,
                },
                ServiceKind::Fpa => Scope::Fpa,
                ServiceKind::Chat => Scope::Chat { user_id: first },
                ServiceKind::Fcdn => Scope::Fcdn {
                    channel: first,
                    account: second,
                },
                ServiceKind::Apaas => Scope::Apaas {
                    room: first,
                    user: second,
                    role,
                },
                ServiceKind::Rtm2 => Scope::Rtm2 {
                    user_id: first,
                    permissions,
                },
                ServiceKind::ConvoAi => Scope::ConvoAi,
                ServiceKind::Stt => Scope::Stt,
            };
            let privileges = kind.privileges().iter().copied().zip(ends).collect();
            Service { privileges, scope }
        })
}

fn permissions() -> impl Strategy<Value = Permissions> {
    let resources = proptest::sample::select(Resource::ALL.as_slice());
    let permissions = proptest::sample::select(Permission::ALL.as_slice());
    vec((resources, permissions, vec(texts(), 0..3)), 0..4)
        .prop_map(|entries| Permissions::new(entries).unwrap())
}

fn texts() -> impl Strategy<Value = Text> {
    ".{0,64}".prop_map(|text| Text::new(text).unwrap())
}

//! 005: the four channel keys, made by each package.
//!
//! Compared are the keys themselves, and what we read out of theirs. No package of Agora's reads a 005 key.

use agora_token_server::token::v005::{self, KeyKind, Upload};
use agora_token_server::token::{Binding, UnixTime, UnverifiedToken};
use rand::rngs::StdRng;
use serde_json::Value;

use crate::keys::{Keys, token};
use crate::random::{field, number, text};
use crate::worker::Case;

const PACKAGES: [&str; 3] = [
    "agora-access-token@1.0.2",
    "agora-access-token@2.0.4",
    "agora-token@2.0.6",
];

#[derive(Debug)]
pub(crate) struct Case005 {
    package: &'static str,
    keys: Keys,
    kind: KeyKind,
    channel: String,
    uid: u32,
    issued_at: u32,
    salt: u32,
    ends_at: u32,
}

impl Case005 {
    fn message(&self) -> v005::Message {
        v005::Message::new(
            self.kind,
            UnixTime::from_seconds(self.issued_at),
            self.salt,
            UnixTime::from_seconds(self.ends_at),
        )
    }

    fn mint(&self) -> String {
        let project = self.keys.project();
        v005::mint(&project, &field(&self.channel), self.uid, &self.message())
    }
}

impl Case for Case005 {
    const VERSION: &'static str = "005";
    const PERCENT: usize = 15;

    fn random(rng: &mut StdRng, index: usize) -> Self {
        Self {
            package: PACKAGES[index % PACKAGES.len()],
            keys: Keys::random(rng),
            kind: KeyKind::ALL[index / PACKAGES.len() % KeyKind::ALL.len()],
            channel: text(rng, 64),
            uid: number(rng),
            issued_at: number(rng),
            salt: number(rng),
            ends_at: number(rng),
        }
    }

    fn request(&self) -> Value {
        let mut request = self.keys.request();
        request["package"] = self.package.into();
        request["kind"] = match self.kind {
            KeyKind::InChannelPermission(Upload::Nothing) => "upload_nothing".into(),
            KeyKind::InChannelPermission(Upload::AudioAndVideo) => "upload_audio_and_video".into(),
            kind => kind.name().into(),
        };
        request["channel"] = self.channel.as_str().into();
        request["uid"] = self.uid.into();
        request["issue_ts"] = self.issued_at.into();
        request["salt"] = self.salt.into();
        request["end_ts"] = self.ends_at.into();
        request
    }

    fn check(&self, answer: &Value) {
        let theirs = token(answer);
        assert_eq!(theirs, self.mint(), "another key");

        let uid = self.uid.to_string();
        let binding = Binding {
            channel: &self.channel,
            uid: &uid,
        };
        let UnverifiedToken::V005(read) = self.keys.read_verified(theirs, Some(binding)) else {
            panic!("another version: {theirs}")
        };
        assert_eq!(read.message, self.message(), "we misread theirs");
        assert_eq!(read.message.kind(), Some(self.kind), "we misread theirs");
        // The key holds the bytes that the digits stand for, and not their case.
        assert_eq!(read.app_id.as_str(), self.keys.app_id.to_ascii_lowercase());
    }
}

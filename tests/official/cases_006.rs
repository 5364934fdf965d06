//! 006: every privilege, for a channel or for signaling.
//!
//! Compared are the tokens themselves, what we read out of theirs, and what their parser reads out of ours. That
//! neither keeps the App ID nor checks the signature, which their builder does by making the same token.

use agora_token_server::token::{Binding, Privilege, UnixTime, UnverifiedToken, v006};
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::keys::{Keys, token};
use crate::random::{Grants, User, grants, number, object, pairs, text};
use crate::worker::Case;

const PACKAGES: [&str; 2] = ["agora-access-token@1.0.2", "agora-access-token@2.0.4"];

#[derive(Debug)]
pub(crate) struct Case006 {
    package: &'static str,
    keys: Keys,
    /// For signaling: the account.
    channel: String,
    uid: User,
    salt: u32,
    ends_at: u32,
    grants: Grants,
}

impl Case006 {
    fn message(&self) -> v006::Message {
        v006::Message {
            salt: self.salt,
            ends_at: UnixTime::from_seconds(self.ends_at),
            privileges: self.grants.iter().copied().collect(),
        }
    }

    fn mint(&self) -> String {
        let binding = Binding {
            channel: &self.channel,
            uid: &self.uid.text(),
        };
        v006::mint(&self.keys.project(), binding, &self.message())
    }
}

impl Case for Case006 {
    const VERSION: &'static str = "006";
    const PERCENT: usize = 30;

    fn random(rng: &mut StdRng, index: usize) -> Self {
        // As Agora's builder makes a login to signaling; version 1.0.2 has none, and makes it of the same parts.
        let is_login = (index / PACKAGES.len()).is_multiple_of(4);
        Self {
            package: PACKAGES[index % PACKAGES.len()],
            keys: Keys::random(rng),
            channel: text(rng, if is_login { 255 } else { 64 }),
            uid: if is_login {
                User::Account(String::new())
            } else {
                User::random(rng)
            },
            salt: number(rng),
            ends_at: number(rng),
            grants: if is_login {
                vec![(Privilege::RTM_LOGIN, number(rng))]
            } else {
                grants(rng, &v006::PRIVILEGES)
            },
        }
    }

    fn request(&self) -> Value {
        let mut request = self.keys.request();
        request["package"] = self.package.into();
        request["channel"] = self.channel.as_str().into();
        request["uid"] = self.uid.json();
        request["salt"] = self.salt.into();
        request["ts"] = self.ends_at.into();
        request["privileges"] = pairs(&self.grants);
        request["token"] = self.mint().into();
        request
    }

    fn check(&self, answer: &Value) {
        let theirs = token(answer);
        assert_eq!(theirs, self.mint(), "another token");

        let uid = self.uid.text();
        let read = json!({
            "channel_crc": crc32fast::hash(self.channel.as_bytes()),
            "uid_crc": crc32fast::hash(uid.as_bytes()),
            "salt": self.salt,
            "ts": self.ends_at,
            "privileges": object(&self.grants),
        });
        assert_eq!(answer["read"], read, "they misread ours");

        let binding = Binding {
            channel: &self.channel,
            uid: &uid,
        };
        let UnverifiedToken::V006(read) = self.keys.read_verified(theirs, Some(binding)) else {
            panic!("another version: {theirs}")
        };
        assert_eq!(read.message, self.message(), "we misread theirs");
        assert_eq!(read.app_id.as_str(), self.keys.app_id, "we misread theirs");
    }
}

//! 007: mostly one to four services of any kinds, several of one kind among them, with every field that they have.
//!
//! Compared are the contents under the compression, which is each library's own; what we read out of theirs; and what
//! their parser reads out of ours. All at the level of their `AccessToken2` and its services, not of their ready-made
//! builders, some of which are wrong: `tests/clients/official/v007.mjs` says what it works around.
//!
//! Some tokens hold a service that neither side knows. We cannot make those, so that only theirs is read, and what we
//! read is packed again.

use std::io::Read;

use agora_token_server::token::{Services, UnixTime, UnverifiedToken, v007};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value, json};

use crate::keys::{Keys, token};
use crate::random::number;
use crate::services::{ServiceCase, kinds};
use crate::worker::Case;

#[derive(Debug)]
pub(crate) struct Case007 {
    keys: Keys,
    issued_at: u32,
    expire: u32,
    salt: u32,
    /// In the order in which they are added, which is not that in the token.
    services: Vec<ServiceCase>,
    /// The number of a service that nobody knows, and of a privilege there with its end.
    unknown: Option<(u16, u16, u32)>,
}

impl Case007 {
    /// What we make; and what we should read, but for an unknown service.
    fn message(&self) -> v007::Message {
        v007::Message {
            issued_at: UnixTime::from_seconds(self.issued_at),
            expire: self.expire,
            salt: self.salt,
            services: Services::in_order(self.services.iter().map(ServiceCase::service).collect()),
        }
    }

    fn mint(&self) -> String {
        v007::mint(&self.keys.project(), &self.message())
    }

    /// What stands in the token, one service after the other.
    fn services_read(&self) -> Value {
        let mut services: Vec<&ServiceCase> = self.services.iter().collect();
        services.sort_by_key(|service| service.kind().number());
        services.into_iter().map(ServiceCase::read).collect()
    }
}

impl Case for Case007 {
    const VERSION: &'static str = "007";
    const PERCENT: usize = 55;

    fn random(rng: &mut StdRng, index: usize) -> Self {
        let mut services: Vec<ServiceCase> = kinds(rng, index)
            .into_iter()
            .map(|kind| ServiceCase::random(rng, kind))
            .collect();
        services.shuffle(rng);
        Self {
            keys: Keys::random(rng),
            issued_at: number(rng),
            expire: number(rng),
            salt: rng.random_range(1..=v007::MAX_SALT),
            services,
            unknown: rng
                .random_ratio(1, 20)
                .then(|| (rng.random_range(11..=u16::MAX), rng.random(), number(rng))),
        }
    }

    fn request(&self) -> Value {
        let mut request = self.keys.request();
        request["issue_ts"] = self.issued_at.into();
        request["expire"] = self.expire.into();
        request["salt"] = self.salt.into();
        request["services"] = self.services.iter().map(ServiceCase::request).collect();
        if let Some((kind, privilege, end)) = self.unknown {
            request["unknown"] = json!({ "type": kind, "privilege": privilege, "end": end });
        }
        request["token"] = self.mint().into();
        request
    }

    fn check(&self, answer: &Value) {
        let read = json!({
            "app_id": self.keys.app_id,
            "issue_ts": self.issued_at,
            "expire": self.expire,
            "salt": self.salt,
            "verified": true,
            "verified_by_stranger": false,
            "services": self.services_read(),
        });
        assert_eq!(answer["read"], read, "they misread ours");

        let theirs = token(answer);
        let UnverifiedToken::V007(read) = self.keys.read_verified(theirs, None) else {
            panic!("another version: {theirs}")
        };
        assert_eq!(read.app_id.as_str(), self.keys.app_id, "we misread theirs");
        match self.unknown {
            None => {
                assert_eq!(read.message, self.message(), "we misread theirs");
                assert_eq!(content(theirs), content(&self.mint()), "another content");
            }
            Some((kind, privilege, end)) => {
                let services = &read.message.services;
                assert_eq!(services.known(), self.message().services.known());
                let unknown = services.unknown().expect("an unknown service");
                let bytes = [&[1, 0], &privilege.to_le_bytes()[..], &end.to_le_bytes()].concat();
                assert_eq!((unknown.kind, &unknown.bytes), (kind, &bytes));
                let again = v007::mint(&self.keys.project(), &read.message);
                assert_eq!(content(theirs), content(&again), "another content");
            }
        }
    }
}

/// What stands under the compression.
fn content(token: &str) -> Vec<u8> {
    let packed = token.strip_prefix(v007::VERSION).expect("a 007 token");
    let packed = STANDARD.decode(packed).expect("base64");
    let mut content = Vec::new();
    ZlibDecoder::new(packed.as_slice())
        .read_to_end(&mut content)
        .expect("zlib");
    content
}

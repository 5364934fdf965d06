//! The keys of back ends: named, and kept as their SHA-256 alone.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::secret::is_guessable;
use crate::token::hex;

/// The shortest key, in characters: 128 bits in hexadecimal.
const MIN_KEY: usize = 32;
const MAX_NAME: usize = 64;

/// What stands before a digest in place of a key.
const DIGEST: &str = "sha256:";

/// The keys of back ends. By default none.
#[derive(Clone, Debug, Default)]
pub struct ApiKeys(Vec<Arc<ApiKey>>);

/// One key: what is known of it, which is not the key itself.
pub struct ApiKey {
    name: Box<str>,
    may_wildcard: bool,
    digest: [u8; 32],
    has_unknown_strength: bool,
}

impl ApiKey {
    /// What the operator calls it: for logs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether only the digest of the key is configured. The key may then be easy to guess; one that is configured
    /// as text has been checked.
    #[must_use]
    pub fn has_unknown_strength(&self) -> bool {
        self.has_unknown_strength
    }

    /// Whether that is the SHA-256 of the key.
    pub(in crate::config) fn has_digest(&self, digest: &[u8; 32]) -> bool {
        self.digest.ct_eq(digest).into()
    }

    /// Whether it may have tokens for all channels at once, where the server makes such.
    #[must_use]
    pub fn may_wildcard(&self) -> bool {
        self.may_wildcard
    }
}

impl ApiKeys {
    /// Returns the key with this text. Runs in constant time.
    ///
    /// A text below the minimum length never matches, even where its digest is configured: the digest of a key does not
    /// show that the key is short enough to be guessed.
    #[must_use]
    pub fn find(&self, shown: &[u8]) -> Option<&Arc<ApiKey>> {
        if shown.len() < MIN_KEY {
            return None;
        }
        let digest = sha256(shown);
        let mut found = u32::MAX;
        for (key, index) in self.0.iter().zip(0_u32..) {
            found.conditional_assign(&index, key.digest.ct_eq(&digest));
        }
        self.0.get(usize::try_from(found).ok()?)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &ApiKey> {
        self.0.iter().map(Arc::as_ref)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for ApiKeys {
    type Err = ApiKeyError;

    /// Reads `name:key` entries between commas or line ends. Lines that begin with `#` say nothing.
    fn from_str(list: &str) -> Result<Self, ApiKeyError> {
        let entries = list
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let mut keys: Vec<Arc<ApiKey>> = Vec::new();
        for (entry, number) in entries.zip(1..) {
            let key = ApiKey::parse(entry, number)?;
            if keys.iter().any(|other| other.name == key.name) {
                return Err(ApiKeyError::SameName { number });
            }
            if keys.iter().any(|other| other.digest == key.digest) {
                return Err(ApiKeyError::SameKey { number });
            }
            keys.push(key.into());
        }
        if keys.is_empty() {
            Err(ApiKeyError::Nothing)
        } else {
            Ok(Self(keys))
        }
    }
}

impl ApiKey {
    fn parse(entry: &str, number: usize) -> Result<Self, ApiKeyError> {
        let (name, key) = entry
            .split_once(':')
            .ok_or(ApiKeyError::NoName { number })?;
        let (name, may_wildcard) = match name.strip_suffix('*') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(is_name) {
            return Err(ApiKeyError::Name { number });
        }
        let digits = key.strip_prefix(DIGEST);
        let digest = if let Some(digits) = digits {
            let digest = digest(digits).ok_or(ApiKeyError::Digest { number })?;
            if NO_KEY.iter().any(|none| digest == sha256(none)) {
                return Err(ApiKeyError::NoKey { number });
            }
            digest
        } else {
            // Those of a bearer token (RFC 6750) but the dot, by which a JWT is told from a key.
            let is_key = |c: char| c.is_ascii_alphanumeric() || "-_~+/=".contains(c);
            if !key.chars().all(is_key) {
                return Err(ApiKeyError::Characters { number });
            }
            if key.len() < MIN_KEY {
                return Err(ApiKeyError::Short {
                    number,
                    found: key.len(),
                });
            }
            if is_guessable(key) {
                return Err(ApiKeyError::Guessable { number });
            }
            sha256(key)
        };
        Ok(Self {
            name: name.into(),
            may_wildcard,
            digest,
            has_unknown_strength: digits.is_some(),
        })
    }
}

/// What programs write for a variable that was not set, with and without the end of a line.
const NO_KEY: [&str; 6] = ["", "\n", "\r\n", " ", "null", "undefined"];

fn sha256(text: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn digest(digits: &str) -> Option<[u8; 32]> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let mut digest = [0; 32];
    if pairs.len() != digest.len() {
        return None;
    }
    for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
        *byte = hex::value(*high)? << 4 | hex::value(*low)?;
    }
    Some(digest)
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:[redacted]", self.name)
    }
}

impl Drop for ApiKey {
    fn drop(&mut self) {
        self.digest.zeroize();
    }
}

impl ZeroizeOnDrop for ApiKey {}

/// Why a list of keys cannot be read; `number` is the entry's, from 1. Reads as the end of a sentence that begins with
/// the variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum ApiKeyError {
    #[error(
        "has a key with another character than letters, digits and -_~+/= as entry {number}; openssl rand -hex 32 makes a key"
    )]
    Characters { number: usize },
    #[error("has no digest as entry {number}: after sha256: belong 64 hexadecimal digits")]
    Digest { number: usize },
    #[error(
        "has a key that can be guessed as entry {number}; openssl rand -hex 32 makes one that cannot"
    )]
    Guessable { number: usize },
    #[error(
        "has a name other than 1 to 64 letters, digits and -_. (and a * after it, for the right to wildcards) as entry {number}"
    )]
    Name { number: usize },
    #[error("has the digest of no key as entry {number}: the variable with the key was not set")]
    NoKey { number: usize },
    #[error("has no name as entry {number}; an entry is name:key")]
    NoName { number: usize },
    #[error("has no entry; an entry is name:key")]
    Nothing,
    #[error("has the key of another entry as entry {number}")]
    SameKey { number: usize },
    #[error("has the name of another entry as entry {number}")]
    SameName { number: usize },
    #[error(
        "has a key of {found} characters as entry {number}, and at least 32 are needed; openssl rand -hex 32 makes a key"
    )]
    Short { number: usize, found: usize },
}

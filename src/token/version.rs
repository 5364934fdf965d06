//! The versions of Agora's token format.

use std::fmt;
use std::str::FromStr;

use super::{v005, v006, v007};

/// A version of Agora's token format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenVersion {
    /// `DynamicKey5`, the channel key.
    V005,
    /// `AccessToken`.
    V006,
    /// `AccessToken2`.
    V007,
}

impl TokenVersion {
    /// The three digits with which its tokens begin.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V005 => v005::VERSION,
            Self::V006 => v006::VERSION,
            Self::V007 => v007::VERSION,
        }
    }
}

impl FromStr for TokenVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        [Self::V005, Self::V006, Self::V007]
            .into_iter()
            .find(|version| version.as_str() == text)
            .ok_or(VersionError)
    }
}

impl serde::Serialize for TokenVersion {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.as_str())
    }
}

impl fmt::Display for TokenVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no such version. Reads as the end of a sentence that begins with what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 005, 006 or 007")]
pub struct VersionError;

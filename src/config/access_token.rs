//! What `/access_token` answers.

use std::fmt;
use std::str::FromStr;

/// The format that `/access_token` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessTokenVersion {
    /// As the Node sample.
    V006,
    /// `AccessToken2`, from the same URL.
    V007,
}

impl AccessTokenVersion {
    /// As it stands before a token: `006`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V006 => "006",
            Self::V007 => "007",
        }
    }
}

impl FromStr for AccessTokenVersion {
    type Err = NoSuchVersion;

    fn from_str(text: &str) -> Result<Self, NoSuchVersion> {
        let mut all = [Self::V006, Self::V007].into_iter();
        all.find(|version| version.name() == text)
            .ok_or(NoSuchVersion)
    }
}

impl fmt::Display for AccessTokenVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names neither. Reads as the end of a sentence that begins with the variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 006 or 007")]
pub struct NoSuchVersion;

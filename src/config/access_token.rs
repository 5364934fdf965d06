//! What `/access_token` answers.

use std::fmt;
use std::str::FromStr;

/// The format that `/access_token` answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessTokenVersion {
    /// As the Node sample.
    #[default]
    V006,
    /// `AccessToken2`, from the same URL.
    V007,
}

impl FromStr for AccessTokenVersion {
    type Err = NoSuchVersion;

    fn from_str(text: &str) -> Result<Self, NoSuchVersion> {
        match text {
            "006" => Ok(Self::V006),
            "007" => Ok(Self::V007),
            _ => Err(NoSuchVersion),
        }
    }
}

impl fmt::Display for AccessTokenVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V006 => "006",
            Self::V007 => "007",
        })
    }
}

/// The text names neither. Reads as the end of a sentence that begins with the variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 006 or 007")]
pub struct NoSuchVersion;

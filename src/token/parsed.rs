//! A token of whichever version, read but not yet believed.

use super::error::ParseError;
use super::id::AppId;
use super::{v006, v007};

/// A token of any version whose signature has not been checked: everything in it may be made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnverifiedToken {
    /// An AccessToken.
    V006(v006::Unverified),
    /// An AccessToken2.
    V007(v007::Unverified),
}

impl UnverifiedToken {
    /// Reads a token by its first three characters.
    ///
    /// # Errors
    ///
    /// When it is of no known version, or not of its version's format.
    pub fn parse(token: &str) -> Result<Self, ParseError> {
        if token.starts_with(v006::VERSION) {
            v006::Unverified::parse(token).map(Self::V006)
        } else {
            v007::Unverified::parse(token).map(Self::V007)
        }
    }

    /// The project it says it is for.
    #[must_use]
    pub fn app_id(&self) -> AppId {
        match self {
            Self::V006(token) => token.app_id,
            Self::V007(token) => token.app_id,
        }
    }
}

//! Who may get which token. Minting is open: everyone may get every token that a URL can ask for.

use crate::issuer::{Issued, Issuer, TokenRequest};
use crate::token::UnixTime;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Someone without credentials.
    Anonymous,
}

impl Caller {
    /// What kind of caller it is, for logs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
        }
    }

    /// Who it is among its kind, for logs.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
        }
    }
}

/// What callers may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Whoever reaches the server gets what it asks for.
    Open,
}

/// A request that has been authorized: the only thing for which a URL gets a token issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant(TokenRequest);

/// Why a caller does not get a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {}

impl Policy {
    /// Decides whether a caller gets what it asks for.
    ///
    /// # Errors
    ///
    /// Why it does not.
    #[must_use]
    pub fn authorize(self, caller: Caller, request: TokenRequest) -> Result<Grant, Refusal> {
        match (self, caller) {
            (Self::Open, Caller::Anonymous) => Ok(Grant(request)),
        }
    }
}

impl Grant {
    /// What was allowed.
    #[must_use]
    pub fn request(&self) -> &TokenRequest {
        &self.0
    }

    /// Makes the token, as of `now`.
    #[must_use]
    pub fn issue(&self, issuer: &Issuer, now: UnixTime) -> Issued {
        issuer.issue(&self.0, now)
    }
}

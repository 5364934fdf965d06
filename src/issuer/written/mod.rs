//! A token request in writing: the JSON of a request, and what a command line is turned into.
//!
//! ```json
//! {
//!   "version": "007",
//!   "ttl": 3600,
//!   "services": [
//!     { "service": "rtc", "channel": "test", "uid": 1234, "role": "publisher" },
//!     { "service": "rtm", "user_id": "alice" }
//!   ]
//! }
//! ```

mod error;
mod fields;
mod ready_made;
mod scalar;
mod service;
mod subject;

use serde::Deserialize;
use utoipa::ToSchema;

pub use error::{Problem, WrittenError};
pub use ready_made::classroom_chat_user;
pub use scalar::{WrittenNumber, WrittenPrivileges};
pub use service::{InChannel, InRtc, Key, WithRtm, WrittenService};

use super::request::TokenRequest;
use crate::token::{Lifetime, TokenVersion};

/// A token request in writing.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenRequest {
    /// The format: `005`, `006` or `007`, which is the default.
    pub version: Option<String>,
    /// How long the token lasts, in seconds from now: 3,600 by default; more than 86,400 is cut to that.
    pub ttl: Option<WrittenNumber>,
    /// What the token is for: one service; with 007, up to 32.
    pub services: Vec<WrittenService>,
}

impl WrittenRequest {
    /// Reads a request in JSON.
    ///
    /// # Errors
    ///
    /// When it is no JSON, or has a field that is not known, missing, or of another type.
    pub fn from_json(json: &[u8]) -> Result<Self, WrittenError> {
        WrittenError::reading(json)
    }

    /// Reads a request that has been put together from flags or parameters.
    ///
    /// # Errors
    ///
    /// As [`WrittenRequest::from_json`].
    pub fn from_value(value: serde_json::Value) -> Result<Self, WrittenError> {
        serde_json::from_value(value).map_err(|error| error::unreadable(&error))
    }
}

impl TryFrom<WrittenRequest> for TokenRequest {
    type Error = WrittenError;

    fn try_from(request: WrittenRequest) -> Result<Self, WrittenError> {
        request.lasting(Lifetime::HOUR)
    }
}

impl WrittenRequest {
    /// What is asked for, for this long unless it says so itself.
    ///
    /// # Errors
    ///
    /// When a field is wrong, or contradicts another.
    pub fn lasting(self, usual: Lifetime) -> Result<TokenRequest, WrittenError> {
        let lifetime = match &self.ttl {
            None => usual,
            Some(ttl) => fields::lifetime(ttl).map_err(|problem| problem.at("ttl"))?,
        };
        let version = match self.version.as_deref() {
            None => TokenVersion::V007,
            Some(text) => text
                .parse()
                .map_err(|_| Problem::unknown(text, &["005", "006", "007"]).at("version"))?,
        };
        let subject = match version {
            TokenVersion::V005 => subject::v005(self.services)?,
            TokenVersion::V006 => subject::v006(self.services)?,
            TokenVersion::V007 => subject::v007(self.services)?,
        };
        Ok(TokenRequest {
            subject,
            lifetime: Some(lifetime),
        })
    }
}

//! Makes tokens: the one place where a request meets the clock, a salt and the App Certificate.

mod bound;
mod issue;
mod request;
pub mod written;

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

pub use bound::{Bound, Receipt};
pub use issue::issue;
pub use request::{Grants, ServiceRequest, Subject, Target, TokenRequest};

use crate::token::{Project, TokenVersion, UnixTime, v007};

/// Signs tokens for one project.
#[derive(Clone, Debug)]
pub struct Issuer {
    project: Project,
    clock: fn() -> UnixTime,
    random: fn() -> u32,
}

/// A token that has been made. Printed for debugging it does not show the token.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The token, as the SDK takes it.
    pub token: String,
    /// In which format.
    pub version: TokenVersion,
    /// As of when.
    pub issued_at: UnixTime,
    /// When the last of its privileges expires; `None` for a 005 key whose field for that is 0.
    pub expires_at: Option<UnixTime>,
}

impl fmt::Debug for Issued {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Issued")
            .field("version", &self.version)
            .field("issued_at", &self.issued_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Issuer {
    /// An issuer with a clock and a source of salts; [`system_clock`] and [`random_salt`] outside tests.
    #[must_use]
    pub fn new(project: Project, clock: fn() -> UnixTime, random: fn() -> u32) -> Self {
        Self {
            project,
            clock,
            random,
        }
    }

    /// Whose tokens it makes, for checking others.
    #[must_use]
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// A number that nobody can foresee.
    #[must_use]
    pub fn random(&self) -> u32 {
        (self.random)()
    }

    /// The time for a request: read once, so that all that depends on it agrees.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        (self.clock)()
    }

    /// Makes the token that a request asks for, as of `now`, with a salt of its own.
    #[must_use]
    pub fn issue(&self, request: &TokenRequest, now: UnixTime) -> Issued {
        let random = self.random();
        let salt = match request.version() {
            TokenVersion::V005 | TokenVersion::V006 => random,
            TokenVersion::V007 => 1 + random % v007::MAX_SALT,
        };
        issue(&self.project, request, now, salt)
    }
}

/// The system's clock. One before 1970 or after 2106 shows the nearest time that a token can name.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn system_clock() -> UnixTime {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixTime::from_seconds(u32::try_from(since_epoch.as_secs()).unwrap_or(u32::MAX))
}

/// A salt from the thread's cryptographically secure generator.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that draws salts")]
pub fn random_salt() -> u32 {
    rand::random()
}

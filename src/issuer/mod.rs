//! Makes tokens: the one place where a request meets the clock, a salt and the App Certificate.

mod request;

use std::time::{SystemTime, UNIX_EPOCH};

pub use request::TokenRequest;

use crate::token::{
    Lifetime, Privileges, Project, Service, Services, TokenVersion, UnixTime, v006, v007,
};

/// Signs tokens for one project.
#[derive(Clone, Debug)]
pub struct Issuer {
    project: Project,
    clock: fn() -> UnixTime,
    salt: fn() -> u32,
}

/// A token that has been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The token, as the SDK takes it.
    pub token: String,
}

impl Issuer {
    /// An issuer with a clock and a source of salts; [`system_clock`] and [`random_salt`] outside tests.
    #[must_use]
    pub fn new(project: Project, clock: fn() -> UnixTime, salt: fn() -> u32) -> Self {
        Self {
            project,
            clock,
            salt,
        }
    }

    /// The time for a request: read once, so that all that depends on it agrees.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        (self.clock)()
    }

    /// Makes the token that a request asks for, as of `now`.
    #[must_use]
    pub fn issue(&self, request: &TokenRequest, now: UnixTime) -> Issued {
        let token = match request.version {
            TokenVersion::V006 => self.issue_006(request, now),
            TokenVersion::V007 => self.issue_007(request, now),
        };
        Issued { token }
    }

    /// As every official builder does, the token itself ends after 24 hours, whatever its privileges do.
    fn issue_006(&self, request: &TokenRequest, now: UnixTime) -> String {
        let end = request
            .lifetime
            .map_or(0, |lifetime| now.after(lifetime).seconds());
        let message = v006::Message {
            salt: (self.salt)(),
            ends_at: now.after(Lifetime::MAX),
            privileges: Privileges::of_role(request.role, end),
        };
        v006::mint(
            &self.project,
            request.channel.as_str(),
            &request.uid.as_signed(),
            &message,
        )
    }

    /// Token and privileges end together: the SDK's will-expire event follows the privileges, and would not come if
    /// only the token ended.
    fn issue_007(&self, request: &TokenRequest, now: UnixTime) -> String {
        let expire = request.lifetime.unwrap_or(Lifetime::MAX).seconds();
        let service = Service::Rtc {
            channel: (&request.channel).into(),
            uid: (&request.uid).into(),
            privileges: Privileges::of_role(request.role, expire),
        };
        let message = v007::Message {
            issued_at: now,
            expire,
            salt: 1 + (self.salt)() % v007::MAX_SALT,
            services: Services::one(service),
        };
        v007::mint(&self.project, &message)
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

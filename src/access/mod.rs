//! Who may get which token: credentials become a caller, and what a caller asks for becomes a grant or a refusal.
//!
//! A server without API keys and JWTs is open: nobody's credentials are looked at, and everyone gets what the limits
//! allow.

mod claims;
mod client;
mod error;
mod hook;
mod json;
mod jwks;
mod jwt;
mod policy;
mod rank;
mod user;

use std::io;
use std::sync::Arc;

use memchr::memchr_iter;

use error::invalid;
pub use error::{Refusal, Unauthenticated};
pub use user::User;

use policy::Policy;

use crate::config::{Access, ApiKey, ApiKeys};
use crate::issuer::{Issued, Issuer, TokenRequest};
use crate::token::UnixTime;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Someone whose credentials nobody asks for.
    Anonymous,
    /// A trusted back end: it may have what the server's own limits allow.
    Key(Arc<ApiKey>),
    /// An end user: may have tokens for itself, as far as its JWT says.
    User(Arc<User>),
}

impl Caller {
    /// What kind of caller it is, for logs: `anonymous`, `key` or `user`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Key(_) => "key",
            Self::User(_) => "user",
        }
    }

    /// The name of the key, or the user's uid or account.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::Key(key) => Some(key.name()),
            Self::User(user) => Some(user.name()),
        }
    }
}

/// Knows callers by their credentials, and what each may have.
#[derive(Debug, Default)]
pub struct Guard {
    api_keys: ApiKeys,
    jwt: Option<jwt::Verifier>,
    policy: Policy,
}

/// A request that has been authorized: the only thing for which a URL gets a token issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a>(&'a TokenRequest);

impl Guard {
    /// A guard that acts as the configuration says.
    ///
    /// # Errors
    ///
    /// When another server has to be asked, and TLS cannot be set up.
    pub fn new(access: Access) -> io::Result<Self> {
        let restricts_everyone = access.restricts_everyone();
        let policy = Policy::new(restricts_everyone, access.limits, access.hook)?;
        Ok(Self {
            api_keys: access.api_keys,
            jwt: access.jwt.map(jwt::Verifier::new).transpose()?,
            policy,
        })
    }

    /// Whether callers have to say who they are.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        self.jwt.is_some() || !self.api_keys.is_empty()
    }

    /// Whether nobody is asked: neither who the caller is, nor about its token.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.is_guarded() && !self.policy.has_hook()
    }

    /// Returns whether what the caller gets depends on channel, user or service.
    #[must_use]
    pub fn restricts(&self, caller: &Caller) -> bool {
        self.policy.restricts(caller)
    }

    /// Fetches what requests will need, so that the first of them does not wait. What cannot be had yet is logged.
    pub async fn prepare(&self, now: UnixTime) {
        if let Some(jwt) = &self.jwt {
            jwt.prepare(now).await;
        }
    }

    /// Finds out who asks by what is shown: an API key or a JWT, which is told by its two dots. Only a JWT's time is
    /// compared with the clock.
    ///
    /// # Errors
    ///
    /// Why it cannot be said.
    pub async fn identify(
        &self,
        shown: Option<&str>,
        now: impl FnOnce() -> UnixTime,
    ) -> Result<Caller, Unauthenticated> {
        if !self.is_guarded() {
            return Ok(Caller::Anonymous);
        }
        let shown = shown.ok_or(Unauthenticated::Missing)?;
        let is_jwt = memchr_iter(b'.', shown.as_bytes()).count() == 2;
        if is_jwt && let Some(jwt) = &self.jwt {
            // Others need no room for it, which is more than most requests take.
            let user = Box::pin(jwt.user(shown, now())).await?;
            return Ok(Caller::User(user.into()));
        }
        if let Some(key) = self.api_keys.find(shown.as_bytes()) {
            return Ok(Caller::Key(Arc::clone(key)));
        }
        Err(invalid(if is_jwt {
            "it is no API key, and there is no key for JWTs, whose form it has"
        } else if self.jwt.is_some() {
            "it is no API key, and has not the form of a JWT"
        } else {
            "it is no API key"
        }))
    }

    /// Decides whether a caller gets what it asks for. Of the request stays what is granted: less, or with the user that
    /// it left open. Where callers have to say who they are, someone who has not been asked gets nothing.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub async fn authorize<'a>(
        &self,
        caller: &Caller,
        request: &'a mut TokenRequest,
        now: UnixTime,
    ) -> Result<Grant<'a>, Refusal> {
        if self.is_guarded() && matches!(caller, Caller::Anonymous) {
            return Err(Refusal::Nobody);
        }
        self.policy.authorize(caller, request, now).await?;
        Ok(Grant(request))
    }
}

impl Grant<'_> {
    /// What was granted.
    #[must_use]
    pub fn request(&self) -> &TokenRequest {
        self.0
    }

    /// Makes the token, as of `now`.
    #[must_use]
    pub fn issue(self, issuer: &Issuer, now: UnixTime) -> Issued {
        issuer.issue(self.0, now)
    }
}

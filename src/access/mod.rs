//! Who may get which token: credentials become a caller, and what a caller asks for becomes a grant or a refusal.
//!
//! A server without API keys and JWTs is open: nobody's credentials are looked at, and everyone gets what the limits
//! allow.

mod call_limit;
mod circuit_breaker;
mod claims;
mod client;
mod error;
mod hook;
mod json;
mod jwks;
mod jwt;
mod policy;
mod rank;
mod resolver;
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

/// Credentials as a request presents them.
#[derive(Clone, Copy)]
pub enum Credentials<'a> {
    /// An API key, valid or not: any credentials that are not a JWT.
    ApiKey(&'a [u8]),
    /// Credentials in the form of a JWT. An API key that is configured by its digest can have that form, too.
    Jwt(&'a str),
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
        let policy = Policy::new(&access)?;
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

    /// Whether credentials can be checked: the key set of `JWT_JWKS_URL`, if it is set, was loaded at least once.
    #[must_use]
    pub fn is_ready(&self, now: UnixTime) -> bool {
        self.jwt.as_ref().is_none_or(|jwt| jwt.is_ready(now))
    }

    /// Distinguishes API keys from JWTs: where JWTs are accepted, credentials with two dots have the form of a JWT.
    #[must_use]
    pub fn credentials<'a>(&self, presented: &'a [u8]) -> Credentials<'a> {
        match str::from_utf8(presented) {
            Ok(text) if self.jwt.is_some() && memchr_iter(b'.', presented).count() == 2 => {
                Credentials::Jwt(text)
            }
            _ => Credentials::ApiKey(presented),
        }
    }

    /// Authenticates a back end by its API key.
    ///
    /// # Errors
    ///
    /// When the key is not among the configured ones.
    pub fn api_key(&self, key: &[u8]) -> Result<Caller, Unauthenticated> {
        if let Some(key) = self.api_keys.find(key) {
            return Ok(Caller::Key(Arc::clone(key)));
        }
        Err(invalid(match (&self.jwt, memchr_iter(b'.', key).count()) {
            (Some(_), _) => "it is no API key, and has not the form of a JWT",
            (None, 2) => "it is no API key, and there is no key for JWTs, whose form it has",
            (None, _) => "it is no API key",
        }))
    }

    /// Authenticates a user by a JWT that is valid at `now`. Credentials that are not a valid JWT can still be an API key.
    ///
    /// # Errors
    ///
    /// When the JWT is invalid, or the keys that would verify it are unavailable.
    pub async fn jwt(&self, jwt: &str, now: UnixTime) -> Result<Caller, Unauthenticated> {
        let verifier = self.jwt.as_ref();
        let verifier = verifier.ok_or(invalid("no JWT is accepted"))?;
        // Boxed: the future is larger than those of other requests.
        match Box::pin(verifier.user(jwt, now)).await {
            Ok(user) => Ok(Caller::User(user.into())),
            Err(error @ Unauthenticated::Invalid { .. }) => {
                let key = self.api_keys.find(jwt.as_bytes()).ok_or(error)?;
                Ok(Caller::Key(Arc::clone(key)))
            }
            Err(error) => Err(error),
        }
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

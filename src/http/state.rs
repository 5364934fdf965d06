//! What handlers share, and what they are given with a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::FromRef;
use axum::http::HeaderMap;

use super::audit::{self, Audit};
use super::budget::{Budget, Reservation};
use super::error::Error;
use super::limit::{Client, Limiter, Peer, whole_seconds};
use super::metrics::Metrics;
use super::request_id::RequestId;
use crate::access::{Caller, Guard, Refusal};
use crate::config::{AccessTokenVersion, WebSdkUrl};
use crate::issuer::{Issued, Issuer, TokenRequest};
use crate::token::{Lifetime, Project, UnixTime};

/// What handlers share.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    issuer: Issuer,
    guard: Guard,
    settings: Settings,
    is_stopping: AtomicBool,
}

/// What an operator decides about the answers. By default there is no page, and nobody watches.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Version of the tokens of `/access_token`; `None` for 007 to restricted callers and 006 to others.
    pub access_token_version: Option<AccessTokenVersion>,
    /// How long a privilege lasts for which a request names no end; nothing for as long as the token.
    pub default_lifetime: Option<Lifetime>,
    /// Where the page at `/` loads the Web SDK from; nothing when there is no page.
    pub page: Option<WebSdkUrl>,
    /// What the page at `/` says about the server, if anything.
    pub notice: Option<&'static str>,
    /// Where it is written down who got which token, if anywhere.
    pub audit: Option<Audit>,
    /// What is counted, if anything is.
    pub metrics: Option<Metrics>,
    /// What refuses requests that are too many, if anything does.
    pub limiter: Option<Limiter>,
    /// Limits invalid API keys per client address.
    pub failed_auth: Option<Limiter>,
    /// The memory for large bodies and responses.
    pub budget: Budget,
}

/// What handlers are given with a request: what they share, and how it came.
#[derive(Clone, Debug)]
pub(super) struct RequestState {
    pub(super) app: AppState,
    /// The pattern of its route, for the parts of its path.
    pub(super) pattern: &'static str,
    /// Nothing where there is no connection.
    pub(super) peer: Option<Peer>,
    /// The memory of a large request body. It is kept until the response is there, because what a body is parsed into
    /// takes about as much.
    pub(super) reservation: Option<Arc<Reservation>>,
}

impl RequestState {
    /// Counts a request for a token against its caller's limit; without one, because credentials are not valid, against
    /// that of the address.
    pub(super) fn admit(&self, headers: &HeaderMap, caller: Option<&Caller>) -> Result<(), Error> {
        let Some(limiter) = &self.app.settings().limiter else {
            return Ok(());
        };
        let named = caller.and_then(|caller| Some((caller.kind(), caller.name()?)));
        limiter.admit(match named {
            Some((kind, name)) => Client::Caller(kind, name),
            None => Client::Address(limiter.address(headers, self.peer)),
        })
    }
}

impl RequestState {
    /// Authenticates an API key, unless its client address has sent too many invalid ones. Above the
    /// limit, only keys that are configured as text are accepted, so further guesses reveal nothing.
    pub(super) fn authenticate_api_key(
        &self,
        headers: &HeaderMap,
        key: &[u8],
    ) -> Result<Caller, Error> {
        let guard = self.app.guard();
        let Some(limiter) = &self.app.settings().failed_auth else {
            return Ok(guard.api_key(key)?);
        };
        let caller = guard.api_key(key);
        if let Ok(Caller::Key(found)) = &caller
            && !found.has_unknown_strength()
        {
            return Ok(caller?); // nobody can guess it, so others at this address cannot lock it out
        }
        let client = Client::Address(limiter.address(headers, self.peer));
        limiter
            .check(client)
            .map_err(|wait| Error::TooManyInvalidKeys {
                seconds: whole_seconds(wait),
            })?;
        if caller.is_err() {
            let _ = limiter.spend(client); // above the limit there is nothing left to count
        }
        Ok(caller?)
    }
}

impl FromRef<RequestState> for AppState {
    fn from_ref(state: &RequestState) -> Self {
        state.app.clone()
    }
}

impl AppState {
    /// State of a server that issues tokens to those whom a guard lets have them.
    #[must_use]
    pub fn new(issuer: Issuer, guard: Guard, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            issuer,
            guard,
            settings,
            is_stopping: AtomicBool::new(false),
        }))
    }

    /// Fetches what requests will need, so that the first of them does not wait.
    pub async fn prepare(&self) {
        self.0.guard.prepare(self.now()).await;
    }

    pub(super) fn guard(&self) -> &Guard {
        &self.0.guard
    }

    pub(super) fn stop(&self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server finishes what has begun, and wants nothing new.
    pub(super) fn is_stopping(&self) -> bool {
        self.0.is_stopping.load(Ordering::Relaxed)
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// For checking tokens. Only [`AppState::issue`] makes them.
    pub(super) fn project(&self) -> &Project {
        self.0.issuer.project()
    }

    /// A number that nobody can foresee.
    pub(super) fn random(&self) -> u32 {
        self.0.issuer.random()
    }

    pub(super) fn new_request_id(&self) -> RequestId {
        RequestId::made_of([self.random(), self.random()])
    }

    /// Returns the version of the tokens that `/access_token` issues to a caller.
    pub(super) fn access_token_version(&self, caller: &Caller) -> AccessTokenVersion {
        let default = if self.0.guard.restricts(caller) {
            AccessTokenVersion::V007
        } else {
            AccessTokenVersion::V006
        };
        self.0.settings.access_token_version.unwrap_or(default)
    }

    /// How long a token lasts that a request asks for without saying so.
    pub(super) fn lifetime(&self) -> Lifetime {
        self.0.settings.default_lifetime.unwrap_or(Lifetime::HOUR)
    }

    pub(super) fn now(&self) -> UnixTime {
        self.0.issuer.now()
    }

    /// The road of every token: what a URL was parsed into is authorized for its caller, then issued. Of the request
    /// stays what was granted, which may be less, or say for whom.
    pub(super) async fn issue(
        &self,
        caller: &Caller,
        request: &mut TokenRequest,
        now: UnixTime,
    ) -> Result<Issued, Refusal> {
        let [issued] = self.issue_all(caller, [request], now).await?;
        Ok(issued)
    }

    /// As [`AppState::issue`], all of them or none.
    pub(super) async fn issue_all<const N: usize>(
        &self,
        caller: &Caller,
        requests: [&mut TokenRequest; N],
        now: UnixTime,
    ) -> Result<[Issued; N], Refusal> {
        let Settings { audit, metrics, .. } = self.settings();
        let mut grants = [const { None }; N];
        for (granted, request) in grants.iter_mut().zip(requests) {
            match self.0.guard.authorize(caller, request, now).await {
                Ok(grant) => *granted = Some(grant),
                Err(refusal) => {
                    if audit.is_some() {
                        audit::refused(caller, request);
                    }
                    return Err(refusal);
                }
            }
        }
        Ok(grants.map(|grant| {
            let grant = grant.expect("all were granted");
            let granted = grant.request();
            let issued = grant.issue(&self.0.issuer, now);
            match (audit, metrics) {
                (Some(_), metrics) => audit::issued(caller, granted, &issued, metrics.as_ref()),
                (None, Some(metrics)) => metrics.issued(&granted.subject),
                (None, None) => {}
            }
            issued
        }))
    }
}

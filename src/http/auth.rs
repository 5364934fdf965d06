//! Who asks: credentials out of the headers of a request.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::error::Error;
use super::state::RequestState;
use crate::access::{Caller, Credentials, Unauthenticated};

const API_KEY: &str = "x-api-key";

/// Whoever wants a token.
impl FromRequestParts<RequestState> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &RequestState) -> Result<Self, Response> {
        let caller = caller(parts, state).await;
        caller.map_err(Error::into_response)
    }
}

/// Whoever may come without credentials, but not with wrong ones.
impl OptionalFromRequestParts<RequestState> for Caller {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &RequestState,
    ) -> Result<Option<Self>, Response> {
        match caller(parts, state).await {
            Ok(caller) => Ok(Some(caller)),
            Err(Error::Unauthenticated(Unauthenticated::Missing)) => Ok(None),
            Err(error) => Err(error.into_response()),
        }
    }
}

/// Who asks, unless it asks too often. Whoever cannot be told by its credentials counts by its address.
async fn caller(parts: &Parts, state: &RequestState) -> Result<Caller, Error> {
    let caller = authenticate(&parts.headers, state).await;
    state.admit(&parts.headers, caller.as_ref().ok())?;
    caller
}

async fn authenticate(headers: &HeaderMap, state: &RequestState) -> Result<Caller, Error> {
    let guard = state.app.guard();
    if !guard.is_guarded() {
        return Ok(Caller::Anonymous);
    }
    match guard.credentials(presented(headers)?) {
        Credentials::ApiKey(key) => state.authenticate_api_key(headers, key),
        Credentials::Jwt(jwt) => Ok(guard.jwt(jwt, state.app.now()).await?),
    }
}

/// Returns the one API key or JWT of a request.
fn presented(headers: &HeaderMap) -> Result<&[u8], Error> {
    let api_keys = headers.get_all(API_KEY).iter().map(HeaderValue::as_bytes);
    let mut found = bearers(headers).chain(api_keys);
    let first = found.next().ok_or(Unauthenticated::Missing)?;
    if found.any(|other| other != first) {
        return Err(Error::CredentialsDiffer);
    }
    Ok(first)
}

/// The bearer tokens of a request. Another scheme of `Authorization` is someone else's business: a proxy's, say.
pub(super) fn bearers(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let values = headers.get_all(AUTHORIZATION).iter();
    values.filter_map(|value| bearer(value.as_bytes()))
}

/// What follows the scheme, also when that is nothing.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.split_at_checked(b"Bearer".len())?;
    let is_bearer =
        scheme.eq_ignore_ascii_case(b"Bearer") && matches!(rest.first(), None | Some(b' '));
    is_bearer.then(|| rest.trim_ascii())
}

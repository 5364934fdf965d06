//! Who asks: credentials out of the headers of a request.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::error::Error;
use super::state::{AppState, RequestState};
use crate::access::{Caller, Unauthenticated};

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
    let caller = identify(&parts.headers, &state.app).await;
    state.admit(&parts.headers, caller.as_ref().ok())?;
    caller
}

async fn identify(headers: &HeaderMap, state: &AppState) -> Result<Caller, Error> {
    if !state.guard().is_guarded() {
        return Ok(Caller::Anonymous);
    }
    let shown = shown(headers)?;
    Ok(state.guard().identify(shown, || state.now()).await?)
}

/// The one API key or JWT of a request.
fn shown(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let mut shown = None;
    let api_keys = headers.get_all(API_KEY).iter().map(HeaderValue::as_bytes);
    let mut found = bearers(headers).chain(api_keys);
    if let Some(first) = found.next() {
        if found.any(|other| other != first) {
            return Err(Error::CredentialsDiffer);
        }
        shown = Some(str::from_utf8(first).map_err(|_| {
            let reason = "it is no text";
            Unauthenticated::Invalid { reason }
        })?);
    }
    Ok(shown)
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

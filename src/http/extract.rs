//! Extractors whose failures speak the server's JSON.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::error::Error;
use super::input::Query;
use crate::access::Caller;

/// The most of a query that is read. The longest that a client can mean has a channel of 64 and an account of 255
/// bytes, all percent-encoded: some 1,000 bytes.
const MAX_QUERY_BYTES: usize = 8 * 1024;

/// The text of a URL's query.
#[derive(Debug)]
pub(super) struct QueryText(String);

impl QueryText {
    pub(super) fn parse(&self) -> Result<Query<'_>, Error> {
        Ok(Query::parse(&self.0)?)
    }
}

impl<S: Sync> FromRequestParts<S> for QueryText {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        if query.len() > MAX_QUERY_BYTES {
            return Err(Error::QueryTooLong {
                bytes: query.len(),
                limit: MAX_QUERY_BYTES,
            });
        }
        Ok(Self(query.to_owned()))
    }
}

/// Minting is open: nobody shows credentials, and none are looked for.
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(_parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::Anonymous)
    }
}

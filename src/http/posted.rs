//! A body, and the query beside it: the body is read, and the query must not name another user or lifetime.

use axum::extract::{FromRequest, Request};
use axum::http::Uri;

use super::extract::{Body, JsonBytes};
use super::input::{InputError, Parameters, ReadNames};

/// The body of a POST that issues a token, with the URL that it was posted to.
#[derive(Debug)]
pub(super) struct Posted<T> {
    body: T,
    uri: Uri,
}

impl Posted<Body> {
    /// Reads the fields of the body; rejects a user or a lifetime under a name that is not the URL's own, or in the query.
    pub(super) fn parse(&self, own: &ReadNames) -> Result<Parameters<'_>, InputError> {
        let fields = self.body.parse(own)?;
        fields.check_query(self.query(), own)?;
        Ok(fields)
    }
}

impl Posted<JsonBytes> {
    /// Returns the body; rejects a query that names a user or a lifetime.
    pub(super) fn json(&self, own: &ReadNames) -> Result<&[u8], InputError> {
        Parameters::default().check_query(self.query(), own)?;
        Ok(&self.body.0)
    }
}

impl<T> Posted<T> {
    fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }
}

impl<S: Send + Sync, T: FromRequest<S>> FromRequest<S> for Posted<T> {
    type Rejection = T::Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, T::Rejection> {
        let uri = request.uri().clone();
        let body = T::from_request(request, state).await?;
        Ok(Self { body, uri })
    }
}

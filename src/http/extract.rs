//! Extractors: what handlers take out of a request, with failures that are the server's own.

use std::ops::Range;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use percent_encoding::percent_decode_str;

use super::body;
use super::error::Error;
use super::input::{InputError, Json, Parameter, Parameters, ReadNames};
use super::state::RequestState;

/// The most of a query that is read. The longest that a client can mean has a channel of 64 and an account of 255
/// bytes, all percent-encoded: some 1,000 bytes.
pub(super) const MAX_QUERY_BYTES: usize = 8 * 1024;

/// The text of a URL's query. A handler's last argument: it takes the URL out of the request, since a copy costs more.
#[derive(Debug)]
pub(super) struct QueryText(Uri);

impl QueryText {
    /// Reads the parameters; rejects a user or a lifetime under a name that is not the URL's own.
    pub(super) fn parse(&self, own: &ReadNames) -> Result<Parameters<'_>, InputError> {
        self.parse_beside(own, &[])
    }

    /// As [`QueryText::parse`], for a URL that reads users from its path.
    pub(super) fn parse_beside(
        &self,
        own: &ReadNames,
        users: &[Option<Parameter<'_>>],
    ) -> Result<Parameters<'_>, InputError> {
        Parameters::of_query(self.0.query().unwrap_or_default())?.reject_unread(own, users)
    }
}

impl<S: Sync> FromRequest<S> for QueryText {
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Error> {
        let (Parts { uri, .. }, _) = request.into_parts();
        let query = uri.query().unwrap_or_default();
        if query.len() > MAX_QUERY_BYTES {
            return Err(Error::QueryTooLong {
                bytes: query.len(),
                limit: MAX_QUERY_BYTES,
            });
        }
        Ok(Self(uri))
    }
}

/// The variable parts of a path, percent-decoded once. A `%` that begins no escape stands for itself: existing clients
/// do not encode what they put there.
#[derive(Debug)]
pub(super) struct Path {
    uri: Uri,
    parts: Vec<(&'static str, Part)>,
}

/// What stands in a variable place of a path.
#[derive(Debug)]
enum Part {
    /// These bytes of the path itself.
    AsItIs(Range<usize>),
    Decoded(String),
}

impl Path {
    /// The part of that name; nothing when it is empty, or when the route has no such part.
    pub(super) fn get(&self, name: &'static str) -> Option<Parameter<'_>> {
        let (_, part) = self.parts.iter().find(|(part, _)| *part == name)?;
        let value = match part {
            Part::AsItIs(place) => &self.uri.path()[place.clone()],
            Part::Decoded(text) => text,
        };
        (!value.is_empty()).then_some(Parameter {
            name,
            value,
            is_number: false,
        })
    }

    /// The part of that name, which must not be empty.
    pub(super) fn part(&self, name: &'static str) -> Result<Parameter<'_>, InputError> {
        self.get(name).ok_or(InputError::Required { name })
    }
}

impl FromRequestParts<RequestState> for Path {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &RequestState) -> Result<Self, Error> {
        let uri = parts.uri.clone();
        let mut start = 0;
        let mut found = Vec::with_capacity(5);
        for (place, value) in state.pattern.split('/').zip(uri.path().split('/')) {
            let name = place
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'));
            if let Some(name) = name {
                let part = if value.contains('%') {
                    let decoded = percent_decode_str(value).decode_utf8();
                    Part::Decoded(decoded.map_err(|_| InputError::PathNotUtf8)?.into_owned())
                } else {
                    Part::AsItIs(start..start + value.len())
                };
                found.push((name, part));
            }
            start += value.len() + 1;
        }
        Ok(Self { uri, parts: found })
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// A body: a JSON object, or a form when it says so.
#[derive(Debug)]
pub(super) enum Body {
    Form(String),
    Json(Json),
}

impl Body {
    /// Reads the fields; rejects a user or a lifetime under a name that is not the URL's own.
    pub(super) fn parse(&self, own: &ReadNames) -> Result<Parameters<'_>, InputError> {
        let fields = match self {
            Self::Form(form) => Parameters::of_query(form)?,
            Self::Json(json) => Parameters::of_json(json)?,
        };
        fields.reject_unread(own, &[])
    }
}

impl FromRequest<RequestState> for Body {
    type Rejection = Error;

    async fn from_request(request: Request, state: &RequestState) -> Result<Self, Error> {
        let kind = media_type(request.headers());
        let is_form = kind.is_some_and(|kind| kind.eq_ignore_ascii_case(FORM));
        let bytes = body::read(request.into_body(), state.reservation.as_deref()).await?;
        // curl calls JSON a form unless it is told otherwise, and the servers that these URLs are of read it all the same.
        let is_json = bytes.trim_ascii_start().first() == Some(&b'{');
        if is_form && !is_json {
            let form = String::from_utf8(bytes).map_err(|_| InputError::FormNotUtf8)?;
            return Ok(Self::Form(form));
        }
        let json =
            serde_json::from_slice(&bytes).map_err(|error| InputError::Json(error.to_string()))?;
        Ok(Self::Json(json))
    }
}

/// The bytes of a body that says, or leaves open, that it is JSON.
#[derive(Debug)]
pub(super) struct JsonBytes(pub(super) Vec<u8>);

impl FromRequest<RequestState> for JsonBytes {
    type Rejection = Error;

    async fn from_request(request: Request, state: &RequestState) -> Result<Self, Error> {
        if media_type(request.headers()).is_some_and(|kind| !is_json(kind)) {
            return Err(Error::UnsupportedMediaType);
        }
        let bytes = body::read(request.into_body(), state.reservation.as_deref()).await?;
        Ok(Self(bytes))
    }
}

/// What a content type says, without the parameters that follow. One that cannot be read is none that is known.
fn media_type(headers: &HeaderMap) -> Option<&str> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().unwrap_or_default();
    content_type.split(';').next().map(str::trim)
}

fn is_json(kind: &str) -> bool {
    let ends_with = |end: &str| {
        let start = kind.len().checked_sub(end.len());
        start
            .and_then(|start| kind.get(start..))
            .is_some_and(|found| found.eq_ignore_ascii_case(end))
    };
    kind.eq_ignore_ascii_case("application/json") || ends_with("+json")
}

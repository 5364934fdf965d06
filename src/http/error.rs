//! Errors, and the one place that decides how each is answered and logged.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tracing::Level;

use super::answer::json;
use super::input::InputError;
use crate::access::Refusal;

/// Why a request gets no answer of its own.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(
        "the body ends before its announced length, or is not in the encoding that was announced"
    )]
    BodyBroken,
    #[error("the body has more than {limit} bytes")]
    BodyTooLong { limit: usize },
    #[error("the body did not arrive within {seconds} seconds")]
    BodyTooSlow { seconds: u64 },
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("this path does not answer this method; the Allow header names those that it does")]
    MethodNotAllowed,
    #[error("there is nothing at this path; / shows what this server answers")]
    NotFound,
    #[error("the query has {bytes} bytes; at most {limit} are read")]
    QueryTooLong { bytes: usize, limit: usize },
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// What the request log says about an error. It stands in the extensions of the error's response.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    pub(super) code: &'static str,
    pub(super) level: Level,
}

impl Error {
    fn meaning(&self) -> (StatusCode, Failure) {
        let (status, code, level) = match self {
            Self::BodyBroken => (StatusCode::BAD_REQUEST, "body_broken", Level::INFO),
            Self::BodyTooLong { .. } => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body_too_long", Level::INFO)
            }
            Self::BodyTooSlow { .. } => (StatusCode::REQUEST_TIMEOUT, "body_too_slow", Level::INFO),
            Self::Input(error) => (StatusCode::BAD_REQUEST, error.code(), Level::INFO),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                Level::INFO,
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", Level::INFO),
            Self::QueryTooLong { .. } => (StatusCode::URI_TOO_LONG, "query_too_long", Level::INFO),
            Self::Refused(refusal) => match *refusal {},
        };
        (status, Failure { code, level })
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, failure) = self.meaning();
        let body = serde_json::json!({ "error": self.to_string() });
        let mut response = json(status, body.to_string());
        response.extensions_mut().insert(failure);
        response
    }
}

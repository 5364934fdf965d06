//! Errors, and the one place that decides how each is answered and logged.

use std::sync::Arc;

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tracing::Level;

use super::budget::Overloaded;
use super::cors;
use super::input::InputError;
use super::serve::HeadError;
use crate::access::{Refusal, Unauthenticated};
use crate::config::RateLimit;
use crate::issuer::written::WrittenError;

/// Why a request gets no answer of its own.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(
        "the body ends before its announced length, or is not in the encoding that was announced"
    )]
    BodyBroken,
    #[error("the body has more than {limit} bytes")]
    BodyTooLong { limit: usize },
    #[error(
        "the request body did not arrive in time: within {seconds} s, or earlier while the server is full, overloaded or stopping"
    )]
    BodyTooSlow { seconds: u64 },
    #[error(
        "Authorization and X-API-Key are given more than once and differ; send one API key or JWT"
    )]
    CredentialsDiffer,
    #[error(transparent)]
    Head(#[from] HeadError),
    #[error("an HTTP/1.1 request must have a Host header")]
    HostMissing,
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("the metrics are for who shows their key (METRICS_KEY) as Authorization: Bearer")]
    MetricsKey,
    #[error("this path does not answer this method; the Allow header names those that it does")]
    MethodNotAllowed,
    #[error("something is broken in this server; its log says where")]
    Panicked,
    #[error("the answer took more than {seconds} seconds; try again")]
    TooSlow { seconds: u64 },
    #[error("there is nothing at this path; /docs shows what this server answers")]
    NotFound,
    #[error(transparent)]
    Overloaded(#[from] Overloaded),
    #[error("the query has {bytes} bytes; at most {limit} are read")]
    QueryTooLong { bytes: usize, limit: usize },
    #[error("this client has sent more than {rate}; try again in {seconds} s")]
    RateLimited { rate: RateLimit, seconds: u64 },
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the server is stopping; it finishes what has begun")]
    Stopping,
    #[error("the audit log is unavailable; try again later")]
    AuditUnavailable,
    #[error("this address has sent too many invalid API keys; try again in {seconds} s")]
    TooManyInvalidKeys { seconds: u64 },
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    #[error("the body must be JSON, with Content-Type: application/json")]
    UnsupportedMediaType,
    #[error(transparent)]
    Written(#[from] WrittenError),
}

/// What an error is answered with, and logged as.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    pub(super) status: StatusCode,
    /// The error's name for programs.
    pub(super) code: &'static str,
    /// What the log says beyond that: why credentials are not valid, which is nobody else's business.
    pub(super) reason: Option<&'static str>,
    pub(super) level: Level,
}

impl Error {
    pub(super) fn meaning(&self) -> Meaning {
        let (status, code) = match self {
            Self::BodyBroken => (StatusCode::BAD_REQUEST, "body_broken"),
            Self::BodyTooLong { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_long"),
            Self::BodyTooSlow { .. } => (StatusCode::REQUEST_TIMEOUT, "body_too_slow"),
            Self::CredentialsDiffer => (StatusCode::BAD_REQUEST, "credentials_differ"),
            Self::Head(error) => head(*error),
            Self::HostMissing => (StatusCode::BAD_REQUEST, "host_missing"),
            Self::Input(error) => (StatusCode::BAD_REQUEST, error.code()),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::MetricsKey => (StatusCode::UNAUTHORIZED, "metrics_key"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::Panicked => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
            Self::TooSlow { .. } => (StatusCode::SERVICE_UNAVAILABLE, "answer_too_slow"),
            Self::Overloaded(_) => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
            Self::QueryTooLong { .. } => (StatusCode::URI_TOO_LONG, "query_too_long"),
            Self::Refused(refusal) => of_refusal(refusal),
            Self::Unauthenticated(error) => of_unauthenticated(error),
            Self::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
            Self::TooManyInvalidKeys { .. } => {
                (StatusCode::TOO_MANY_REQUESTS, "too_many_invalid_keys")
            }
            Self::AuditUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "audit_unavailable"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            }
            Self::Written(error) => (StatusCode::BAD_REQUEST, error.problem.code()),
        };
        let level = match self {
            Self::Stopping => Level::INFO,      // as it should be
            Self::Overloaded(_) => Level::WARN, // caused by load
            _ if status.is_server_error() => Level::ERROR,
            _ => Level::INFO,
        };
        let reason = match self {
            Self::Unauthenticated(Unauthenticated::Invalid { reason }) => Some(*reason),
            _ => None,
        };
        Meaning {
            status,
            code,
            reason,
            level,
        }
    }

    /// Returns the seconds after which a client may try again.
    pub(super) const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Overloaded(_) => Some(Overloaded::RETRY_AFTER.as_secs()),
            Self::RateLimited { seconds, .. } | Self::TooManyInvalidKeys { seconds } => {
                Some(*seconds)
            }
            Self::Refused(Refusal::Unavailable) => Some(Refusal::RETRY_AFTER.as_secs()),
            _ => None,
        }
    }

    /// What a 401 asks for (RFC 6750, 3).
    pub(super) fn challenge(&self) -> Option<&'static str> {
        let error = match self {
            Self::MetricsKey => return Some("Bearer realm=\"metrics\""),
            Self::Unauthenticated(error) | Self::Refused(Refusal::Unauthenticated(error)) => error,
            _ => return None,
        };
        match error {
            Unauthenticated::Missing => Some("Bearer"),
            Unauthenticated::Invalid { .. } => Some(r#"Bearer error="invalid_token""#),
            Unauthenticated::Expired => {
                Some(r#"Bearer error="invalid_token", error_description="expired""#)
            }
            Unauthenticated::Claim { .. } | Unauthenticated::Unavailable => None,
        }
    }
}

fn of_unauthenticated(error: &Unauthenticated) -> (StatusCode, &'static str) {
    let code = match error {
        Unauthenticated::Claim { .. } => return (StatusCode::FORBIDDEN, "claim_invalid"),
        Unauthenticated::Expired => "credentials_expired",
        Unauthenticated::Invalid { .. } => "credentials_invalid",
        Unauthenticated::Missing => "credentials_missing",
        Unauthenticated::Unavailable => {
            return (StatusCode::SERVICE_UNAVAILABLE, "keys_unavailable");
        }
    };
    (StatusCode::UNAUTHORIZED, code)
}

fn of_refusal(refusal: &Refusal) -> (StatusCode, &'static str) {
    let code = match refusal {
        Refusal::AlterableVersion => "version_not_allowed",
        Refusal::AmbiguousChatName { .. }
        | Refusal::AnotherUser { .. }
        | Refusal::NoAccounts
        | Refusal::NumericUid { .. } => "user_refused",
        Refusal::Channel { .. } | Refusal::ClosedChannel { .. } => "channel_refused",
        Refusal::ClosedService { .. } => "service_refused",
        Refusal::Denied(_) => "denied",
        Refusal::Nobody => "caller_unknown",
        Refusal::NoChannels { .. } => "channels_missing",
        Refusal::NotForUsers { .. } => "users_refused",
        Refusal::Role { .. } => "role_refused",
        Refusal::Unauthenticated(error) => return of_unauthenticated(error),
        Refusal::Unavailable => {
            return (StatusCode::SERVICE_UNAVAILABLE, "authorization_unavailable");
        }
        Refusal::Wildcard | Refusal::WildcardRight => "wildcard_refused",
        Refusal::SignalingZero => return (StatusCode::BAD_REQUEST, "identifier_invalid"),
        // As where a request is written in JSON: it cannot be meant, whoever asks.
        Refusal::WildcardOutOfPlace => return (StatusCode::BAD_REQUEST, "wildcard_misplaced"),
    };
    (StatusCode::FORBIDDEN, code)
}

fn head(error: HeadError) -> (StatusCode, &'static str) {
    match error {
        HeadError::EncodingUnsupported => (StatusCode::BAD_REQUEST, "invalid_transfer_encoding"),
        HeadError::HostInvalid => (StatusCode::BAD_REQUEST, "invalid_host"),
        HeadError::HostTwice => (StatusCode::BAD_REQUEST, "host_twice"),
        HeadError::LengthTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "length_too_large"),
        HeadError::LengthAndEncoding => (StatusCode::BAD_REQUEST, "length_and_encoding"),
        HeadError::LengthTwice => (StatusCode::BAD_REQUEST, "length_twice"),
        HeadError::LineFeedAlone => (StatusCode::BAD_REQUEST, "line_feed_alone"),
        HeadError::TargetTooLong => (StatusCode::URI_TOO_LONG, "target_too_long"),
        HeadError::TooLong => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_long"),
        HeadError::TooManyHeaders => (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "too_many_headers",
        ),
        HeadError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "head_too_slow"),
        HeadError::Unreadable => (StatusCode::BAD_REQUEST, "head_unreadable"),
    }
}

/// Status and headers: what an error's body looks like is decided around the route, by the shape of its URL. Until then
/// the error stands in the extensions.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.meaning().status.into_response();
        if let Some(challenge) = self.challenge() {
            let challenge = HeaderValue::from_static(challenge);
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
            cors::expose(response.headers_mut());
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

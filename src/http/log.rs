//! The request log: one line a request, with the route's pattern instead of the path and without the query, since
//! both can hold a channel and a uid. Nor has it the client's address, which is a person's: the request id finds the
//! line of the proxy that knows it.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use tracing::Level;

use super::error::Meaning;
use super::request_id::RequestId;

/// Whether every request has its line.
pub(super) fn is_on() -> bool {
    tracing::enabled!(Level::INFO)
}

/// Whether such an error has its line.
pub(super) fn has(error: Meaning) -> bool {
    match error.level {
        Level::ERROR => tracing::enabled!(Level::ERROR),
        Level::WARN => tracing::enabled!(Level::WARN),
        _ => is_on(),
    }
}

/// A line that is written when the answer is there.
pub(super) struct Line {
    /// Nobody looks at a clock when nobody wants to know.
    start: Option<Instant>,
    method: &'static str,
}

impl Line {
    pub(super) fn begin(request: &Request, is_timed: bool) -> Self {
        Self {
            start: is_timed.then(Instant::now),
            method: known(request.method()),
        }
    }

    /// `route` is the pattern of the URL, and `error` what went wrong, if anything did.
    pub(super) fn end(
        self,
        route: &'static str,
        status: StatusCode,
        error: Option<Meaning>,
        request_id: &RequestId,
    ) {
        let Self { start, method } = self;
        let status = status.as_u16();
        let elapsed_us =
            start.map(|start| u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX));
        let request_id = request_id.as_str();
        match error {
            None => tracing::info!(method, route, status, elapsed_us, request_id, "answered"),
            Some(Meaning { code, level, .. }) => match level {
                Level::ERROR => {
                    tracing::error!(
                        method,
                        route,
                        status,
                        elapsed_us,
                        error = code,
                        request_id,
                        "failed"
                    );
                }
                Level::WARN => {
                    tracing::warn!(
                        method,
                        route,
                        status,
                        elapsed_us,
                        error = code,
                        request_id,
                        "refused"
                    );
                }
                _ => {
                    tracing::info!(
                        method,
                        route,
                        status,
                        elapsed_us,
                        error = code,
                        request_id,
                        "refused"
                    );
                }
            },
        }
    }
}

/// A method may be any word of any length.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

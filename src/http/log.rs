//! The request log: one line a request, with the route's pattern instead of the path and without the query, since
//! both can hold a channel and a uid. Nor has it the client's address, which is a person's: the request id finds the
//! line of the proxy that knows it.

use std::time::Duration;

use axum::http::StatusCode;
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
        _ => is_on(),
    }
}

/// A request, as its line tells of it.
pub(super) struct Line<'a> {
    pub(super) method: &'static str,
    /// The pattern of the URL.
    pub(super) route: &'static str,
    pub(super) status: StatusCode,
    /// Nothing when nobody looked at a clock.
    pub(super) elapsed: Option<Duration>,
    /// What went wrong, if anything did.
    pub(super) error: Option<Meaning>,
    pub(super) id: &'a RequestId,
}

impl Line<'_> {
    pub(super) fn write(self) {
        let Self {
            method,
            route,
            elapsed,
            error,
            ..
        } = self;
        let (status, request_id) = (self.status.as_u16(), self.id.as_str());
        let elapsed_us =
            elapsed.map(|elapsed| u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX));
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

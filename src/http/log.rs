//! The request log: one line a request, with the route's pattern instead of the path and without the query, since
//! both can hold a channel and a uid.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use tracing::Level;

use super::error::Meaning;

/// A line that is written when the answer is there.
pub(super) struct Line {
    start: Instant,
    method: &'static str,
}

impl Line {
    /// Nothing when no such line would be written: then nobody looks at a clock either.
    pub(super) fn begin<B>(request: &Request<B>) -> Option<Self> {
        let method = known(request.method());
        tracing::enabled!(Level::INFO).then(|| Self {
            start: Instant::now(),
            method,
        })
    }

    /// `route` is the pattern of the URL, and `error` what went wrong, if anything did.
    pub(super) fn end(self, route: &'static str, status: StatusCode, error: Option<Meaning>) {
        let Self { start, method } = self;
        let status = status.as_u16();
        let elapsed_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        match error {
            None => tracing::info!(method, route, status, elapsed_us, "answered"),
            Some(Meaning {
                code,
                level: Level::ERROR,
                ..
            }) => {
                tracing::error!(method, route, status, elapsed_us, error = code, "failed");
            }
            Some(Meaning {
                code,
                level: Level::WARN,
                ..
            }) => {
                tracing::warn!(method, route, status, elapsed_us, error = code, "refused");
            }
            Some(Meaning { code, .. }) => {
                tracing::info!(method, route, status, elapsed_us, error = code, "refused");
            }
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

//! The request log: one line a request, with the route's pattern instead of the path and without the query, since
//! both can hold a channel and a uid.

use std::time::Instant;

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use tracing::Level;

use super::error::Failure;

/// A line that is written when the answer is there.
pub(super) struct Line {
    start: Instant,
    method: &'static str,
    route: &'static str,
}

impl Line {
    pub(super) fn begin(request: &Request, patterns: &matchit::Router<&'static str>) -> Self {
        let route = patterns
            .at(request.uri().path())
            .map_or("-", |matched| *matched.value);
        Self {
            start: Instant::now(),
            method: known(request.method()),
            route,
        }
    }

    pub(super) fn end(self, response: &Response) {
        let Self {
            start,
            method,
            route,
        } = self;
        let status = response.status().as_u16();
        let elapsed_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        match response.extensions().get::<Failure>() {
            None => tracing::info!(method, route, status, elapsed_us, "answered"),
            Some(Failure {
                code,
                level: Level::ERROR,
            }) => {
                tracing::error!(method, route, status, elapsed_us, error = code, "failed");
            }
            Some(Failure {
                code,
                level: Level::WARN,
            }) => {
                tracing::warn!(method, route, status, elapsed_us, error = code, "refused");
            }
            Some(Failure { code, .. }) => {
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

//! Answers, with the headers that belong to their kind.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, EXPIRES, PRAGMA, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

const NOSNIFF: (HeaderName, &str) = (X_CONTENT_TYPE_OPTIONS, "nosniff");

/// An answer in JSON that nobody may keep: a token is for the one who asked, and its time runs.
///
/// `Cache-Control`, `Expires` and `Pragma` are those of the Node sample.
pub(super) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    answer(
        status,
        body,
        [
            (CONTENT_TYPE, "application/json; charset=utf-8"),
            (
                CACHE_CONTROL,
                "private, no-cache, no-store, must-revalidate",
            ),
            (EXPIRES, "-1"),
            (PRAGMA, "no-cache"),
            NOSNIFF,
        ],
    )
}

/// A part of the page, which runs no code and loads nothing from elsewhere.
pub(super) fn page(content_type: &'static str, body: impl Into<Body>) -> Response {
    answer(
        StatusCode::OK,
        body,
        [
            (CONTENT_TYPE, content_type),
            (CACHE_CONTROL, "no-cache"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; \
                 frame-ancestors 'none'",
            ),
            (REFERRER_POLICY, "no-referrer"),
            NOSNIFF,
        ],
    )
}

fn answer<const N: usize>(
    status: StatusCode,
    body: impl Into<Body>,
    headers: [(HeaderName, &'static str); N],
) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().reserve(2 * N); // CORS adds some
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

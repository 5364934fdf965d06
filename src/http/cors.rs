//! CORS: which web pages may read the answers.
//!
//! It stands on errors too, answers the preflight of whatever header a client sends, and refuses no request: an
//! origin that is not allowed gets an answer that its browser keeps from the page. Never with credentials.

use std::time::Duration;

use axum::http::header::ORIGIN;
use axum::http::{HeaderValue, Method, request};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::config::AllowedOrigins;

/// How long a browser may remember a preflight's answer. Chromium remembers for two hours at most.
const PREFLIGHT_AGE: Duration = Duration::from_hours(2);

pub(super) fn layer(origins: &AllowedOrigins) -> CorsLayer {
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(PREFLIGHT_AGE);
    match origins {
        AllowedOrigins::Any => layer.allow_origin(AllowOrigin::any()),
        AllowedOrigins::Only(_) => {
            let origins = origins.clone();
            let is_allowed = move |origin: &HeaderValue, _: &request::Parts| {
                origin.to_str().is_ok_and(|origin| origins.allow(origin))
            };
            layer
                .allow_origin(AllowOrigin::predicate(is_allowed))
                .vary([ORIGIN])
        }
    }
}

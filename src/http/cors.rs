//! CORS: which web pages may read the answers.
//!
//! It stands on errors too, answers the preflight of whatever header a client sends, and refuses no request: an
//! origin that is not allowed gets an answer that its browser keeps from the page. Never with credentials.

use std::convert::Infallible;
use std::future::ready;
use std::time::Duration;

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::config::AllowedOrigins;

/// How long a browser may remember a preflight's answer. Chromium remembers for two hours at most.
const PREFLIGHT_AGE: Duration = Duration::from_hours(2);

/// The headers of an answer that pages of other origins may read beside the usual ones.
const EXPOSED: HeaderValue = HeaderValue::from_static("retry-after, x-request-id");

/// Lets pages read the headers that are not usual.
pub(super) fn expose(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

#[derive(Debug)]
pub(super) struct Cors {
    origins: AllowedOrigins,
    preflights: CorsLayer,
}

/// What an answer says about who may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    Everyone,
    /// This origin, or nobody; and another origin is told another thing.
    Only(Option<HeaderValue>),
}

/// Whether a browser asks if it may send a request.
pub(super) fn is_preflight<B>(request: &Request<B>) -> bool {
    request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

impl Cors {
    pub(super) fn new(origins: &AllowedOrigins) -> Self {
        let preflights = CorsLayer::new()
            .allow_methods([Method::GET, Method::HEAD, Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
            .max_age(PREFLIGHT_AGE);
        let preflights = match origins.clone() {
            AllowedOrigins::Any => preflights.allow_origin(AllowOrigin::any()),
            only @ AllowedOrigins::Only(_) => preflights
                .allow_origin(AllowOrigin::predicate(move |origin, _| {
                    is_allowed(&only, origin)
                }))
                .vary([ORIGIN]),
        };
        Self {
            origins: origins.clone(),
            preflights,
        }
    }

    pub(super) async fn preflight(&self, request: Request) -> Response {
        let nothing =
            service_fn(|_: Request| ready(Ok::<Response, Infallible>(Response::default())));
        self.preflights
            .layer(nothing)
            .oneshot(request)
            .await
            .into_response()
    }

    /// Who may read the answer to most requests: those of no web page.
    pub(super) fn usual(&self) -> Allowed {
        match self.origins {
            AllowedOrigins::Any => Allowed::Everyone,
            AllowedOrigins::Only(_) => Allowed::Only(None),
        }
    }

    /// Who may read the answer to a request that is no preflight.
    pub(super) fn of<B>(&self, request: &Request<B>) -> Allowed {
        match &self.origins {
            AllowedOrigins::Any => Allowed::Everyone,
            only @ AllowedOrigins::Only(_) => Allowed::Only(
                request
                    .headers()
                    .get(ORIGIN)
                    .filter(|origin| is_allowed(only, origin))
                    .cloned(),
            ),
        }
    }
}

impl Allowed {
    pub(super) fn stamp(&self, headers: &mut HeaderMap) {
        let origin = match self {
            Self::Everyone => Some(HeaderValue::from_static("*")),
            Self::Only(origin) => {
                headers.insert(VARY, HeaderValue::from_static("origin"));
                origin.clone()
            }
        };
        if let Some(origin) = origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    }
}

fn is_allowed(origins: &AllowedOrigins, origin: &HeaderValue) -> bool {
    origin.to_str().is_ok_and(|origin| origins.allow(origin))
}

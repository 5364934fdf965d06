//! `/metrics`: what the server counts, for Prometheus.

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::config::MetricsKey;
use crate::http::answer::exposition;
use crate::http::error::Error;
use crate::http::state::AppState;

pub(in crate::http) async fn metrics(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Response {
    let Some(metrics) = &state.settings().metrics else {
        return Error::NotFound.into_response();
    };
    let is_allowed = metrics
        .access()
        .key
        .as_ref()
        .is_none_or(|key| is_shown(key, &headers));
    if !is_allowed {
        let mut refused = Error::MetricsKey.into_response();
        refused.headers_mut().insert(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"metrics\""),
        );
        return refused;
    }
    exposition(metrics.text())
}

fn is_shown(key: &MetricsKey, headers: &HeaderMap) -> bool {
    let shown = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|value| value.split_once(' '));
    shown.is_some_and(|(scheme, shown)| {
        scheme.eq_ignore_ascii_case("bearer") && key.is(shown.trim_start())
    })
}

//! `/metrics`: what the server counts, for Prometheus.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
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
        .key()
        .is_none_or(|key| is_shown(key, &headers));
    if !is_allowed {
        return Error::MetricsKey.into_response();
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

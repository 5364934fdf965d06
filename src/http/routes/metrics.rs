//! `/metrics`: what the server counts, for Prometheus.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use crate::config::MetricsKey;
use crate::http::answer::exposition;
use crate::http::auth::bearers;
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

/// Whether a request shows the key, and no other bearer token.
fn is_shown(key: &MetricsKey, headers: &HeaderMap) -> bool {
    let is_key = |shown| str::from_utf8(shown).is_ok_and(|shown| key.is(shown));
    let mut shown = bearers(headers);
    shown.next().is_some_and(is_key) && shown.all(is_key)
}

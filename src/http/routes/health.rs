//! What platforms and uptime probes ask.

use axum::http::StatusCode;
use axum::response::Response;

use crate::http::answer::json;

/// The process answers.
pub(in crate::http) async fn healthz() -> Response {
    json(StatusCode::OK, r#"{"status":"ok"}"#)
}

/// As the Go service has it.
pub(in crate::http) async fn ping() -> Response {
    json(StatusCode::OK, r#"{"message":"pong"}"#)
}

//! What platforms and uptime probes ask.

use axum::response::Response;

use crate::http::answer::in_json;

/// The process answers.
pub(in crate::http) async fn healthz() -> Response {
    in_json(r#"{"status":"ok"}"#)
}

/// As the Go service has it.
pub(in crate::http) async fn ping() -> Response {
    in_json(r#"{"message":"pong"}"#)
}

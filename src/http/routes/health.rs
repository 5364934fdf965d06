//! What platforms and uptime probes ask.

use axum::extract::State;
use axum::response::Response;

use crate::http::answer::in_json;
use crate::http::error::Error;
use crate::http::state::AppState;

/// The process answers.
pub(in crate::http) async fn healthz() -> Response {
    in_json(r#"{"status":"ok"}"#)
}

/// New requests are welcome. Not so while the server finishes what has begun: a load balancer sends them elsewhere.
pub(in crate::http) async fn readyz(State(state): State<AppState>) -> Result<Response, Error> {
    if state.is_stopping() {
        return Err(Error::Stopping);
    }
    Ok(in_json(r#"{"status":"ready"}"#))
}

/// As the Go service has it.
pub(in crate::http) async fn ping() -> Response {
    in_json(r#"{"message":"pong"}"#)
}

//! What platforms and uptime probes ask.

use axum::extract::State;
use axum::response::Response;

use crate::access::Unauthenticated;
use crate::http::answer::in_json;
use crate::http::audit::Audit;
use crate::http::error::Error;
use crate::http::state::AppState;

/// The process answers.
pub(in crate::http) async fn healthz() -> Response {
    in_json(r#"{"status":"ok"}"#)
}

/// Tells a load balancer whether to send requests here. Fails while the server shuts down, while the audit log cannot be
/// written, and until the key set for JWTs was loaded for the first time.
pub(in crate::http) async fn readyz(State(state): State<AppState>) -> Result<Response, Error> {
    if state.is_stopping() {
        return Err(Error::Stopping);
    }
    if state
        .settings()
        .audit
        .as_ref()
        .is_some_and(Audit::is_failing)
    {
        return Err(Error::AuditUnavailable);
    }
    if !state.guard().is_ready(state.now()) {
        return Err(Unauthenticated::Unavailable.into());
    }
    Ok(in_json(r#"{"status":"ready"}"#))
}

/// As the Go service has it.
pub(in crate::http) async fn ping() -> Response {
    in_json(r#"{"message":"pong"}"#)
}

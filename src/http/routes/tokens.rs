//! The server's own API: every token, and why one is refused.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::access::Caller;
use crate::http::answer::{Payload, in_json};
use crate::http::error::{Error, Meaning};
use crate::http::extract::{JsonBytes, QueryText};
use crate::http::input::InputError;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::written::WrittenRequest;
use crate::issuer::{Bound, Issued, TokenRequest};
use crate::token::Excerpt;

pub(in crate::http) fn routes(table: Table) -> Table {
    table.both_ways("/v1/tokens", get(of_query).post(of_body), problem)
}

/// Problem details (RFC 9457); `code` stays the same where the words may not.
pub(in crate::http) fn problem(Meaning { status, code, .. }: Meaning, message: &str) -> Payload {
    let problem = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": message,
        "code": code,
    });
    Payload::Problem(problem.to_string())
}

/// A token, with what it is bound to.
#[derive(Debug, Serialize)]
struct Answer {
    token: String,
    version: &'static str,
    app_id: String,
    /// Unix seconds, like the other times.
    issued_at: u32,
    expires_at: u32,
    /// When a client should fetch the next one.
    renew_at: u32,
    services: Vec<Bound>,
}

async fn of_body(
    State(state): State<AppState>,
    caller: Caller,
    body: JsonBytes,
) -> Result<Response, Error> {
    answer(&state, caller, WrittenRequest::from_json(&body.0)?)
}

/// The common case, from an address bar: a service's fields beside `version` and `ttl`; RTC if no service is named.
async fn of_query(
    State(state): State<AppState>,
    caller: Caller,
    query: QueryText,
) -> Result<Response, Error> {
    let mut fields: Map<String, Value> = Map::new();
    for (name, value) in query.parse()?.texts() {
        if fields.insert(name.to_owned(), value.into()).is_some() {
            return Err(InputError::RepeatedName {
                name: Excerpt::of(name),
            }
            .into());
        }
    }
    let (version, ttl) = (fields.remove("version"), fields.remove("ttl"));
    fields.entry("service").or_insert_with(|| "rtc".into());
    let written = json!({ "version": version, "ttl": ttl, "services": [fields] });
    answer(&state, caller, WrittenRequest::from_value(written)?)
}

fn answer(state: &AppState, caller: Caller, written: WrittenRequest) -> Result<Response, Error> {
    let request = TokenRequest::try_from(written)?;
    let now = state.now();
    let services = request.bound(now);
    let Issued {
        token,
        version,
        issued_at,
        expires_at,
    } = state.issue(caller, request, now)?;
    let answer = Answer {
        token,
        version: version.as_str(),
        app_id: state.issuer().app_id().to_string(),
        issued_at: issued_at.seconds(),
        expires_at: expires_at.seconds(),
        renew_at: renew_at(issued_at.seconds(), expires_at.seconds()),
        services,
    };
    Ok(in_json(
        serde_json::to_string(&answer).expect("texts and numbers under names"),
    ))
}

/// As the SDK's will-expire event: 30 seconds before the end; of a shorter life, half-way.
fn renew_at(issued_at: u32, expires_at: u32) -> u32 {
    let lifetime = expires_at.saturating_sub(issued_at);
    expires_at - 30.min(lifetime / 2)
}

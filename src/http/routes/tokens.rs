//! The server's own API: every token, and why one is refused.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::about;
use crate::access::Caller;
use crate::http::answer::{Payload, in_json};
use crate::http::error::{Error, Meaning};
use crate::http::extract::{JsonBytes, QueryText};
use crate::http::input::{InputError, Names, ReadNames};
use crate::http::methods::get;
use crate::http::posted::Posted;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::written::WrittenRequest;
use crate::issuer::{Receipt, TokenRequest};
use crate::token::Excerpt;

const OWN: ReadNames = ReadNames {
    user: Names::Read(&["uid", "account", "user_id", "user"]),
    lifetime: Names::Read(&["ttl"]),
};

pub(in crate::http) fn routes(table: Table) -> Table {
    table
        .shape("v1")
        .section(about::TOKENS)
        .beneath("/v1", problem)
        .both_ways("/v1/tokens", get(of_query).post(of_body), problem, || {
            vec![about::token_of_query(), about::token_of_body()]
        })
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

async fn of_body(
    State(state): State<AppState>,
    caller: Caller,
    body: Posted<JsonBytes>,
) -> Result<Response, Error> {
    let request = WrittenRequest::from_json(body.json(&OWN)?)?.lasting(state.lifetime())?;
    drop(body); // authorization may wait for a webhook
    answer(&state, &caller, request).await
}

/// The common case, from an address bar: a service's fields beside `version` and `ttl`; RTC if no service is named.
async fn of_query(
    State(state): State<AppState>,
    caller: Caller,
    query: QueryText,
) -> Result<Response, Error> {
    let request = parse(&query)?.lasting(state.lifetime())?;
    answer(&state, &caller, request).await
}

fn parse(query: &QueryText) -> Result<WrittenRequest, Error> {
    let mut fields: Map<String, Value> = Map::new();
    for (name, value) in query.parse(&OWN)?.texts() {
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
    Ok(WrittenRequest::from_value(written)?)
}

/// Room for the receipt of a usual token; a longer one asks for more.
const RECEIPT_BYTES: usize = 768;

async fn answer(
    state: &AppState,
    caller: &Caller,
    mut request: TokenRequest,
) -> Result<Response, Error> {
    let now = state.now();
    let issued = state.issue(caller, &mut request, now).await?;
    let services = request.bound(now);
    let receipt = Receipt::new(issued, state.project().app_id, services);
    let mut body = Vec::with_capacity(RECEIPT_BYTES);
    serde_json::to_writer(&mut body, &receipt).expect("texts and numbers under names");
    Ok(in_json(body))
}

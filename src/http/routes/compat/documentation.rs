//! The servers of the documentation's "use tokens" samples.
//!
//! | request | answer |
//! |---|---|
//! | `POST /fetch_rtc_token` `{"uid","ChannelName","role"}` | `{"code":"200","token"}` |
//! | `POST /fetch_rtm_token` `{"uid"}` | `{"code":"200","token"}` |
//!
//! The code is a text. A failure stands where the token would.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{about::documentation as about, issue, rtc, rtm};
use crate::access::Caller;
use crate::http::answer::{Payload, in_json};
use crate::http::error::{Error, Meaning};
use crate::http::extract::Body;
use crate::http::input::{self, InputError, Names, ReadNames};
use crate::http::methods::post;
use crate::http::posted::Posted;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::ServiceRequest;

const OWN: ReadNames = ReadNames {
    user: Names::Read(&["uid"]),
    lifetime: Names::DEFAULT_LIFETIME,
};

pub(super) fn routes(table: Table) -> Table {
    table
        .section(about::SECTION)
        .both_ways("/fetch_rtc_token", post(rtc_token), error, || {
            vec![about::rtc_token()]
        })
        .both_ways("/fetch_rtm_token", post(rtm_token), error, || {
            vec![about::rtm_token()]
        })
}

fn error(Meaning { status, .. }: Meaning, message: &str) -> Payload {
    Payload::Json(json!({ "code": status.as_str(), "token": message }).to_string())
}

async fn rtc_token(
    State(state): State<AppState>,
    caller: Caller,
    body: Posted<Body>,
) -> Result<Response, Error> {
    let service = rtc_service(&body)?;
    drop(body); // authorization may wait for a webhook
    answer(&state, &caller, service).await
}

fn rtc_service(body: &Posted<Body>) -> Result<ServiceRequest, InputError> {
    let fields = body.parse(&OWN)?;
    let channel = input::channel(fields.one_of(&["channelName", "channel"])?)?;
    let uid = input::uid(fields.one_of(&["uid"])?)?;
    Ok(rtc(channel, uid, input::role(fields.one_of(&["role"])?)?))
}

async fn rtm_token(
    State(state): State<AppState>,
    caller: Caller,
    body: Posted<Body>,
) -> Result<Response, Error> {
    let user_id = input::user_id("uid", body.parse(&OWN)?.one_of(&["uid"])?)?;
    drop(body); // authorization may wait for a webhook
    answer(&state, &caller, rtm(user_id)).await
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    service: ServiceRequest,
) -> Result<Response, Error> {
    let token = issue(state, caller, vec![service], state.lifetime()).await?;
    Ok(in_json(
        [r#"{"code":"200","token":""#, &token, r#""}"#].concat(),
    ))
}

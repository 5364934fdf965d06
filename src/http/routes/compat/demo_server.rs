//! The `DemoServer` of Agora's npm packages.
//!
//! | request | answer |
//! |---|---|
//! | `GET /rtcToken?channelName&uid` | `{"key"}`, for a publisher |
//! | `GET /rtmToken?account` | `{"key"}` |

use axum::extract::State;
use axum::response::Response;

use super::{about::demo_server as about, issue, rtc, rtm};
use crate::access::Caller;
use crate::http::answer::{in_json, plain_error};
use crate::http::error::Error;
use crate::http::extract::QueryText;
use crate::http::input::{self, InputError, Names, ReadNames};
use crate::http::methods::get;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::ServiceRequest;
use crate::token::Role;

const RTC: ReadNames = ReadNames {
    user: Names::Read(&["uid"]),
    lifetime: Names::DEFAULT_LIFETIME,
};

const RTM: ReadNames = ReadNames {
    user: Names::Read(&["account"]),
    ..RTC
};

pub(super) fn routes(table: Table) -> Table {
    table
        .section(about::SECTION)
        .both_ways("/rtcToken", get(rtc_token), plain_error, || {
            vec![about::rtc_token()]
        })
        .both_ways("/rtmToken", get(rtm_token), plain_error, || {
            vec![about::rtm_token()]
        })
}

async fn rtc_token(
    State(state): State<AppState>,
    caller: Caller,
    query: QueryText,
) -> Result<Response, Error> {
    let service = rtc_service(&query)?;
    answer(&state, &caller, service).await
}

fn rtc_service(query: &QueryText) -> Result<ServiceRequest, InputError> {
    let query = query.parse(&RTC)?;
    let channel = input::channel(query.one_of(&["channelName"])?)?;
    let uid = input::uid(query.one_of(&["uid"])?)?;
    Ok(rtc(channel, uid, Role::Publisher))
}

async fn rtm_token(
    State(state): State<AppState>,
    caller: Caller,
    query: QueryText,
) -> Result<Response, Error> {
    let account = input::user_id("account", query.parse(&RTM)?.one_of(&["account"])?)?;
    answer(&state, &caller, rtm(account)).await
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    service: ServiceRequest,
) -> Result<Response, Error> {
    let token = issue(state, caller, vec![service], state.lifetime()).await?;
    Ok(in_json([r#"{"key":""#, &token, r#""}"#].concat()))
}

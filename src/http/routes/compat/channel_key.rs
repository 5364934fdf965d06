//! The Node sample before 2019, for SDKs before 2.1.
//!
//! | request | answer |
//! |---|---|
//! | `GET /channel_key?channel&uid&expiredTs` | `{"channel_key":"005…"}` |
//! | `GET /in_channel_permission_key?channel&uid&permission&expiredTs` | `{"in_channel_permission_key":"005…"}` |
//!
//! `expiredTs` is a Unix time; without it, or with 0, the key has no end. `permission` is 0 for nothing, 3 for audio and
//! video.

use axum::extract::State;
use axum::response::Response;

use super::about::channel_key as about;
use crate::access::Caller;
use crate::http::answer::{in_json, plain_error};
use crate::http::error::Error;
use crate::http::extract::QueryText;
use crate::http::input::{self, InputError, Names, Parameters, ReadNames};
use crate::http::methods::get;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::{Subject, TokenRequest};
use crate::token::UnixTime;
use crate::token::v005::{KeyKind, Upload};

const OWN: ReadNames = ReadNames {
    user: Names::Read(&["uid"]),
    lifetime: Names::Read(&["expiredTs"]),
};

pub(super) fn routes(table: Table) -> Table {
    table
        .section(about::SECTION)
        .both_ways("/channel_key", get(channel_key), plain_error, || {
            vec![about::channel_key()]
        })
        .both_ways(
            "/in_channel_permission_key",
            get(permission_key),
            plain_error,
            || vec![about::permission_key()],
        )
}

async fn channel_key(
    State(state): State<AppState>,
    caller: Caller,
    query: QueryText,
) -> Result<Response, Error> {
    let now = state.now();
    let request = request(&state, &query.parse(&OWN)?, KeyKind::MediaChannel, now)?;
    let key = issue(&state, &caller, request, now).await?;
    Ok(in_json([r#"{"channel_key":""#, &key, r#""}"#].concat()))
}

async fn permission_key(
    State(state): State<AppState>,
    caller: Caller,
    query: QueryText,
) -> Result<Response, Error> {
    let now = state.now();
    let request = permission_request(&state, &query, now)?;
    let key = issue(&state, &caller, request, now).await?;
    Ok(in_json(
        [r#"{"in_channel_permission_key":""#, &key, r#""}"#].concat(),
    ))
}

fn permission_request(
    state: &AppState,
    query: &QueryText,
    now: UnixTime,
) -> Result<TokenRequest, InputError> {
    let query = query.parse(&OWN)?;
    let name = "permission";
    let permission = query
        .one_of(&[name])?
        .ok_or(InputError::Required { name })?;
    let words = [("0", Upload::Nothing), ("3", Upload::AudioAndVideo)];
    let upload = input::word(permission, &words, "0 (nothing) or 3 (audio and video)")?;
    request(state, &query, KeyKind::InChannelPermission(upload), now)
}

fn request(
    state: &AppState,
    query: &Parameters<'_>,
    kind: KeyKind,
    now: UnixTime,
) -> Result<TokenRequest, InputError> {
    let channel = input::channel(query.one_of(&["channel"])?)?;
    let uid = query.one_of(&["uid"])?.map_or(Ok(0), input::numeric_uid)?;
    let lifetime = match query.one_of(&["expiredTs"])? {
        Some(end) => input::until(end, now, " in seconds")?,
        None => state.settings().default_lifetime,
    };
    Ok(TokenRequest {
        subject: Subject::V005 { kind, channel, uid },
        lifetime,
    })
}

async fn issue(
    state: &AppState,
    caller: &Caller,
    mut request: TokenRequest,
    now: UnixTime,
) -> Result<String, Error> {
    let issued = state.issue(caller, &mut request, now).await?;
    Ok(issued.token)
}

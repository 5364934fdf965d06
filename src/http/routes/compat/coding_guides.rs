//! Servers written from the vendor's coding guides.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/agora/token?channelName\|channel&uid&role`, `POST` with the same in JSON | `{"token","appId","channelName","uid","expiresAt"}` |
//!
//! `expiresAt` is a Unix time in seconds.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::{about::coding_guides as about, rtc, user_of};
use crate::access::Caller;
use crate::http::answer::{in_json, plain_error};
use crate::http::error::Error;
use crate::http::extract::{Body, QueryText};
use crate::http::input::{self, InputError, Names, Parameters, ReadNames};
use crate::http::methods::get;
use crate::http::posted::Posted;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::{Issued, ServiceRequest, Subject, TokenRequest};
use crate::token::{ChannelName, Uid, UnixTime};

const OWN: ReadNames = ReadNames {
    user: Names::Read(&["uid"]),
    lifetime: Names::DEFAULT_LIFETIME,
};

pub(super) fn routes(table: Table) -> Table {
    table.section(about::SECTION).both_ways(
        "/api/agora/token",
        get(of_query).post(of_body),
        plain_error,
        || vec![about::of_query(), about::of_body()],
    )
}

async fn of_query(
    State(state): State<AppState>,
    caller: Caller,
    query: QueryText,
) -> Result<Response, Error> {
    let service = service(&query.parse(&OWN)?)?;
    answer(&state, &caller, service).await
}

async fn of_body(
    State(state): State<AppState>,
    caller: Caller,
    body: Posted<Body>,
) -> Result<Response, Error> {
    let service = service(&body.parse(&OWN)?)?;
    drop(body); // authorization may wait for a webhook
    answer(&state, &caller, service).await
}

fn service(fields: &Parameters<'_>) -> Result<(ChannelName, ServiceRequest), InputError> {
    let channel = input::channel(fields.one_of(&["channelName", "channel"])?)?;
    let uid = input::uid(fields.one_of(&["uid"])?)?;
    let role = input::role(fields.one_of(&["role"])?)?;
    Ok((channel.clone(), rtc(channel, uid, role)))
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    (channel, service): (ChannelName, ServiceRequest),
) -> Result<Response, Error> {
    let mut request = TokenRequest {
        subject: Subject::V007(vec![service]),
        lifetime: Some(state.lifetime()),
    };
    let issued = state.issue(caller, &mut request, state.now()).await?;
    let Issued {
        token, expires_at, ..
    } = issued;
    let expires_at = json!(expires_at.map(UnixTime::seconds));
    let app_id = state.project().app_id;
    let (channel, uid) = (json!(channel.as_str()), written(&user_of(&request)));
    Ok(in_json(format!(
        r#"{{"token":"{token}","appId":"{app_id}","channelName":{channel},"uid":{uid},"expiresAt":{expires_at}}}"#
    )))
}

/// A number, or a user account as text.
fn written(uid: &Uid) -> Value {
    match uid {
        Uid::Any | Uid::AnyNumber => json!(0),
        Uid::Number(number) => json!(number.get()),
        Uid::Account(account) => json!(account.as_str()),
    }
}

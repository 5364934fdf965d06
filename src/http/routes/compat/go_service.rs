//! The Go service that the video UIKits and much of the documentation call.
//!
//! | request | answer |
//! |---|---|
//! | `GET /rtc/:channel/:role/:tokenType/:uid?expiry=` | `{"rtcToken"}` |
//! | `GET /rtm/:uid?expiry=` | `{"rtmToken"}` |
//! | `GET /rte/:channel/:role/:tokenType/:rtcuid[/:rtmuid]?expiry=` | `{"rtcToken","rtmToken"}` |
//! | `GET /chat/app?expiry=`, `GET /chat/account/:id?expiry=` | `{"chatToken"}` |
//! | `POST /getToken`, also `/token/getNew` and `/fetchToken` | `{"token"}` |
//!
//! `expiry` is in seconds from now.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{about::go_service as about, issue, lasting, lifetime, rtc, rtm};
use crate::access::Caller;
use crate::http::answer::{Payload, in_json};
use crate::http::error::{Error, Meaning};
use crate::http::extract::{Body, Path, QueryText};
use crate::http::input::{self, InputError, Names, Parameter, Parameters, ReadNames};
use crate::http::methods::{get, post};
use crate::http::posted::Posted;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::{Grants, ServiceRequest, Target};
use crate::token::{Lifetime, Privilege, Uid};

type Answer = Result<Response, Error>;

/// For URLs that have the user in their path.
const BESIDE_PATH: ReadNames = ReadNames {
    user: Names::Unsupported("the user of this URL is in its path"),
    lifetime: Names::Read(&["expiry"]),
};

const APP: ReadNames = ReadNames {
    user: Names::Unsupported("the token of this URL is for an app; use /chat/account/ for a user"),
    ..BESIDE_PATH
};

const ANY: ReadNames = ReadNames {
    user: Names::Read(&["uid"]),
    lifetime: Names::Read(&["expire"]),
};

pub(super) fn routes(table: Table) -> Table {
    table
        .section(about::SECTION)
        .beneath("/rtc", error)
        .beneath("/rtm", error)
        .beneath("/rte", error)
        .beneath("/chat", error)
        .both_ways(
            "/rtc/{channel}/{role}/{tokenType}/{uid}",
            get(rtc_token),
            error,
            || vec![about::rtc_token()],
        )
        .both_ways("/rtm/{uid}", get(rtm_token), error, || {
            vec![about::rtm_token()]
        })
        .both_ways(
            "/rte/{channel}/{role}/{tokenType}/{rtcuid}",
            get(both_tokens),
            error,
            || vec![about::both_tokens()],
        )
        .both_ways(
            "/rte/{channel}/{role}/{tokenType}/{rtcuid}/{rtmuid}",
            get(both_tokens),
            error,
            || vec![about::both_tokens_for_two()],
        )
        .both_ways("/chat/app", get(chat_app_token), error, || {
            vec![about::chat_app()]
        })
        .both_ways("/chat/account/{id}", get(chat_token), error, || {
            vec![about::chat_account()]
        })
        .both_ways("/getToken", post(any_token), text_error, || {
            vec![about::any_token()]
        })
        .both_ways("/token/getNew", post(any_token), text_error, || {
            vec![about::any_token()]
        })
        .both_ways("/fetchToken", post(any_token), text_error, || {
            vec![about::any_token()]
        })
}

/// Its handlers say `error` or `message`, so clients look at either.
fn error(Meaning { status, .. }: Meaning, message: &str) -> Payload {
    let body = json!({ "error": message, "message": message, "status": status.as_u16() });
    Payload::Json(body.to_string())
}

fn text_error(_meaning: Meaning, message: &str) -> Payload {
    Payload::Text(message.to_owned())
}

async fn rtc_token(
    State(state): State<AppState>,
    caller: Caller,
    path: Path,
    query: QueryText,
) -> Answer {
    let query = query.parse_beside(&BESIDE_PATH, &[path.get("uid")])?;
    let lifetime = lifetime(&state, query.one_of(&["expiry"])?)?;
    let token = issue(&state, &caller, vec![in_channel(&path, "uid")?], lifetime).await?;
    Ok(in_json([r#"{"rtcToken":""#, &token, r#""}"#].concat()))
}

async fn rtm_token(
    State(state): State<AppState>,
    caller: Caller,
    path: Path,
    query: QueryText,
) -> Answer {
    let query = query.parse_beside(&BESIDE_PATH, &[path.get("uid")])?;
    let lifetime = lifetime(&state, query.one_of(&["expiry"])?)?;
    let user_id = input::user_id("uid", path.get("uid"))?;
    let token = issue(&state, &caller, vec![rtm(user_id)], lifetime).await?;
    Ok(in_json([r#"{"rtmToken":""#, &token, r#""}"#].concat()))
}

async fn both_tokens(
    State(state): State<AppState>,
    caller: Caller,
    path: Path,
    query: QueryText,
) -> Answer {
    let users = [path.get("rtcuid"), path.get("rtmuid")];
    let query = query.parse_beside(&BESIDE_PATH, &users)?;
    let lifetime = lifetime(&state, query.one_of(&["expiry"])?)?;
    let user_id = input::user_id("rtcuid", path.get("rtmuid").or_else(|| path.get("rtcuid")))?;
    let mut for_channel = lasting(vec![in_channel(&path, "rtcuid")?], lifetime);
    let mut for_signaling = lasting(vec![rtm(user_id)], lifetime);
    let both = [&mut for_channel, &mut for_signaling];
    let [for_channel, for_signaling] = state.issue_all(&caller, both, state.now()).await?;
    let body = [
        r#"{"rtcToken":""#,
        &for_channel.token,
        r#"","rtmToken":""#,
        &for_signaling.token,
        r#""}"#,
    ];
    Ok(in_json(body.concat()))
}

async fn chat_app_token(State(state): State<AppState>, caller: Caller, query: QueryText) -> Answer {
    let target = Target::Chat { user_id: None };
    in_chat(&state, &caller, &query.parse(&APP)?, target).await
}

async fn chat_token(
    State(state): State<AppState>,
    caller: Caller,
    path: Path,
    query: QueryText,
) -> Answer {
    let query = query.parse_beside(&BESIDE_PATH, &[path.get("id")])?;
    let user_id = Some(input::user_id("id", path.get("id"))?);
    in_chat(&state, &caller, &query, Target::Chat { user_id }).await
}

async fn in_chat(
    state: &AppState,
    caller: &Caller,
    query: &Parameters<'_>,
    target: Target,
) -> Answer {
    let lifetime = lifetime(state, query.one_of(&["expiry"])?)?;
    let token = issue(state, caller, vec![target.as_usual()], lifetime).await?;
    Ok(in_json([r#"{"chatToken":""#, &token, r#""}"#].concat()))
}

async fn any_token(State(state): State<AppState>, caller: Caller, body: Posted<Body>) -> Answer {
    let (services, lifetime) = any_request(&state, &body)?;
    drop(body); // authorization may wait for a webhook
    let token = issue(&state, &caller, services, lifetime).await?;
    Ok(in_json([r#"{"token":""#, &token, r#""}"#].concat()))
}

fn any_request(
    state: &AppState,
    body: &Posted<Body>,
) -> Result<(Vec<ServiceRequest>, Lifetime), InputError> {
    let fields = body.parse(&ANY)?;
    let lifetime = lifetime(state, fields.one_of(&["expire"])?)?;
    Ok((services(&fields)?, lifetime))
}

#[derive(Clone, Copy)]
enum TokenType {
    Rtc,
    Rtm,
    Chat,
}

fn services(fields: &Parameters<'_>) -> Result<Vec<ServiceRequest>, InputError> {
    let name = "tokenType";
    let token_type = fields
        .one_of(&[name])?
        .ok_or(InputError::Required { name })?;
    let words = [
        ("rtc", TokenType::Rtc),
        ("rtm", TokenType::Rtm),
        ("chat", TokenType::Chat),
    ];
    let channel = fields.one_of(&["channel"])?;
    let uid = fields.one_of(&["uid"])?;
    match input::word(token_type, &words, "rtc, rtm or chat")? {
        TokenType::Rtc => {
            let role = input::role(fields.one_of(&["role"])?)?;
            Ok(vec![rtc(input::channel(channel)?, input::uid(uid)?, role)])
        }
        // A stream channel of signaling is joined like one of RTC.
        TokenType::Rtm => {
            let login = rtm(input::user_id("uid", uid)?);
            let Some(channel) = channel else {
                return Ok(vec![login]);
            };
            let target = Target::Rtc {
                channel: input::channel(Some(channel))?,
                uid: input::uid(uid)?,
            };
            let grants = Grants::all(&[Privilege::JOIN_CHANNEL, Privilege::PUBLISH_DATA]);
            Ok(vec![ServiceRequest { target, grants }, login])
        }
        TokenType::Chat => {
            let user_id = uid
                .map(|uid| input::user_id("uid", Some(uid)))
                .transpose()?;
            Ok(vec![Target::Chat { user_id }.as_usual()])
        }
    }
}

/// The channel, role and user of a path.
fn in_channel(path: &Path, uid: &'static str) -> Result<ServiceRequest, InputError> {
    let channel = input::channel(path.get("channel"))?;
    let role = input::role(Some(path.part("role")?))?;
    let token_type = path.part("tokenType")?;
    Ok(rtc(channel, user(token_type, path.part(uid)?)?, role))
}

/// The token type says whether a uid is a number or a user account, whatever it looks like.
fn user(token_type: Parameter<'_>, uid: Parameter<'_>) -> Result<Uid, InputError> {
    let words = [("uid", true), ("userAccount", false)];
    if input::word(token_type, &words, "uid or userAccount")? {
        return Ok(match input::numeric_uid(uid)? {
            0 => Uid::AnyNumber,
            number => Uid::from(number),
        });
    }
    input::account(uid).map(Uid::Account)
}

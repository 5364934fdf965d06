//! The conversational-AI quick start.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/generate-agora-token?uid&channel` | `{"token","uid","channel"}`, RTC for a publisher and RTM in one token |
//!
//! Both may be left out: uid is 0 then, and a channel is made up. The uid of the answer is a text. With uid 0 the login
//! to signaling is for any user, as in the quick start: its client logs in under an ID that it generates.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{about::quick_start as about, rtc, user_of};
use crate::access::Caller;
use crate::http::answer::{Payload, in_json};
use crate::http::error::{Error, Meaning};
use crate::http::extract::QueryText;
use crate::http::input::{self, InputError, Names, ReadNames};
use crate::http::methods::get;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::{Subject, Target, TokenRequest};
use crate::token::{ChannelName, Role, Uid, UserId};

const OWN: ReadNames = ReadNames {
    user: Names::Read(&["uid"]),
    lifetime: Names::DEFAULT_LIFETIME,
};

pub(super) fn routes(table: Table) -> Table {
    table
        .section(about::SECTION)
        .both_ways("/api/generate-agora-token", get(answer), error, || {
            vec![about::answer()]
        })
}

fn error(_meaning: Meaning, message: &str) -> Payload {
    let details = json!(message);
    Payload::Json(format!(
        r#"{{"error":"Failed to generate Agora token","details":{details}}}"#
    ))
}

async fn answer(
    State(state): State<AppState>,
    caller: Caller,
    query: QueryText,
) -> Result<Response, Error> {
    let (channel, uid, user_id) = parse(&state, &query)?;
    let login = Target::Rtm { user_id }.as_usual();
    let services = vec![rtc(channel.clone(), uid, Role::Publisher), login];
    let mut request = TokenRequest {
        subject: Subject::V007(services),
        lifetime: Some(state.lifetime()),
    };
    let issued = state.issue(&caller, &mut request, state.now()).await?;
    let uid = match user_of(&request) {
        Uid::Any | Uid::AnyNumber => json!("0"),
        uid => json!(&*uid.signed()),
    };
    let (token, channel) = (issued.token, json!(channel.as_str()));
    Ok(in_json(format!(
        r#"{{"token":"{token}","uid":{uid},"channel":{channel}}}"#
    )))
}

fn parse(
    state: &AppState,
    query: &QueryText,
) -> Result<(ChannelName, Uid, Option<UserId>), InputError> {
    let query = query.parse(&OWN)?;
    let channel = match query.one_of(&["channel"])? {
        Some(channel) => input::channel(Some(channel))?,
        None => made_up(state),
    };
    let parameter = query.one_of(&["uid"])?;
    let uid = input::uid(parameter)?;
    let user_id = match uid {
        Uid::Any => None,
        _ => Some(input::user_id("uid", parameter)?),
    };
    Ok((channel, uid, user_id))
}

/// A name that nobody else has, and nobody can foresee.
fn made_up(state: &AppState) -> ChannelName {
    let random = || state.random();
    let name = format!(
        "ai-conversation-{}-{:08x}{:08x}",
        state.now(),
        random(),
        random()
    );
    ChannelName::new(name).expect("43 bytes of letters, digits and hyphens")
}

//! `GET /access_token`, as the Node sample on Heroku and a widely copied tutorial have it.
//!
//! | | the sample | the tutorial |
//! |---|---|---|
//! | channel | `channel` | `channelName` |
//! | user | `uid` | `uid` |
//! | rights | join | `role`: `publisher` or `subscriber` (as join) |
//! | end | `expiredTs`, a Unix time; without it, the token's | `expireTime`, seconds from now; without it, 3,600 |
//!
//! Both answer `{"token":"…"}`. Their names may be mixed; other parameters are ignored, but for those
//! that name a user or a lifetime.

use axum::extract::State;
use axum::response::Response;

use super::about::access_token as about;
use crate::access::Caller;
use crate::config::AccessTokenVersion;
use crate::http::answer::{in_json, plain_error};
use crate::http::error::Error;
use crate::http::extract::QueryText;
use crate::http::input::{self, InputError, Names, Parameters, ReadNames};
use crate::http::methods::get;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::{Grants, ServiceRequest, Subject, Target, TokenRequest};
use crate::token::{Lifetime, UnixTime};

const OWN: ReadNames = ReadNames {
    user: Names::Read(&["uid"]),
    lifetime: Names::Read(&["expireTime", "expiredTs"]),
};

pub(super) fn routes(table: Table) -> Table {
    table
        .section(about::SECTION)
        .both_ways("/access_token", get(answer), plain_error, || {
            vec![about::answer()]
        })
}

async fn answer(
    State(state): State<AppState>,
    caller: Caller,
    query: QueryText,
) -> Result<Response, Error> {
    let now = state.now();
    let version = state.access_token_version(&caller);
    let default = state.settings().default_lifetime;
    let mut request = parse(&query.parse(&OWN)?, version, default, now)?;
    let issued = state.issue(&caller, &mut request, now).await?;
    // A token has no character that JSON would escape.
    Ok(in_json([r#"{"token":""#, &issued.token, r#""}"#].concat()))
}

fn parse(
    query: &Parameters<'_>,
    version: AccessTokenVersion,
    default: Option<Lifetime>,
    now: UnixTime,
) -> Result<TokenRequest, InputError> {
    let channel = query.one_of(&["channel", "channelName"])?;
    let role = query.one_of(&["role"])?;
    let absolute = query.one_of(&["expiredTs"])?;
    let relative = query.one_of(&["expireTime"])?;
    let is_tutorial = role.is_some() || query.one_of(&["channelName"])?.is_some();

    let lifetime = match (absolute, relative) {
        (Some(first), Some(second)) => {
            return Err(InputError::TwoEnds {
                first: first.name,
                second: second.name,
            });
        }
        (Some(end), None) => input::until(end, now, ", did you mean expireTime?")?,
        (None, Some(lifetime)) => Some(input::lifetime(lifetime)?),
        (None, None) => default.or(is_tutorial.then_some(Lifetime::HOUR)),
    };
    let channel = input::channel(channel)?;
    let uid = input::uid(query.one_of(&["uid"])?)?;
    let grants = Grants::of_role(input::role(role)?);
    let subject = match version {
        AccessTokenVersion::V006 => Subject::V006Rtc {
            channel,
            uid,
            grants,
        },
        AccessTokenVersion::V007 => Subject::V007(vec![ServiceRequest {
            target: Target::Rtc { channel, uid },
            grants,
        }]),
    };
    Ok(TokenRequest { subject, lifetime })
}

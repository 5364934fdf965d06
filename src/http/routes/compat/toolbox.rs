//! The documentation's Docker image, and the hosted service that Agora's API examples post to.
//!
//! | request | answer |
//! |---|---|
//! | `POST /token/generate` `{"channelName","uid","tokenExpireTs","privilegeExpireTs","serviceRtc":{"enable","role"},…}` | `{"code":0,"message":"Success","data":{"token"}}` |
//! | `POST /v1/token/generate` `{"channelName","uid","expire","type":1\|2}` | `{"code":0,"data":{"token"}}` |
//! | `POST /v2/token/generate` `{"channelName","uid","expire","types":[1,2]}` | `{"code":0,"data":{"token"}}` |
//!
//! All times are in seconds from now, whatever they are called. App ID and certificate that a client posts are not
//! looked at.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{about::toolbox as about, issue, lifetime, rtc, rtm};
use crate::access::Caller;
use crate::http::answer::{Payload, in_json};
use crate::http::error::{Error, Meaning};
use crate::http::extract::Body;
use crate::http::input::{self, InputError, Json, Names, Parameter, Parameters, ReadNames};
use crate::http::methods::post;
use crate::http::posted::Posted;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::{ServiceRequest, Target};
use crate::token::{Excerpt, Lifetime, Role};

const IMAGE: ReadNames = ReadNames {
    user: Names::Read(&["uid"]),
    lifetime: Names::Read(&["tokenExpireTs", "privilegeExpireTs"]),
};

/// For the objects of services whose user is the `uid` beside them.
const SERVICE: ReadNames = ReadNames {
    user: Names::Unsupported("use uid beside the services"),
    lifetime: Names::Unsupported("use tokenExpireTs beside the services"),
};

/// For the objects of services that have users of their own.
const WITH_USER: ReadNames = ReadNames {
    user: Names::Read(&["userUuid"]),
    ..SERVICE
};

const HOSTED: ReadNames = ReadNames {
    user: Names::Read(&["uid"]),
    lifetime: Names::Read(&["expire"]),
};

pub(super) fn routes(table: Table) -> Table {
    table
        .section(about::SECTION)
        .both_ways("/token/generate", post(docker_image), error, || {
            vec![about::docker_image()]
        })
        .both_ways("/v1/token/generate", post(hosted), error, || {
            vec![about::hosted_one()]
        })
        .both_ways("/v2/token/generate", post(hosted), error, || {
            vec![about::hosted_several()]
        })
}

fn error(_meaning: Meaning, message: &str) -> Payload {
    let message = json!(message);
    Payload::Json(format!(r#"{{"code":-1,"message":{message},"data":""}}"#))
}

async fn docker_image(
    State(state): State<AppState>,
    caller: Caller,
    body: Posted<Body>,
) -> Result<Response, Error> {
    let (services, lifetime) = docker_image_request(&state, &body)?;
    drop(body); // authorization may wait for a webhook
    let token = issue(&state, &caller, services, lifetime).await?;
    Ok(in_json(
        [
            r#"{"code":0,"message":"Success","data":{"token":""#,
            &token,
            r#""}}"#,
        ]
        .concat(),
    ))
}

fn docker_image_request(
    state: &AppState,
    body: &Posted<Body>,
) -> Result<(Vec<ServiceRequest>, Lifetime), InputError> {
    let fields = body.parse(&IMAGE)?;
    let whole = fields.one_of(&["tokenExpireTs"])?;
    let of_privileges = fields.one_of(&["privilegeExpireTs"])?;
    let lifetime = lifetime(state, whole.or(of_privileges))?;
    let own = of_privileges.map(input::lifetime).transpose()?;
    let mut services = enabled(&fields)?;
    for service in &mut services {
        service.grants = service
            .grants
            .iter()
            .map(|(privilege, _)| (privilege, own))
            .collect();
    }
    Ok((services, lifetime))
}

fn enabled(fields: &Parameters<'_>) -> Result<Vec<ServiceRequest>, InputError> {
    let uid = fields.one_of(&["uid"])?;
    let mut services = Vec::new();
    if let Some(service) = fields.object("serviceRtc", &SERVICE, &[uid])?
        && is_set(&service, "enable")?
    {
        let channel = input::channel(fields.one_of(&["channelName"])?)?;
        services.push(rtc(
            channel,
            input::uid(uid)?,
            input::role(service.one_of(&["role"])?)?,
        ));
    }
    if let Some(service) = fields.object("serviceRtm", &SERVICE, &[uid])?
        && is_set(&service, "enable")?
    {
        services.push(rtm(input::user_id("uid", uid)?));
    }
    if let Some(service) = fields.object("serviceFpa", &SERVICE, &[uid])?
        && is_set(&service, "enable")?
    {
        services.push(Target::Fpa.as_usual());
    }
    if let Some(service) = fields.object("serviceChat", &WITH_USER, &[])? {
        services.extend(chat(&service)?);
    }
    if let Some(service) = fields.object("serviceApaas", &WITH_USER, &[])? {
        services.extend(apaas(&service)?);
    }
    if services.is_empty() {
        let known = "serviceRtc, serviceRtm, serviceFpa, serviceChat, serviceApaas";
        return Err(InputError::NoService { known });
    }
    let reads_uid = |target: &Target| matches!(target, Target::Rtc { .. } | Target::Rtm { .. });
    let is_for_app =
        |target: &Target| matches!(target, Target::Chat { user_id: None } | Target::ApaasApp);
    let any = |is: fn(&Target) -> bool| services.iter().any(|service| is(&service.target));
    if any(is_for_app) && !any(reads_uid) {
        reject_user(uid)?;
    }
    Ok(services)
}

/// Rejects the user of a token for an app, which is for every user.
fn reject_user(user: Option<Parameter<'_>>) -> Result<(), InputError> {
    match user {
        Some(user) if user.value != "0" => Err(InputError::Unread {
            name: Excerpt::of(user.name),
            advice: "the token of enableApp is for every user; use enableUser with userUuid".into(),
        }),
        _ => Ok(()),
    }
}

/// The services of chat: for a user, an app, or both. No service holds the app's privilege for a user.
fn chat(service: &Parameters<'_>) -> Result<Vec<ServiceRequest>, InputError> {
    let mut targets = Vec::new();
    let is_for_user = is_set(service, "enableUser")?;
    if is_for_user {
        let user_id = input::user_id("userUuid", service.one_of(&["userUuid"])?)?;
        targets.push(Target::Chat {
            user_id: Some(user_id),
        });
    }
    if is_set(service, "enableApp")? {
        if !is_for_user {
            reject_user(service.one_of(&["userUuid"])?)?;
        }
        targets.push(Target::Chat { user_id: None });
    }
    Ok(targets.into_iter().map(Target::as_usual).collect())
}

/// The services of the classroom, each on its own as those of chat.
fn apaas(service: &Parameters<'_>) -> Result<Vec<ServiceRequest>, InputError> {
    let mut targets = Vec::new();
    let user = || input::user_id("userUuid", service.one_of(&["userUuid"])?);
    if is_set(service, "enable")? || is_set(service, "enableRoomUser")? {
        let room = input::channel(service.one_of(&["roomUuid"])?)?;
        let role = service
            .one_of(&["role"])?
            .map(classroom_role)
            .transpose()?
            .unwrap_or(Target::NO_ROLE);
        targets.push(Target::ApaasRoomUser {
            room,
            user: user()?,
            role,
        });
    }
    if is_set(service, "enableUser")? {
        targets.push(Target::ApaasUser { user: user()? });
    }
    if is_set(service, "enableApp")? {
        if targets.is_empty() {
            reject_user(service.one_of(&["userUuid"])?)?;
        }
        targets.push(Target::ApaasApp);
    }
    Ok(targets.into_iter().map(Target::as_usual).collect())
}

fn classroom_role(parameter: Parameter<'_>) -> Result<i16, InputError> {
    let Parameter { name, value, .. } = parameter;
    let known = "a number from -32768 to 32767";
    value.parse().map_err(|_| InputError::Unknown {
        name,
        found: Excerpt::of(value),
        known,
    })
}

fn is_set(service: &Parameters<'_>, name: &'static str) -> Result<bool, InputError> {
    Ok(service.flag(name)?.unwrap_or(false))
}

/// What the examples' numbers mean.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Rtc,
    Rtm,
}

async fn hosted(
    State(state): State<AppState>,
    caller: Caller,
    body: Posted<Body>,
) -> Result<Response, Error> {
    let (services, lifetime) = hosted_request(&state, &body)?;
    drop(body); // authorization may wait for a webhook
    let token = issue(&state, &caller, services, lifetime).await?;
    Ok(in_json(
        [r#"{"code":0,"data":{"token":""#, &token, r#""}}"#].concat(),
    ))
}

fn hosted_request(
    state: &AppState,
    body: &Posted<Body>,
) -> Result<(Vec<ServiceRequest>, Lifetime), InputError> {
    let fields = body.parse(&HOSTED)?;
    let lifetime = lifetime(state, fields.one_of(&["expire"])?)?;
    let uid = fields.one_of(&["uid"])?;
    let mut services = Vec::new();
    for kind in kinds(&fields)? {
        services.push(match kind {
            Kind::Rtc => {
                let channel = input::channel(fields.one_of(&["channelName"])?)?;
                rtc(channel, input::uid(uid)?, Role::Publisher)
            }
            Kind::Rtm => rtm(input::user_id("uid", uid)?),
        });
    }
    Ok((services, lifetime))
}

/// `type` is one, `types` a list of them; RTC without either. What is listed twice is meant once.
fn kinds(fields: &Parameters<'_>) -> Result<Vec<Kind>, InputError> {
    let kind = |name, value| {
        let parameter = Parameter {
            name,
            value,
            is_number: false,
        };
        input::word(
            parameter,
            &[("1", Kind::Rtc), ("2", Kind::Rtm)],
            "1 (RTC) or 2 (RTM)",
        )
    };
    match (fields.one_of(&["type"])?, fields.list("types")?) {
        (Some(one), None) => Ok(vec![kind("type", one.value)?]),
        (None, None) => Ok(vec![Kind::Rtc]),
        (None, Some([])) => Err(InputError::NoService {
            known: "types 1 (RTC) and 2 (RTM)",
        }),
        (None, Some(list)) => {
            let mut kinds = Vec::new();
            for entry in list {
                let kind = kind("types", scalar(entry))?;
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
            Ok(kinds)
        }
        (Some(_), Some(_)) => Err(InputError::Contradiction {
            first: "type",
            second: "types",
        }),
    }
}

fn scalar(entry: &Json) -> &str {
    match entry {
        Json::Number(text) | Json::Text(text) => text,
        Json::Null | Json::Boolean(_) | Json::List(_) | Json::Object(_) => "",
    }
}

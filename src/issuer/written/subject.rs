//! What a written request is for, in each format.

use super::error::{Problem, WrittenError};
use super::fields::{self, Read};
use super::ready_made;
use super::scalar::{WrittenNumber, WrittenPrivileges};
use super::service::{InChannel, InRtc, Key, WrittenService};
use crate::issuer::request::{Grants, ServiceRequest, Subject, Target};
use crate::token::v005::{KeyKind, Upload};
use crate::token::{ChannelName, Privilege, Role, ServiceKind, TokenVersion, Uid, v006};

/// The most services in a request: all of their kinds three times over.
const MAX_SERVICES: usize = 32;

pub(super) fn v005(services: Vec<WrittenService>) -> Read<Subject> {
    let service = only(services, TokenVersion::V005)?;
    let name = service.name();
    let (kind, key) = match service {
        WrittenService::MediaChannel(key) => (KeyKind::MediaChannel, key),
        WrittenService::Recording(key) => (KeyKind::Recording, key),
        WrittenService::PublicSharing(key) => (KeyKind::PublicSharing, key),
        WrittenService::InChannelPermission {
            channel,
            uid,
            upload,
        } => {
            let upload = match upload.as_str() {
                "nothing" => Upload::Nothing,
                "audio_and_video" => Upload::AudioAndVideo,
                other => {
                    return Err(in_service(0)(
                        Problem::unknown(other, &["nothing", "audio_and_video"]).at("upload"),
                    ));
                }
            };
            (KeyKind::InChannelPermission(upload), Key { channel, uid })
        }
        _ => {
            return Err(in_service(0)(not_of(name, TokenVersion::V005)));
        }
    };
    let read = || {
        let uid = key.uid.as_ref().map_or(Ok(0), WrittenNumber::as_uid)?;
        Ok(Subject::V005 {
            kind,
            channel: fields::one_channel("channel", key.channel.clone())?,
            uid,
        })
    };
    read().map_err(in_service(0))
}

pub(super) fn v006(services: Vec<WrittenService>) -> Read<Subject> {
    let service = only(services, TokenVersion::V006)?;
    let name = service.name();
    let read =
        match service {
            WrittenService::Rtc(rtc) => read_rtc(rtc, fields::one_channel, &v006::PRIVILEGES).map(
                |(channel, uid, grants)| Subject::V006Rtc {
                    channel,
                    uid,
                    grants,
                },
            ),
            WrittenService::Rtm {
                user_id,
                privileges: None,
            } => fields::user_id("user_id", user_id).map(|user_id| Subject::V006Rtm { user_id }),
            WrittenService::Rtm {
                privileges: Some(_),
                ..
            } => {
                let because = "a signaling token of version 006 grants the login and nothing else";
                Err(Problem::Superfluous { because }.at("privileges"))
            }
            _ => Err(not_of(name, TokenVersion::V006)),
        };
    read.map_err(in_service(0))
}

pub(super) fn v007(services: Vec<WrittenService>) -> Read<Subject> {
    if services.is_empty() || services.len() > MAX_SERVICES {
        return Err(number_of(&services, TokenVersion::V007, "1 to 32"));
    }
    let mut requests = Vec::new();
    for (index, service) in services.into_iter().enumerate() {
        requests.extend(read_007(service).map_err(in_service(index))?);
    }
    Ok(Subject::V007(requests))
}

fn read_007(service: WrittenService) -> Read<Vec<ServiceRequest>> {
    let name = service.name();
    let one = |target, privileges| service_request(target, privileges).map(|request| vec![request]);
    match service {
        WrittenService::Rtc(rtc) => {
            let (channel, uid, grants) =
                read_rtc(rtc, fields::channel, ServiceKind::Rtc.privileges())?;
            Ok(vec![ServiceRequest {
                target: Target::Rtc { channel, uid },
                grants,
            }])
        }
        WrittenService::Rtm {
            user_id,
            privileges,
        } => one(
            Target::Rtm {
                user_id: Some(fields::user_id("user_id", user_id)?),
            },
            privileges,
        ),
        WrittenService::Streaming(InChannel {
            channel,
            uid,
            account,
            privileges,
        }) => {
            let (channel, account) = (
                fields::one_channel("channel", channel)?,
                fields::user(uid, account)?,
            );
            one(Target::Streaming { channel, account }, privileges)
        }
        WrittenService::Fpa { privileges } => one(Target::Fpa, privileges),
        WrittenService::Chat {
            user_id,
            privileges,
        } => {
            let user_id = user_id
                .map(|id| fields::user_id("user_id", id))
                .transpose()?;
            one(Target::Chat { user_id }, privileges)
        }
        WrittenService::Fcdn(InChannel {
            channel,
            uid,
            account,
            privileges,
        }) => {
            let (channel, account) = (
                fields::one_channel("channel", channel)?,
                fields::user(uid, account)?,
            );
            one(Target::Fcdn { channel, account }, privileges)
        }
        WrittenService::Apaas {
            room,
            user,
            role,
            privileges,
        } => one(apaas(room, user, role)?, privileges),
        WrittenService::Rtm2 {
            user_id,
            permissions,
            privileges,
        } => {
            let user_id = fields::user_id("user_id", user_id)?;
            one(
                Target::Rtm2 {
                    user_id,
                    permissions: fields::permissions(permissions)?,
                },
                privileges,
            )
        }
        WrittenService::ConvoAi {} => one(Target::ConvoAi, None),
        WrittenService::Stt {} => one(Target::Stt, None),
        WrittenService::RtcWithRtm(written) => ready_made::rtc_with_rtm(written),
        WrittenService::ConvoAiWithRtc(written) => {
            Ok(and(ready_made::rtc_with_rtm(written)?, Target::ConvoAi))
        }
        WrittenService::SttWithRtc(written) => {
            Ok(and(ready_made::rtc_with_rtm(written)?, Target::Stt))
        }
        WrittenService::EducationRoomUser { room, user, role } => {
            ready_made::education_room_user(room, user, role.as_classroom_role()?)
        }
        WrittenService::MediaChannel(_)
        | WrittenService::Recording(_)
        | WrittenService::PublicSharing(_)
        | WrittenService::InChannelPermission { .. } => Err(not_of(name, TokenVersion::V007)),
    }
}

fn read_rtc(
    rtc: InRtc,
    channel: fn(&'static str, String) -> Read<ChannelName>,
    known: &[Privilege],
) -> Read<(ChannelName, Uid, Grants)> {
    let grants = match (rtc.role, rtc.privileges) {
        (Some(_), Some(_)) => {
            return Err(Problem::Both {
                other: "privileges",
            }
            .at("role"));
        }
        (Some(role), None) => fields::role(&role, known)?,
        (None, Some(privileges)) => fields::privileges(privileges, known)?,
        (None, None) => Grants::of_role(Role::Subscriber),
    };
    Ok((
        channel("channel", rtc.channel)?,
        fields::user(rtc.uid, rtc.account)?,
        grants,
    ))
}

fn apaas(room: Option<String>, user: Option<String>, role: Option<WrittenNumber>) -> Read<Target> {
    let user = user.map(|user| fields::user_id("user", user)).transpose()?;
    if room.is_none() && role.is_some() {
        return Err(Problem::Superfluous {
            because: "a role is one in a room",
        }
        .at("role"));
    }
    match (room, user) {
        (Some(room), Some(user)) => {
            let room = fields::one_channel("room", room)?;
            Ok(Target::ApaasRoomUser {
                room,
                user,
                role: role.map_or(Ok(Target::NO_ROLE), |role| role.as_classroom_role())?,
            })
        }
        (None, Some(user)) => Ok(Target::ApaasUser { user }),
        (None, None) => Ok(Target::ApaasApp),
        (Some(_), None) => Err(Problem::Missing {
            because: "a token for a room is for a user in it",
        }
        .at("user")),
    }
}

fn service_request(target: Target, privileges: Option<WrittenPrivileges>) -> Read<ServiceRequest> {
    match privileges {
        None => Ok(target.as_usual()),
        Some(privileges) => {
            let grants = fields::privileges(privileges, target.kind().privileges())?;
            Ok(ServiceRequest { target, grants })
        }
    }
}

fn and(mut services: Vec<ServiceRequest>, target: Target) -> Vec<ServiceRequest> {
    services.push(target.as_usual());
    services
}

fn only(services: Vec<WrittenService>, version: TokenVersion) -> Read<WrittenService> {
    match <[WrittenService; 1]>::try_from(services) {
        Ok([only]) => Ok(only),
        Err(services) => Err(number_of(&services, version, "one")),
    }
}

fn number_of(
    services: &[WrittenService],
    version: TokenVersion,
    allowed: &'static str,
) -> WrittenError {
    Problem::Services {
        found: services.len(),
        version,
        allowed,
    }
    .at("services")
}

fn in_service(index: usize) -> impl Fn(WrittenError) -> WrittenError {
    move |error| WrittenError {
        service: Some(index),
        ..error
    }
}

fn not_of(name: &'static str, version: TokenVersion) -> WrittenError {
    Problem::NotOf { name, version }.at("service")
}

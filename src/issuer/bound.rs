//! What a token is bound to, said back to the one who asked: a mismatch is seen before the SDK refuses it.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use smallvec::SmallVec;
use utoipa::ToSchema;

use super::Issued;
use super::issue::lasting;
use super::request::{Grants, ServiceRequest, Subject, Target, TokenRequest};
use crate::token::v005::Upload;
use crate::token::{
    AppId, Permission, Permissions, Privilege, Resource, TokenVersion, Uid, UnixTime, UserId,
};

/// A token, with all that a client wants to know of it. Times are Unix seconds.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Receipt<'a> {
    /// The token, as the SDK takes it.
    pub token: String,
    /// In which format.
    #[schema(value_type = String)]
    pub version: TokenVersion,
    /// For which project.
    #[schema(value_type = String)]
    pub app_id: AppId,
    /// As of when.
    pub issued_at: u32,
    /// When the last of its privileges expires; null for a 005 key that does not expire by itself.
    #[schema(required)]
    pub expires_at: Option<u32>,
    /// When a client should fetch the next one; null like `expires_at`.
    #[schema(required)]
    pub renew_at: Option<u32>,
    /// What it is bound to.
    pub services: Vec<Bound<'a>>,
}

impl<'a> Receipt<'a> {
    /// The receipt for a token that has been made.
    #[must_use]
    pub fn new(issued: Issued, app_id: AppId, services: Vec<Bound<'a>>) -> Self {
        let Issued {
            token,
            version,
            issued_at,
            expires_at,
        } = issued;
        let (issued_at, expires_at) = (issued_at.seconds(), expires_at.map(UnixTime::seconds));
        // As the SDK's will-expire event, before the first privilege ends; of less than a minute, half-way.
        let ends = services
            .iter()
            .flat_map(|service| service.privileges.0.iter().map(|(_, end)| *end));
        let first_end = ends.chain(expires_at).min();
        let renew_at = first_end.map(|end| end - 30.min(end.saturating_sub(issued_at) / 2));
        Self {
            token,
            version,
            app_id,
            issued_at,
            expires_at,
            renew_at,
            services,
        }
    }
}

/// A service of an issued token, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bound<'a> {
    /// The service, or the kind of a 005 key.
    pub service: &'static str,
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<&'a str>,
    /// The numeric uid; 0 for any user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The user account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<&'a str>,
    /// Who logs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<&'a str>,
    /// The classroom's room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<&'a str>,
    /// The classroom's user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a str>,
    /// The role in the classroom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<i16>,
    /// What a 005 key lets its user send: `nothing` or `audio_and_video`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload: Option<&'static str>,
    /// Names by resource and permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<BTreeMap<String, BTreeMap<String, Vec<&'a str>>>>,
    /// The Unix time at which each privilege ends.
    #[schema(value_type = BTreeMap<String, u32>)]
    pub privileges: Ends,
}

/// The Unix time at which each privilege ends, by the privilege's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends(SmallVec<[(&'static str, u32); 4]>);

impl Serialize for Ends {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.0.iter().copied())
    }
}

impl FromIterator<(&'static str, u32)> for Ends {
    fn from_iter<I: IntoIterator<Item = (&'static str, u32)>>(ends: I) -> Self {
        Self(ends.into_iter().collect())
    }
}

impl TokenRequest {
    /// What a token for this request, issued now, is bound to.
    #[must_use]
    pub fn bound(&self, now: UnixTime) -> Vec<Bound<'_>> {
        let token = self.token_lifetime();
        let privileges = |grants: &Grants| {
            let lasting = lasting(grants, self.lifetime, token);
            lasting
                .map(|(privilege, lasts)| (privilege.name(), now.after(lasts).seconds()))
                .collect()
        };
        match &self.subject {
            Subject::V005 { kind, channel, uid } => vec![Bound {
                service: kind.name(),
                channel: Some(channel.as_str()),
                uid: Some(*uid),
                upload: kind.upload().map(Upload::name),
                ..Bound::default()
            }],
            Subject::V006Rtc {
                channel,
                uid,
                grants,
            } => vec![
                Bound {
                    service: "rtc",
                    privileges: privileges(grants),
                    ..Bound::default()
                }
                .in_channel(channel.as_str(), uid),
            ],
            Subject::V006Rtm { user_id } => vec![Bound {
                service: "rtm",
                user_id: Some(user_id.as_str()),
                privileges: privileges(&Grants::all(&[Privilege::RTM_LOGIN])),
                ..Bound::default()
            }],
            Subject::V007(services) => services
                .iter()
                .map(|ServiceRequest { target, grants }| Bound {
                    privileges: privileges(grants),
                    ..Bound::of_target(target)
                })
                .collect(),
        }
    }
}

impl<'a> Bound<'a> {
    fn of_target(target: &'a Target) -> Self {
        let bound = Self {
            service: target.kind().name(),
            ..Self::default()
        };
        match target {
            Target::Rtc { channel, uid: user }
            | Target::Streaming {
                channel,
                account: user,
            }
            | Target::Fcdn {
                channel,
                account: user,
            } => bound.in_channel(channel.as_str(), user),
            Target::Rtm { user_id } | Target::Chat { user_id } => Self {
                user_id: user_id.as_ref().map(UserId::as_str),
                ..bound
            },
            Target::ApaasRoomUser { room, user, role } => Self {
                room: Some(room.as_str()),
                user: Some(user.as_str()),
                role: Some(*role),
                ..bound
            },
            Target::ApaasUser { user } => Self {
                user: Some(user.as_str()),
                ..bound
            },
            Target::Rtm2 {
                user_id,
                permissions,
            } => Self {
                user_id: Some(user_id.as_str()),
                permissions: Some(by_name(permissions)),
                ..bound
            },
            Target::ApaasApp | Target::Fpa | Target::ConvoAi | Target::Stt => bound,
        }
    }

    fn in_channel(self, channel: &'a str, user: &'a Uid) -> Self {
        let (uid, account) = match user {
            Uid::Any | Uid::AnyNumber => (Some(0), None),
            Uid::Number(number) => (Some(number.get()), None),
            Uid::Account(account) => (None, Some(account.as_str())),
        };
        Self {
            channel: Some(channel),
            uid,
            account,
            ..self
        }
    }
}

fn by_name(permissions: &Permissions) -> BTreeMap<String, BTreeMap<String, Vec<&str>>> {
    let mut by_resource: BTreeMap<String, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
    for (resource, permission, names) in permissions.iter() {
        let resource = Resource::from_number(resource)
            .map_or_else(|| resource.to_string(), |known| known.name().to_owned());
        let permission = Permission::from_number(permission)
            .map_or_else(|| permission.to_string(), |known| known.name().to_owned());
        by_resource
            .entry(resource)
            .or_default()
            .insert(permission, names.collect());
    }
    by_resource
}

//! From what is asked for to the message of its format.

use super::Issued;
use super::request::{Grants, ServiceRequest, Subject, Target, TokenRequest};
use crate::token::{
    Binding, Lifetime, Privilege, Project, Scope, Service, Services, Text, UnixTime, v005, v006,
    v007,
};

/// Makes the token that a request asks for, byte for byte the same for the same time and salt.
#[must_use]
pub fn issue(project: &Project, request: &TokenRequest, now: UnixTime, salt: u32) -> Issued {
    let made = Making {
        project,
        now,
        salt,
        lifetime: request.lifetime,
        token_lifetime: request.token_lifetime(),
    };
    let (token, expires_at) = match &request.subject {
        Subject::V005 { kind, channel, uid } => made.v005(*kind, &channel.into(), *uid),
        Subject::V006Rtc {
            channel,
            uid,
            grants,
        } => made.v006(
            Binding {
                channel: channel.as_str(),
                uid: &uid.signed(),
            },
            grants,
        ),
        Subject::V006Rtm { user_id } => made.v006(
            Binding {
                channel: user_id.as_str(),
                uid: "",
            },
            &Grants::all(&[Privilege::RTM_LOGIN]),
        ),
        Subject::V007(services) => made.v007(services),
    };
    Issued {
        token,
        version: request.version(),
        issued_at: now,
        expires_at,
    }
}

/// The input of every format. Each returns its token, and when the last privilege of that expires.
struct Making<'a> {
    project: &'a Project,
    now: UnixTime,
    salt: u32,
    lifetime: Option<Lifetime>,
    token_lifetime: Lifetime,
}

impl Making<'_> {
    fn v005(&self, kind: v005::KeyKind, channel: &Text, uid: u32) -> (String, Option<UnixTime>) {
        let expires_at = self.lifetime.map(|lifetime| self.now.after(lifetime));
        let message = v005::Message::new(kind, self.now, self.salt, expires_at.unwrap_or_default());
        (v005::mint(self.project, channel, uid, &message), expires_at)
    }

    /// As every official builder does, the token itself ends after 24 hours, whatever its privileges do.
    fn v006(&self, binding: Binding<'_>, grants: &Grants) -> (String, Option<UnixTime>) {
        let message = v006::Message {
            salt: self.salt,
            ends_at: self.now.after(self.token_lifetime),
            privileges: grants
                .iter()
                .map(|(privilege, own)| (privilege, self.end(own)))
                .collect(),
        };
        (
            v006::mint(self.project, binding, &message),
            self.expires_at(std::iter::once(grants)),
        )
    }

    /// Token and privileges end together, unless a privilege has a lifetime of its own: the SDK's will-expire event
    /// follows the privileges, and would not come if only the token ended.
    fn v007(&self, services: &[ServiceRequest]) -> (String, Option<UnixTime>) {
        let token = self.token_lifetime;
        let service = |ServiceRequest { target, grants }: &ServiceRequest| Service {
            privileges: lasting(grants, self.lifetime, token)
                .map(|(privilege, lasts)| (privilege, lasts.seconds()))
                .collect(),
            scope: target.into(),
        };
        let message = v007::Message {
            issued_at: self.now,
            expire: token.seconds(),
            salt: self.salt,
            services: Services::in_order(services.iter().map(service).collect()),
        };
        (
            v007::mint(self.project, &message),
            self.expires_at(services.iter().map(|service| &service.grants)),
        )
    }

    /// Returns when the last of these services expires: with its privileges, or with the token if it has none.
    fn expires_at<'g>(&self, services: impl Iterator<Item = &'g Grants>) -> Option<UnixTime> {
        let longest = services
            .map(|grants| {
                let lasting = lasting(grants, self.lifetime, self.token_lifetime);
                let longest = lasting.map(|(_, lasts)| lasts).max();
                longest.unwrap_or(self.token_lifetime)
            })
            .max();
        longest.map(|longest| self.now.after(longest))
    }

    /// The Unix time at which something ends; 0 for no end of its own.
    fn end(&self, own: Option<Lifetime>) -> u32 {
        own.or(self.lifetime)
            .map_or(0, |lifetime| self.now.after(lifetime).seconds())
    }
}

/// How long each privilege really lasts: no privilege outlives its token, which lives `token`.
pub(super) fn lasting(
    grants: &Grants,
    lifetime: Option<Lifetime>,
    token: Lifetime,
) -> impl Iterator<Item = (Privilege, Lifetime)> {
    grants
        .iter()
        .map(move |(privilege, own)| (privilege, own.or(lifetime).unwrap_or(token).min(token)))
}

impl From<&Target> for Scope {
    fn from(target: &Target) -> Self {
        match target {
            Target::Rtc { channel, uid } => Self::Rtc {
                channel: channel.into(),
                uid: uid.into(),
            },
            Target::Rtm { user_id } => Self::Rtm {
                user_id: user_id.as_ref().map(Text::from).unwrap_or_default(),
            },
            Target::Streaming { channel, account } => Self::Streaming {
                channel: channel.into(),
                account: account.into(),
            },
            Target::Fpa => Self::Fpa,
            Target::Chat { user_id } => Self::Chat {
                user_id: user_id.as_ref().map(Text::from).unwrap_or_default(),
            },
            Target::Fcdn { channel, account } => Self::Fcdn {
                channel: channel.into(),
                account: account.into(),
            },
            Target::ApaasRoomUser { room, user, role } => Self::Apaas {
                room: room.into(),
                user: user.into(),
                role: *role,
            },
            Target::ApaasUser { user } => Self::Apaas {
                room: Text::default(),
                user: user.into(),
                role: Target::NO_ROLE,
            },
            Target::ApaasApp => Self::Apaas {
                room: Text::default(),
                user: Text::default(),
                role: Target::NO_ROLE,
            },
            Target::Rtm2 {
                user_id,
                permissions,
            } => Self::Rtm2 {
                user_id: user_id.into(),
                permissions: permissions.clone(),
            },
            Target::ConvoAi => Self::ConvoAi,
            Target::Stt => Self::Stt,
        }
    }
}

//! How much users may do, from the name of a rank to single privileges. Callers and operators know it as a role; in this
//! code a role is what a word grants in a format.

use std::borrow::Cow;

use super::error::Refusal;
use crate::issuer::{Grants, Subject, Target, TokenRequest};
use crate::token::v005::{KeyKind, Upload};
use crate::token::{Privilege, ServiceKind};

/// The most that a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// May join and watch.
    Subscriber,
    /// May publish too.
    Publisher,
    /// May do everything that a user can.
    Admin,
}

impl Rank {
    pub(super) const NAMES: &str = "subscriber, publisher or admin";

    pub(super) fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Subscriber, Self::Publisher, Self::Admin];
        all.into_iter().find(|rank| rank.name() == name)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Subscriber => "subscriber",
            Self::Publisher => "publisher",
            Self::Admin => "admin",
        }
    }

    /// Whether it has a privilege of a service. Where users meet in no channel, every rank has all but those of a server.
    pub(super) fn has(self, service: ServiceKind, privilege: Privilege) -> bool {
        use Privilege as P;
        let (watch, publish): (&[P], &[P]) = match service {
            ServiceKind::Rtc => (
                &[P::JOIN_CHANNEL],
                &[P::PUBLISH_AUDIO, P::PUBLISH_VIDEO, P::PUBLISH_DATA],
            ),
            ServiceKind::Streaming => (&[], &[P::PUBLISH_MIX_STREAM, P::PUBLISH_RAW_STREAM]),
            ServiceKind::Fcdn => (&[P::PLAY], &[P::PUBLISH]),
            ServiceKind::Apaas
            | ServiceKind::Chat
            | ServiceKind::Rtm
            | ServiceKind::Fpa
            | ServiceKind::Rtm2
            | ServiceKind::ConvoAi
            | ServiceKind::Stt => {
                return self == Self::Admin || !is_for_servers(service, privilege);
            }
        };
        match self {
            Self::Subscriber => watch.contains(&privilege),
            Self::Publisher => watch.contains(&privilege) || publish.contains(&privilege),
            Self::Admin => true,
        }
    }

    /// The first privilege that it has not.
    pub(super) fn lacks(self, service: ServiceKind, grants: &Grants) -> Option<Privilege> {
        grants
            .iter()
            .map(|(privilege, _)| privilege)
            .find(|privilege| !self.has(service, *privilege))
    }

    /// Whether it has the role in a classroom of that number: none, the audience (0) and a student (2) are for all;
    /// those that teach are not.
    pub(super) fn has_classroom_role(self, number: i16) -> bool {
        self == Self::Admin || [Target::NO_ROLE, 0, 2].contains(&number)
    }

    /// The least rank that may have a channel key.
    pub(super) fn of_key(kind: KeyKind) -> Self {
        match kind {
            KeyKind::MediaChannel | KeyKind::InChannelPermission(Upload::Nothing) => {
                Self::Subscriber
            }
            KeyKind::InChannelPermission(Upload::AudioAndVideo) => Self::Publisher,
            KeyKind::Recording | KeyKind::PublicSharing => Self::Admin,
        }
    }

    /// Takes from a request what the rank has not.
    ///
    /// # Errors
    ///
    /// When nothing would be left of it, or of one of its services.
    pub(super) fn lower(self, request: &mut TokenRequest) -> Result<(), Refusal> {
        match &mut request.subject {
            Subject::V005 { kind, .. } => self.lower_key(kind),
            Subject::V006Rtc { grants, .. } => self.lower_grants(ServiceKind::Rtc, grants),
            Subject::V006Rtm { .. } => Ok(()),
            Subject::V007(services) => services.iter_mut().try_for_each(|service| {
                self.lower_target(&service.target)?;
                self.lower_grants(service.target.kind(), &mut service.grants)
            }),
        }
    }

    fn lower_key(self, kind: &mut KeyKind) -> Result<(), Refusal> {
        if self >= Self::of_key(*kind) {
            return Ok(());
        }
        match kind {
            KeyKind::InChannelPermission(upload) => {
                *upload = Upload::Nothing;
                Ok(())
            }
            _ => Err(self.may_not(kind.name())),
        }
    }

    fn lower_target(self, target: &Target) -> Result<(), Refusal> {
        match target {
            _ if self == Self::Admin => Ok(()),
            Target::ApaasRoomUser { role, .. } if !self.has_classroom_role(*role) => {
                Err(self.may_not(TEACH))
            }
            target => match for_servers(target) {
                Some(what) => Err(self.may_not(format!("have {what}"))),
                None => Ok(()),
            },
        }
    }

    fn lower_grants(self, service: ServiceKind, grants: &mut Grants) -> Result<(), Refusal> {
        let Some(lacks) = self.lacks(service, grants) else {
            return Ok(());
        };
        *grants = grants
            .iter()
            .filter(|(privilege, _)| self.has(service, *privilege))
            .collect();
        match grants.iter().next() {
            Some(_) => Ok(()),
            None => Err(self.may_not(lacks.name())),
        }
    }

    /// The refusal of something that the rank has not.
    pub(super) fn may_not(self, wanted: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::Role {
            role: self.name(),
            wanted: wanted.into(),
        }
    }
}

/// Whether a privilege is for servers: one of the whole app, not of a user.
pub(super) fn is_for_servers(service: ServiceKind, privilege: Privilege) -> bool {
    matches!(
        (service, privilege),
        (ServiceKind::Apaas, Privilege::APAAS_APP) | (ServiceKind::Chat, Privilege::CHAT_APP)
    )
}

/// What of a service is for servers, whatever the privileges, in the words of a refusal.
pub(super) fn for_servers(target: &Target) -> Option<&'static str> {
    match target {
        Target::ApaasApp => Some("a classroom token without a user"),
        Target::Chat { user_id: None } => Some("a chat token without a user"),
        // No claim says which names a user may read and write.
        Target::Rtm2 { permissions, .. } if permissions.iter().next().is_some() => {
            Some("a list of permissions of rtm2")
        }
        _ => None,
    }
}

/// What only who teaches may do, in the words of a refusal.
pub(super) const TEACH: &str = "have this role in the classroom";

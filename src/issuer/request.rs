//! What a client asks for, whichever URL it asks at, and in whichever format.

use smallvec::SmallVec;

use crate::token::v005::KeyKind;
use crate::token::{
    ChannelName, Lifetime, Permissions, Privilege, Role, ServiceKind, TokenVersion, Uid, UserId,
};

/// A token that a client asks for. Every URL's parameters, and every command line, are parsed into one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// What the token is for.
    pub subject: Subject,
    /// How long it lasts, and what it grants where that names no lifetime of its own. Nothing for the longest that
    /// the format has: 24 hours, and in 005 and 006 privileges that end with the token.
    pub lifetime: Option<Lifetime>,
}

/// What a token is for, in the format that it is asked for in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A 005 channel key.
    V005 {
        /// What it is for.
        kind: KeyKind,
        /// For which channel.
        channel: ChannelName,
        /// For which numeric uid; 0 for any.
        uid: u32,
    },
    /// A 006 token for a channel.
    V006Rtc {
        /// For which channel.
        channel: ChannelName,
        /// For which user.
        uid: Uid,
        /// What the user may do there.
        grants: Grants,
    },
    /// A 006 token for signaling.
    V006Rtm {
        /// Who logs in.
        user_id: UserId,
    },
    /// A 007 token for one or several services.
    V007(Vec<ServiceRequest>),
}

/// A service of a 007 token, as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRequest {
    /// Which service, and for whom.
    pub target: Target,
    /// What may be done there.
    pub grants: Grants,
}

/// Which service of a 007 token, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Real-time voice and video.
    Rtc {
        /// In which channel.
        channel: ChannelName,
        /// For which user.
        uid: Uid,
    },
    /// Signaling.
    Rtm {
        /// Who logs in; any user without one.
        user_id: Option<UserId>,
    },
    /// Streaming gateway.
    Streaming {
        /// In which channel.
        channel: ChannelName,
        /// For which user.
        account: Uid,
    },
    /// Full-path acceleration.
    Fpa,
    /// Chat, for a user or, without one, for an app.
    Chat {
        /// Who logs in.
        user_id: Option<UserId>,
    },
    /// Fusion CDN.
    Fcdn {
        /// In which channel.
        channel: ChannelName,
        /// For which user.
        account: Uid,
    },
    /// Flexible classroom, for a user in a room.
    ApaasRoomUser {
        /// In which room.
        room: ChannelName,
        /// For which user.
        user: UserId,
        /// The role in the room, as the classroom counts it; −1 for none.
        role: i16,
    },
    /// Flexible classroom, for a user of its API.
    ApaasUser {
        /// For which user.
        user: UserId,
    },
    /// Flexible classroom, for a server that uses its API.
    ApaasApp,
    /// Signaling, second generation.
    Rtm2 {
        /// Who logs in.
        user_id: UserId,
        /// What the user may read and write.
        permissions: Permissions,
    },
    /// Conversational AI.
    ConvoAi,
    /// Speech to text.
    Stt,
}

/// Privileges, each with a lifetime of its own if one was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(SmallVec<[(Privilege, Option<Lifetime>); 4]>);

impl Grants {
    /// What a role grants, for as long as the token lasts.
    #[must_use]
    pub fn of_role(role: Role) -> Self {
        Self::all(role.privileges())
    }

    /// These privileges, for as long as the token lasts.
    #[must_use]
    pub fn all(privileges: &[Privilege]) -> Self {
        Self(
            privileges
                .iter()
                .map(|privilege| (*privilege, None))
                .collect(),
        )
    }

    /// Each privilege and its own lifetime.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Privilege, Option<Lifetime>)> {
        self.0.iter().copied()
    }

    /// Returns whether this privilege is granted.
    #[must_use]
    pub fn have(&self, privilege: Privilege) -> bool {
        self.iter().any(|(granted, _)| granted == privilege)
    }

    /// Whether nothing is granted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Privilege, Option<Lifetime>)> for Grants {
    fn from_iter<I: IntoIterator<Item = (Privilege, Option<Lifetime>)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl TokenRequest {
    /// Returns how long the token itself is valid, whatever its privileges. A 006 token has a fixed lifetime, and a 005
    /// key has no time beside its expiry.
    #[must_use]
    pub fn token_lifetime(&self) -> Lifetime {
        match self.subject {
            Subject::V005 { .. } | Subject::V006Rtc { .. } | Subject::V006Rtm { .. } => {
                Lifetime::MAX
            }
            Subject::V007(_) => self.lifetime.unwrap_or(Lifetime::MAX),
        }
    }

    /// In which format it is asked for.
    #[must_use]
    pub const fn version(&self) -> TokenVersion {
        match self.subject {
            Subject::V005 { .. } => TokenVersion::V005,
            Subject::V006Rtc { .. } | Subject::V006Rtm { .. } => TokenVersion::V006,
            Subject::V007(_) => TokenVersion::V007,
        }
    }
}

impl Target {
    /// How a classroom token says that it is for no role.
    pub const NO_ROLE: i16 = -1;

    /// Which service it is.
    #[must_use]
    pub const fn kind(&self) -> ServiceKind {
        match self {
            Self::Rtc { .. } => ServiceKind::Rtc,
            Self::Rtm { .. } => ServiceKind::Rtm,
            Self::Streaming { .. } => ServiceKind::Streaming,
            Self::Fpa => ServiceKind::Fpa,
            Self::Chat { .. } => ServiceKind::Chat,
            Self::Fcdn { .. } => ServiceKind::Fcdn,
            Self::ApaasRoomUser { .. } | Self::ApaasUser { .. } | Self::ApaasApp => {
                ServiceKind::Apaas
            }
            Self::Rtm2 { .. } => ServiceKind::Rtm2,
            Self::ConvoAi => ServiceKind::ConvoAi,
            Self::Stt => ServiceKind::Stt,
        }
    }

    /// What is granted when nothing is named: what the one who asks cannot do without, as the official builders
    /// grant it; in a channel, to join.
    #[must_use]
    pub fn usual_grants(&self) -> Grants {
        use Privilege as P;
        Grants::all(match self {
            Self::Rtc { .. } => Role::Subscriber.privileges(),
            Self::Chat { user_id: Some(_) } => &[P::CHAT_USER],
            Self::Chat { user_id: None } => &[P::CHAT_APP],
            Self::ApaasRoomUser { .. } => &[P::ROOM_USER],
            Self::ApaasUser { .. } => &[P::APAAS_USER],
            Self::ApaasApp => &[P::APAAS_APP],
            Self::Rtm { .. }
            | Self::Streaming { .. }
            | Self::Fpa
            | Self::Fcdn { .. }
            | Self::Rtm2 { .. }
            | Self::ConvoAi
            | Self::Stt => self.kind().privileges(),
        })
    }

    /// This service with what is granted when nothing is named.
    #[must_use]
    pub fn as_usual(self) -> ServiceRequest {
        ServiceRequest {
            grants: self.usual_grants(),
            target: self,
        }
    }
}

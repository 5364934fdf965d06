//! The services of a written request, by name and with their fields.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;

use super::scalar::{WrittenNumber, WrittenPrivileges};

/// A service in writing; or several together, as Agora's builders make them.
///
/// Without `privileges` each grants what it is usually asked for. `uid` and `account` exclude one another; without
/// either the token is for any user.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "service", rename_all = "snake_case", deny_unknown_fields)]
pub enum WrittenService {
    /// Real-time voice and video (006, 007).
    Rtc(InRtc),
    /// Signaling (006, 007).
    Rtm {
        /// Who logs in.
        user_id: String,
        /// The privileges.
        privileges: Option<WrittenPrivileges>,
    },
    /// Streaming gateway.
    Streaming(InChannel),
    /// Full-path acceleration.
    Fpa {
        /// The privileges.
        privileges: Option<WrittenPrivileges>,
    },
    /// Chat: for a user, or without one for an app.
    Chat {
        /// Who logs in.
        user_id: Option<String>,
        /// The privileges.
        privileges: Option<WrittenPrivileges>,
    },
    /// Fusion CDN.
    Fcdn(InChannel),
    /// Flexible classroom: for a user in a room, a user, or without either an app.
    Apaas {
        /// The room.
        room: Option<String>,
        /// The user.
        user: Option<String>,
        /// The role in the room, a number.
        role: Option<WrittenNumber>,
        /// The privileges.
        privileges: Option<WrittenPrivileges>,
    },
    /// Signaling, second generation.
    Rtm2 {
        /// Who logs in.
        user_id: String,
        /// Names by resource and permission.
        #[serde(default)]
        permissions: BTreeMap<String, BTreeMap<String, Vec<String>>>,
        /// The privileges.
        privileges: Option<WrittenPrivileges>,
    },
    /// Conversational AI.
    ConvoAi {},
    /// Speech to text.
    Stt {},
    /// RTC and RTM together.
    RtcWithRtm(WithRtm),
    /// RTC, RTM and conversational AI together.
    ConvoAiWithRtc(WithRtm),
    /// RTC, RTM and speech to text together.
    SttWithRtc(WithRtm),
    /// A user in a classroom: APaaS, RTM and Chat together.
    EducationRoomUser {
        /// The room.
        room: String,
        /// The user.
        user: String,
        /// The role in the room, a number.
        role: WrittenNumber,
    },
    /// Join a channel (005).
    MediaChannel(Key),
    /// Record a channel (005).
    Recording(Key),
    /// Share a channel publicly (005).
    PublicSharing(Key),
    /// Change what one may do in a channel (005).
    InChannelPermission {
        /// The channel.
        channel: String,
        /// The numeric uid.
        uid: Option<WrittenNumber>,
        /// What may be sent: `nothing` or `audio_and_video`.
        upload: String,
    },
}

/// A user in an RTC channel. `role` and `privileges` exclude one another; without either the user may join.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InRtc {
    /// The channel.
    pub channel: String,
    /// The numeric uid.
    pub uid: Option<WrittenNumber>,
    /// The user account.
    pub account: Option<String>,
    /// The role.
    pub role: Option<String>,
    /// The privileges.
    pub privileges: Option<WrittenPrivileges>,
}

/// A user in a channel.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InChannel {
    /// The channel.
    pub channel: String,
    /// The numeric uid.
    pub uid: Option<WrittenNumber>,
    /// The user account.
    pub account: Option<String>,
    /// The privileges.
    pub privileges: Option<WrittenPrivileges>,
}

/// A channel, and signaling beside it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithRtm {
    /// The channel.
    pub channel: String,
    /// The numeric uid.
    pub uid: Option<WrittenNumber>,
    /// The user account.
    pub account: Option<String>,
    /// The role in the channel; publisher by default.
    pub role: Option<String>,
    /// Who logs in to signaling; by default the uid or account.
    pub user_id: Option<String>,
}

/// For which channel and user a 005 key is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The channel.
    pub channel: String,
    /// The numeric uid.
    pub uid: Option<WrittenNumber>,
}

impl WrittenService {
    /// The names of all services.
    pub const NAMES: [&str; 18] = [
        "rtc",
        "rtm",
        "streaming",
        "fpa",
        "chat",
        "fcdn",
        "apaas",
        "rtm2",
        "convo_ai",
        "stt",
        "rtc_with_rtm",
        "convo_ai_with_rtc",
        "stt_with_rtc",
        "education_room_user",
        "media_channel",
        "recording",
        "public_sharing",
        "in_channel_permission",
    ];

    /// The name under which it is written.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rtc(_) => "rtc",
            Self::Rtm { .. } => "rtm",
            Self::Streaming(_) => "streaming",
            Self::Fpa { .. } => "fpa",
            Self::Chat { .. } => "chat",
            Self::Fcdn(_) => "fcdn",
            Self::Apaas { .. } => "apaas",
            Self::Rtm2 { .. } => "rtm2",
            Self::ConvoAi {} => "convo_ai",
            Self::Stt {} => "stt",
            Self::RtcWithRtm(_) => "rtc_with_rtm",
            Self::ConvoAiWithRtc(_) => "convo_ai_with_rtc",
            Self::SttWithRtc(_) => "stt_with_rtc",
            Self::EducationRoomUser { .. } => "education_room_user",
            Self::MediaChannel(_) => "media_channel",
            Self::Recording(_) => "recording",
            Self::PublicSharing(_) => "public_sharing",
            Self::InChannelPermission { .. } => "in_channel_permission",
        }
    }
}

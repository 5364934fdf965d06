//! The ten services by name and number, and the privileges of each.

use super::super::privilege::Privilege;

/// A service that a 007 token can open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum ServiceKind {
    /// Real-time voice and video.
    Rtc = 1,
    /// Signaling.
    Rtm = 2,
    /// Streaming gateway.
    Streaming = 3,
    /// Full-path acceleration.
    Fpa = 4,
    /// Chat.
    Chat = 5,
    /// Fusion CDN.
    Fcdn = 6,
    /// Flexible classroom.
    Apaas = 7,
    /// Signaling, second generation.
    Rtm2 = 8,
    /// Conversational AI.
    ConvoAi = 9,
    /// Speech to text.
    Stt = 10,
}

impl ServiceKind {
    /// All of them, ascending by number.
    pub const ALL: [Self; 10] = [
        Self::Rtc,
        Self::Rtm,
        Self::Streaming,
        Self::Fpa,
        Self::Chat,
        Self::Fcdn,
        Self::Apaas,
        Self::Rtm2,
        Self::ConvoAi,
        Self::Stt,
    ];

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The service with that number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The name in texts: `convo_ai`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rtc => "rtc",
            Self::Rtm => "rtm",
            Self::Streaming => "streaming",
            Self::Fpa => "fpa",
            Self::Chat => "chat",
            Self::Fcdn => "fcdn",
            Self::Apaas => "apaas",
            Self::Rtm2 => "rtm2",
            Self::ConvoAi => "convo_ai",
            Self::Stt => "stt",
        }
    }

    /// The service of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What can be granted there, ascending by number.
    #[must_use]
    pub const fn privileges(self) -> &'static [Privilege] {
        use Privilege as P;
        match self {
            Self::Rtc => &[
                P::JOIN_CHANNEL,
                P::PUBLISH_AUDIO,
                P::PUBLISH_VIDEO,
                P::PUBLISH_DATA,
            ],
            Self::Rtm | Self::Fpa | Self::Rtm2 => &[P::LOGIN],
            Self::Streaming => &[P::PUBLISH_MIX_STREAM, P::PUBLISH_RAW_STREAM],
            Self::Chat => &[P::CHAT_USER, P::CHAT_APP],
            Self::Fcdn => &[P::PUBLISH, P::PLAY],
            Self::Apaas => &[P::ROOM_USER, P::APAAS_USER, P::APAAS_APP],
            Self::ConvoAi | Self::Stt => &[],
        }
    }
}

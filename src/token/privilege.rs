//! Privileges by name and number, and the roles that grant them.

use smallvec::SmallVec;

use super::error::ParseError;
use super::wire::{Reader, Writer};

/// Something that a token lets its holder do.
///
/// A number means something only within its kind of token or service: see [`v006::PRIVILEGES`](super::v006::PRIVILEGES)
/// and [`ServiceKind::privileges`](super::ServiceKind::privileges).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Privilege {
    number: u16,
    name: &'static str,
}

/// One constant a privilege, with the number that Agora's token libraries give it and the name that this crate
/// gives it in texts.
macro_rules! privileges {
    ($($(#[$doc:meta])* $constant:ident = $number:literal $name:literal;)*) => {
        impl Privilege {
            $($(#[$doc])* pub const $constant: Self = Self { number: $number, name: $name };)*
        }
    };
}

privileges! {
    /// Join a channel (006, RTC).
    JOIN_CHANNEL = 1 "join_channel";
    /// Publish audio (006, RTC).
    PUBLISH_AUDIO = 2 "publish_audio";
    /// Publish video (006, RTC).
    PUBLISH_VIDEO = 3 "publish_video";
    /// Publish data (006, RTC).
    PUBLISH_DATA = 4 "publish_data";
    /// Publish audio to a CDN (006, legacy).
    PUBLISH_AUDIO_CDN = 5 "publish_audio_cdn";
    /// Publish video to a CDN (006, legacy).
    PUBLISH_VIDEO_CDN = 6 "publish_video_cdn";
    /// Ask to publish audio (006, legacy).
    REQUEST_PUBLISH_AUDIO = 7 "request_publish_audio";
    /// Ask to publish video (006, legacy).
    REQUEST_PUBLISH_VIDEO = 8 "request_publish_video";
    /// Ask to publish data (006, legacy).
    REQUEST_PUBLISH_DATA = 9 "request_publish_data";
    /// Invite others to publish audio (006, legacy).
    INVITE_PUBLISH_AUDIO = 10 "invite_publish_audio";
    /// Invite others to publish video (006, legacy).
    INVITE_PUBLISH_VIDEO = 11 "invite_publish_video";
    /// Invite others to publish data (006, legacy).
    INVITE_PUBLISH_DATA = 12 "invite_publish_data";
    /// Administrate the channel (006, legacy).
    ADMINISTRATE_CHANNEL = 101 "administrate_channel";
    /// Log in to signaling (006).
    RTM_LOGIN = 1000 "rtm_login";

    /// Log in (RTM, RTM2, FPA).
    LOGIN = 1 "login";
    /// Publish a mixed stream (Streaming).
    PUBLISH_MIX_STREAM = 1 "publish_mix_stream";
    /// Publish a raw stream (Streaming).
    PUBLISH_RAW_STREAM = 2 "publish_raw_stream";
    /// Use chat as a user (Chat).
    CHAT_USER = 1 "user";
    /// Use chat's server API (Chat).
    CHAT_APP = 2 "app";
    /// Publish (FCDN).
    PUBLISH = 1 "publish";
    /// Play (FCDN).
    PLAY = 2 "play";
    /// Take part in a room (APaaS).
    ROOM_USER = 1 "room_user";
    /// Use the classroom's API as a user (APaaS).
    APAAS_USER = 2 "user";
    /// Use the classroom's server API (APaaS).
    APAAS_APP = 3 "app";
}

impl Privilege {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.number
    }

    /// The name in texts: `publish_audio`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

/// A role in an RTC channel, as Agora's builders know it.
///
/// Two generations of builders gave the same words different privileges. The plain words are those of
/// `RtcTokenBuilder`, the `Simple…` ones those of `SimpleTokenBuilder`, for 006 alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// May join and publish.
    Attendee,
    /// May join and publish.
    Publisher,
    /// May join.
    Subscriber,
    /// May join and publish.
    Admin,
    /// May join and publish.
    SimpleAttendee,
    /// May join, publish, publish to a CDN, and invite others to publish: a moderator.
    SimplePublisher,
    /// May join, and ask to publish.
    SimpleSubscriber,
    /// May join, publish and administrate the channel.
    SimpleAdmin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 8] = [
        Self::Attendee,
        Self::Publisher,
        Self::Subscriber,
        Self::Admin,
        Self::SimpleAttendee,
        Self::SimplePublisher,
        Self::SimpleSubscriber,
        Self::SimpleAdmin,
    ];

    /// The role of that name, or of another word that clients have for it: `host`, `broadcaster` and 1 for a publisher,
    /// `audience` and 2 for a subscriber.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "host" | "broadcaster" | "1" => Some(Self::Publisher),
            "audience" | "2" => Some(Self::Subscriber),
            _ => Self::ALL.into_iter().find(|role| role.name() == name),
        }
    }

    /// The role's name in texts: `simple_admin`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attendee => "attendee",
            Self::Publisher => "publisher",
            Self::Subscriber => "subscriber",
            Self::Admin => "admin",
            Self::SimpleAttendee => "simple_attendee",
            Self::SimplePublisher => "simple_publisher",
            Self::SimpleSubscriber => "simple_subscriber",
            Self::SimpleAdmin => "simple_admin",
        }
    }

    /// What the role grants, ascending by number.
    #[must_use]
    pub const fn privileges(self) -> &'static [Privilege] {
        use Privilege as P;
        match self {
            Self::Subscriber => &[P::JOIN_CHANNEL],
            Self::Attendee | Self::Publisher | Self::Admin | Self::SimpleAttendee => &[
                P::JOIN_CHANNEL,
                P::PUBLISH_AUDIO,
                P::PUBLISH_VIDEO,
                P::PUBLISH_DATA,
            ],
            Self::SimplePublisher => &[
                P::JOIN_CHANNEL,
                P::PUBLISH_AUDIO,
                P::PUBLISH_VIDEO,
                P::PUBLISH_DATA,
                P::PUBLISH_AUDIO_CDN,
                P::PUBLISH_VIDEO_CDN,
                P::INVITE_PUBLISH_AUDIO,
                P::INVITE_PUBLISH_VIDEO,
                P::INVITE_PUBLISH_DATA,
            ],
            Self::SimpleSubscriber => &[
                P::JOIN_CHANNEL,
                P::REQUEST_PUBLISH_AUDIO,
                P::REQUEST_PUBLISH_VIDEO,
                P::REQUEST_PUBLISH_DATA,
            ],
            Self::SimpleAdmin => &[
                P::JOIN_CHANNEL,
                P::PUBLISH_AUDIO,
                P::PUBLISH_VIDEO,
                P::PUBLISH_DATA,
                P::ADMINISTRATE_CHANNEL,
            ],
        }
    }
}

/// Privileges by number, each with its end as the token's format counts it: 006 in Unix seconds, 007 in seconds
/// after the issue time; 0 for no end of its own.
///
/// Built ascending; read from a token, as they stand there, numbers that this crate does not know included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privileges(SmallVec<[(u16, u32); Self::KNOWN]>);

impl Privileges {
    /// As many as a token of this crate's making has at most: they stand here without an allocation.
    const KNOWN: usize = 14;

    /// These privileges with one and the same end.
    #[must_use]
    #[inline]
    pub fn all(privileges: &[Privilege], end: u32) -> Self {
        if privileges.is_sorted_by(|one, next| one.number < next.number) {
            let numbers = privileges.iter().map(|privilege| privilege.number);
            return Self(numbers.map(|number| (number, end)).collect());
        }
        privileges
            .iter()
            .map(|privilege| (*privilege, end))
            .collect()
    }

    /// Number and end of each privilege.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u16, u32)> {
        self.0.iter().copied()
    }

    /// The end of a privilege, when it is granted.
    #[must_use]
    pub fn end_of(&self, privilege: Privilege) -> Option<u32> {
        self.iter()
            .find(|(number, _)| *number == privilege.number)
            .map(|(_, end)| end)
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.u16(
            u16::try_from(self.0.len())
                .expect("known privileges, or read from a map with a u16 count"),
        );
        for (number, end) in self.iter() {
            out.u16(number);
            out.u32(end);
        }
    }

    pub(super) fn read(input: &mut Reader<'_>) -> Result<Self, ParseError> {
        let count = input.u16("privileges")?;
        let mut privileges = Self::default();
        for _ in 0..count {
            privileges
                .0
                .push((input.u16("privileges")?, input.u32("privileges")?));
        }
        Ok(privileges)
    }
}

impl FromIterator<(Privilege, u32)> for Privileges {
    /// Sorts by number; the last of two ends for one number stands.
    fn from_iter<I: IntoIterator<Item = (Privilege, u32)>>(entries: I) -> Self {
        let mut privileges = Self::default();
        for (Privilege { number, .. }, end) in entries {
            if privileges.0.last().is_none_or(|(last, _)| *last < number) {
                privileges.0.push((number, end)); // roles come in order
                continue;
            }
            match privileges
                .0
                .binary_search_by_key(&number, |(number, _)| *number)
            {
                Ok(index) => privileges.0[index].1 = end,
                Err(index) => privileges.0.insert(index, (number, end)),
            }
        }
        privileges
    }
}

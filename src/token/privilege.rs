//! Privileges by name and number, and the roles that grant them.

use super::error::ParseError;
use super::wire::{Reader, Writer};

/// What a 006 token, or the RTC service of a 007 token, lets its holder do. 007 knows the first four.
///
/// Source of the numbers: `AccessToken.Privileges` in Agora's token libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Privilege {
    /// Join the channel.
    JoinChannel = 1,
    /// Publish audio.
    PublishAudioStream = 2,
    /// Publish video.
    PublishVideoStream = 3,
    /// Publish data.
    PublishDataStream = 4,
    /// Publish audio to a CDN (legacy).
    PublishAudioCdn = 5,
    /// Publish video to a CDN (legacy).
    PublishVideoCdn = 6,
    /// Ask to publish audio (legacy).
    RequestPublishAudioStream = 7,
    /// Ask to publish video (legacy).
    RequestPublishVideoStream = 8,
    /// Ask to publish data (legacy).
    RequestPublishDataStream = 9,
    /// Invite others to publish audio (legacy).
    InvitePublishAudioStream = 10,
    /// Invite others to publish video (legacy).
    InvitePublishVideoStream = 11,
    /// Invite others to publish data (legacy).
    InvitePublishDataStream = 12,
    /// Administrate the channel (legacy).
    AdministrateChannel = 101,
    /// Log in to signaling (006 only).
    RtmLogin = 1000,
}

impl Privilege {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }
}

/// The role that a client asks for in an RTC channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RtcRole {
    /// May join and publish audio, video and data.
    Publisher,
    /// May join.
    Subscriber,
}

impl RtcRole {
    /// What the role grants, ascending by number, as Agora's `RtcTokenBuilder` does.
    #[must_use]
    pub const fn privileges(self) -> &'static [Privilege] {
        use Privilege::{JoinChannel, PublishAudioStream, PublishDataStream, PublishVideoStream};
        match self {
            Self::Publisher => &[
                JoinChannel,
                PublishAudioStream,
                PublishVideoStream,
                PublishDataStream,
            ],
            Self::Subscriber => &[JoinChannel],
        }
    }
}

/// Privileges by number, each with its end as the token's format counts it: 006 in Unix seconds, 007 in seconds
/// after the issue time; 0 for no end of its own.
///
/// Built ascending; read from a token, as they stand there, numbers that this crate does not know included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privileges(Vec<(u16, u32)>);

impl Privileges {
    /// All privileges of a role with one and the same end.
    #[must_use]
    pub fn of_role(role: RtcRole, end: u32) -> Self {
        Self(
            role.privileges()
                .iter()
                .map(|privilege| (privilege.number(), end))
                .collect(),
        )
    }

    /// Number and end of each privilege.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u16, u32)> {
        self.0.iter().copied()
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.u16(
            u16::try_from(self.0.len())
                .expect("built of 14 privileges, or read from a map with a u16 count"),
        );
        for (number, end) in self.iter() {
            out.u16(number);
            out.u32(end);
        }
    }

    pub(super) fn read(input: &mut Reader<'_>) -> Result<Self, ParseError> {
        let count = input.u16("privileges")?;
        let entries = (0..count).map(|_| Ok((input.u16("privileges")?, input.u32("privileges")?)));
        entries.collect::<Result<_, _>>().map(Self)
    }
}

impl FromIterator<(Privilege, u32)> for Privileges {
    /// Sorts by number; the last of two ends for one privilege stands.
    fn from_iter<I: IntoIterator<Item = (Privilege, u32)>>(entries: I) -> Self {
        let by_number: std::collections::BTreeMap<u16, u32> = entries
            .into_iter()
            .map(|(privilege, end)| (privilege.number(), end))
            .collect();
        Self(by_number.into_iter().collect())
    }
}

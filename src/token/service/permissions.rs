//! What an RTM2 user may read and write.
//!
//! ```text
//! permissions = u16 count × (u16 resource ‖ u16 count × (u16 permission ‖ u16 count × string name))
//! ```

use std::collections::BTreeMap;

use super::super::error::ParseError;
use super::super::wire::{Reader, Text, Writer};

/// What an RTM2 permission is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Resource {
    /// Message channels.
    MessageChannels = 0,
    /// Stream channels.
    StreamChannels = 1,
    /// Group channels.
    GroupChannels = 2,
    /// Server groups.
    ServerGroups = 3,
    /// Users.
    Users = 4,
}

impl Resource {
    /// The one with that number on the wire.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|known| *known as u16 == number)
    }

    /// All of them, ascending by number.
    pub const ALL: [Self; 5] = [
        Self::MessageChannels,
        Self::StreamChannels,
        Self::GroupChannels,
        Self::ServerGroups,
        Self::Users,
    ];

    /// The name in texts: `message_channels`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MessageChannels => "message_channels",
            Self::StreamChannels => "stream_channels",
            Self::GroupChannels => "group_channels",
            Self::ServerGroups => "server_groups",
            Self::Users => "users",
        }
    }
}

/// What an RTM2 user may do with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Permission {
    /// Read.
    Read = 0,
    /// Write.
    Write = 1,
}

impl Permission {
    /// The one with that number on the wire.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|known| *known as u16 == number)
    }

    /// Both.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    /// The name in texts: `read`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Names of resources by resource and permission, as numbers.
///
/// Built ascending; read from a token, in the token's order, numbers that this crate does not know included. Holds the
/// bytes of the token: 16 kB of JSON can name 5,000 resources, and a `String` for each would take ten times as much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions(Box<[u8]>);

/// The names that one permission holds for.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    left: u16,
    rest: Reader<'a>,
}

const FIELD: &str = "RTM2 permissions";

impl Default for Permissions {
    fn default() -> Self {
        Self([0; 2].into()) // no resource
    }
}

impl Permissions {
    /// Permissions, each with the names that it holds for, in their order. Nothing when one has more names than a
    /// token can count.
    pub fn new(
        entries: impl IntoIterator<Item = (Resource, Permission, Vec<Text>)>,
    ) -> Option<Self> {
        let mut sorted: BTreeMap<u16, BTreeMap<u16, Vec<Text>>> = BTreeMap::new();
        for (resource, permission, names) in entries {
            let all = sorted
                .entry(resource as u16)
                .or_default()
                .entry(permission as u16)
                .or_default();
            all.extend(names);
        }
        let mut out = Writer::new();
        out.u16(count(sorted.len())?);
        for (resource, by_permission) in sorted {
            out.u16(resource);
            out.u16(count(by_permission.len())?);
            for (permission, names) in by_permission {
                out.u16(permission);
                out.u16(count(names.len())?);
                for name in &names {
                    out.text(name);
                }
            }
        }
        Some(Self(out.as_slice().into()))
    }

    /// Numbers of resource and permission, and the names that they hold for.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u16, Names<'_>)> {
        let mut input = Reader::new(&self.0);
        let mut resources = number(&mut input);
        let (mut resource, mut permissions) = (0, 0);
        std::iter::from_fn(move || {
            while permissions == 0 {
                resources = resources.checked_sub(1)?;
                (resource, permissions) = (number(&mut input), number(&mut input));
            }
            permissions -= 1;
            let permission = number(&mut input);
            let names = Names {
                left: number(&mut input),
                rest: input.clone(),
            };
            for _ in names.clone() {
                let _ = input.text_slice(FIELD); // the same names
            }
            Some((resource, permission, names))
        })
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.bytes(&self.0);
    }

    pub(super) fn read(input: &mut Reader<'_>) -> Result<Self, ParseError> {
        let all = input.clone().rest();
        for _ in 0..input.u16(FIELD)? {
            input.u16(FIELD)?;
            for _ in 0..input.u16(FIELD)? {
                input.u16(FIELD)?;
                for _ in 0..input.u16(FIELD)? {
                    input.text_slice(FIELD)?;
                }
            }
        }
        let bytes = all.len() - input.clone().rest().len();
        Ok(Self(all[..bytes].into()))
    }
}

impl<'a> Iterator for Names<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.left = self.left.checked_sub(1)?;
        self.rest.text_slice(FIELD).ok()
    }
}

/// The next number of bytes that were written or checked here.
fn number(input: &mut Reader<'_>) -> u16 {
    input.u16(FIELD).unwrap_or_default()
}

fn count(length: usize) -> Option<u16> {
    u16::try_from(length).ok()
}

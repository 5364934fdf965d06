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
/// Built ascending; read from a token, as they stand there, numbers that this crate does not know included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions(Vec<OnResource>);

/// A resource's number; and by the permission's number, the names that it holds for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OnResource {
    resource: u16,
    permissions: Vec<(u16, Vec<Text>)>,
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
            if u16::try_from(all.len()).is_err() {
                return None;
            }
        }
        let on_resource = |(resource, by_permission): (u16, BTreeMap<u16, Vec<Text>>)| OnResource {
            resource,
            permissions: by_permission.into_iter().collect(),
        };
        Some(Self(sorted.into_iter().map(on_resource).collect()))
    }

    /// Numbers of resource and permission, and the names that they hold for.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u16, &[Text])> {
        self.0.iter().flat_map(
            |OnResource {
                 resource,
                 permissions,
             }| {
                permissions
                    .iter()
                    .map(|(permission, names)| (*resource, *permission, names.as_slice()))
            },
        )
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.u16(count(self.0.len()));
        for OnResource {
            resource,
            permissions,
        } in &self.0
        {
            out.u16(*resource);
            out.u16(count(permissions.len()));
            for (permission, names) in permissions {
                out.u16(*permission);
                out.u16(count(names.len()));
                for name in names {
                    out.text(name);
                }
            }
        }
    }

    pub(super) fn read(input: &mut Reader<'_>) -> Result<Self, ParseError> {
        const FIELD: &str = "RTM2 permissions";
        let mut resources = Vec::new();
        for _ in 0..input.u16(FIELD)? {
            let resource = input.u16(FIELD)?;
            let mut permissions = Vec::new();
            for _ in 0..input.u16(FIELD)? {
                let permission = input.u16(FIELD)?;
                let mut names = Vec::new();
                for _ in 0..input.u16(FIELD)? {
                    names.push(input.text(FIELD)?);
                }
                permissions.push((permission, names));
            }
            resources.push(OnResource {
                resource,
                permissions,
            });
        }
        Ok(Self(resources))
    }
}

fn count(length: usize) -> u16 {
    u16::try_from(length).expect("checked when built, or read with a u16 count")
}

//! The services of a 007 token: what each carries, and how it is packed.

use super::error::ParseError;
use super::privilege::Privileges;
use super::wire::{Reader, Text, Writer};

/// One service that a 007 token opens to its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// Real-time voice and video in a channel.
    Rtc {
        /// The channel.
        channel: Text,
        /// The uid or user account; empty for any user.
        uid: Text,
        /// What the user may do there.
        privileges: Privileges,
    },
}

const RTC: u16 = 1;

impl Service {
    /// The service's number on the wire.
    #[must_use]
    pub const fn kind(&self) -> u16 {
        match self {
            Self::Rtc { .. } => RTC,
        }
    }

    fn write(&self, out: &mut Writer) {
        out.u16(self.kind());
        match self {
            Self::Rtc {
                channel,
                uid,
                privileges,
            } => {
                privileges.write(out);
                out.text(channel);
                out.text(uid);
            }
        }
    }
}

/// The services of one token, ascending by their numbers, equal ones in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Services {
    known: Vec<Service>,
    unknown: Option<UnknownService>,
}

/// Where reading ended, because a service's fields are not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownService {
    /// Its number.
    pub kind: u16,
    /// Its bytes, and those of every service after it.
    pub bytes: Vec<u8>,
}

impl Services {
    /// A token's only service.
    #[must_use]
    pub fn one(service: Service) -> Self {
        Self {
            known: vec![service],
            unknown: None,
        }
    }

    /// The services that this crate knows.
    #[must_use]
    pub fn known(&self) -> &[Service] {
        &self.known
    }

    /// The first service that it does not.
    #[must_use]
    pub fn unknown(&self) -> Option<&UnknownService> {
        self.unknown.as_ref()
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.u16(
            u16::try_from(self.known.len())
                .expect("built of one service, or read with a u16 count"),
        );
        for service in &self.known {
            service.write(out);
        }
    }

    pub(super) fn read(mut input: Reader<'_>) -> Result<Self, ParseError> {
        let mut services = Self::default();
        for _ in 0..input.u16("number of services")? {
            match input.u16("service type")? {
                RTC => {
                    let privileges = Privileges::read(&mut input)?;
                    let channel = input.text("channel of the RTC service")?;
                    let uid = input.text("uid of the RTC service")?;
                    services.known.push(Service::Rtc {
                        channel,
                        uid,
                        privileges,
                    });
                }
                kind => {
                    services.unknown = Some(UnknownService {
                        kind,
                        bytes: input.rest().to_vec(),
                    });
                    return Ok(services);
                }
            }
        }
        input.finish("last service")?;
        Ok(services)
    }
}

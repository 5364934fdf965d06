//! The services of a 007 token: what each carries, and how it is packed.
//!
//! ```text
//! service = u16 type ‖ map(u16 privilege → u32 lifetime) ‖ fields of that type
//! ```
//!
//! Source of the numbers and fields: `AccessToken2` in Agora's token libraries.

mod kind;
mod permissions;

pub use kind::ServiceKind;
pub use permissions::{Permission, Permissions, Resource};

use super::error::ParseError;
use super::privilege::Privileges;
use super::wire::{Reader, Text, Writer};

/// One service that a 007 token opens to its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What the holder may do there; ends in seconds after the token's issue.
    pub privileges: Privileges,
    /// Which service, and for whom.
    pub scope: Scope,
}

/// Which service, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Real-time voice and video in a channel.
    Rtc {
        /// The channel; `*` for every channel.
        channel: Text,
        /// The uid or user account; empty for any user.
        uid: Text,
    },
    /// Signaling.
    Rtm {
        /// Who logs in.
        user_id: Text,
    },
    /// Streams pushed into or pulled out of a channel by the streaming gateway.
    Streaming {
        /// The channel.
        channel: Text,
        /// The uid or user account; empty for any user.
        account: Text,
    },
    /// Full-path acceleration.
    Fpa,
    /// Chat.
    Chat {
        /// Who logs in; empty for an app.
        user_id: Text,
    },
    /// Fusion CDN.
    Fcdn {
        /// The channel.
        channel: Text,
        /// The uid or user account; empty for any user.
        account: Text,
    },
    /// Flexible classroom.
    Apaas {
        /// The room; empty for a user or an app.
        room: Text,
        /// The user; empty for an app.
        user: Text,
        /// The role in the room, as the classroom counts it; −1 for none.
        role: i16,
    },
    /// Signaling, second generation.
    Rtm2 {
        /// Who logs in.
        user_id: Text,
        /// What the user may read and write.
        permissions: Permissions,
    },
    /// Conversational AI.
    ConvoAi,
    /// Speech to text.
    Stt,
}

impl Scope {
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
            Self::Apaas { .. } => ServiceKind::Apaas,
            Self::Rtm2 { .. } => ServiceKind::Rtm2,
            Self::ConvoAi => ServiceKind::ConvoAi,
            Self::Stt => ServiceKind::Stt,
        }
    }

    fn write(&self, out: &mut Writer) {
        match self {
            Self::Rtc {
                channel: first,
                uid: second,
            }
            | Self::Streaming {
                channel: first,
                account: second,
            }
            | Self::Fcdn {
                channel: first,
                account: second,
            } => {
                out.text(first);
                out.text(second);
            }
            Self::Rtm { user_id } | Self::Chat { user_id } => out.text(user_id),
            Self::Apaas { room, user, role } => {
                out.text(room);
                out.text(user);
                out.i16(*role);
            }
            Self::Rtm2 {
                user_id,
                permissions,
            } => {
                out.text(user_id);
                permissions.write(out);
            }
            Self::Fpa | Self::ConvoAi | Self::Stt => {}
        }
    }

    fn read(kind: ServiceKind, input: &mut Reader<'_>) -> Result<Self, ParseError> {
        Ok(match kind {
            ServiceKind::Rtc => Self::Rtc {
                channel: input.text("RTC channel")?,
                uid: input.text("RTC uid")?,
            },
            ServiceKind::Rtm => Self::Rtm {
                user_id: input.text("RTM user ID")?,
            },
            ServiceKind::Streaming => Self::Streaming {
                channel: input.text("streaming channel")?,
                account: input.text("streaming account")?,
            },
            ServiceKind::Fpa => Self::Fpa,
            ServiceKind::Chat => Self::Chat {
                user_id: input.text("chat user ID")?,
            },
            ServiceKind::Fcdn => Self::Fcdn {
                channel: input.text("FCDN channel")?,
                account: input.text("FCDN account")?,
            },
            ServiceKind::Apaas => Self::Apaas {
                room: input.text("APaaS room")?,
                user: input.text("APaaS user")?,
                role: input.i16("APaaS role")?,
            },
            ServiceKind::Rtm2 => Self::Rtm2 {
                user_id: input.text("RTM2 user ID")?,
                permissions: Permissions::read(input)?,
            },
            ServiceKind::ConvoAi => Self::ConvoAi,
            ServiceKind::Stt => Self::Stt,
        })
    }
}

/// The services of one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Services {
    /// How many there are, those included that are not known.
    count: u16,
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
    /// The services of a token, in the order in which they are packed: ascending by number, equal ones as given.
    ///
    /// # Panics
    ///
    /// When there are more than a token can count, 65,535.
    #[must_use]
    pub fn in_order(mut services: Vec<Service>) -> Self {
        services.sort_by_key(|service| service.scope.kind().number());
        let count =
            u16::try_from(services.len()).expect("no token counts more than 65,535 services");
        Self {
            count,
            known: services,
            unknown: None,
        }
    }

    /// A token's only service.
    #[must_use]
    pub fn one(service: Service) -> Self {
        Self {
            count: 1,
            known: vec![service],
            unknown: None,
        }
    }

    /// The number of services, those included that this crate does not know.
    #[must_use]
    pub fn count(&self) -> u16 {
        self.count
    }

    /// The services that this crate knows, as they stand in the token.
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
        out.u16(self.count);
        for Service { privileges, scope } in &self.known {
            out.u16(scope.kind().number());
            privileges.write(out);
            scope.write(out);
        }
        if let Some(UnknownService { kind, bytes }) = &self.unknown {
            out.u16(*kind);
            out.bytes(bytes);
        }
    }

    pub(super) fn read(mut input: Reader<'_>) -> Result<Self, ParseError> {
        let count = input.u16("number of services")?;
        let mut known = Vec::new();
        for _ in 0..count {
            let number = input.u16("service type")?;
            let Some(kind) = ServiceKind::from_number(number) else {
                let unknown = UnknownService {
                    kind: number,
                    bytes: input.rest().to_vec(),
                };
                return Ok(Self {
                    count,
                    known,
                    unknown: Some(unknown),
                });
            };
            let privileges = Privileges::read(&mut input)?;
            let scope = Scope::read(kind, &mut input)?;
            known.push(Service { privileges, scope });
        }
        input.finish("last service")?;
        Ok(Self {
            count,
            known,
            unknown: None,
        })
    }
}

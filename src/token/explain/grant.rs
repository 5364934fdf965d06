//! A service of a token of whichever version: for whom, and what may be done there.

use super::super::excerpt::Excerpt;
use super::super::privilege::{Privilege, Privileges};
use super::super::service::{Scope, Service, ServiceKind};

/// One service, for whom, and what may be done there.
pub(super) struct Grant<'a> {
    /// Nothing for a 005 key.
    pub(super) kind: Option<ServiceKind>,
    pub(super) channel: Option<Name<'a>>,
    pub(super) user: Option<Name<'a>>,
    pub(super) privileges: Vec<Granted>,
    /// Nothing but for a 007 token.
    pub(super) service: Option<&'a Service>,
}

/// A channel or a user, as the token has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name<'a> {
    Text(&'a str),
    Checksum(u32),
    /// It is only signed.
    Hidden,
}

/// A privilege and when it ends.
pub(super) struct Granted {
    pub(super) number: u16,
    name: Option<&'static str>,
    /// What the token has for its end.
    pub(super) raw: u32,
    /// Its end in Unix seconds; nothing when it has none of its own.
    pub(super) ends_at: Option<u64>,
}

impl Name<'_> {
    /// Whether it is this text; nothing when the token does not tell.
    pub(super) fn is(self, text: &str) -> Option<bool> {
        match self {
            Self::Text(name) => Some(name == text),
            Self::Checksum(checksum) => Some(checksum == crc32fast::hash(text.as_bytes())),
            Self::Hidden => None,
        }
    }

    /// The end of a sentence that begins with what the token is for.
    pub(super) fn instead_of(self, expected: &str) -> String {
        match self {
            Self::Text("") => format!("is empty, and not {expected}"),
            Self::Text(name) => format!("is {}, and not {expected}", Excerpt::of(name)),
            Self::Checksum(checksum) => {
                format!("is not {expected}: its checksum is another, 0x{checksum:08x}")
            }
            Self::Hidden => format!("is not {expected}"),
        }
    }
}

impl Granted {
    /// The name of the privilege, or its number.
    pub(super) fn shown(&self) -> String {
        self.name
            .map_or_else(|| self.number.to_string(), str::to_owned)
    }

    pub(super) fn is_known(&self) -> bool {
        self.name.is_some()
    }
}

impl Grant<'_> {
    pub(super) fn has(&self, privilege: Privilege) -> bool {
        self.privileges
            .iter()
            .any(|granted| granted.number == privilege.number())
    }

    /// How a sentence names the service.
    pub(super) fn shown(&self) -> &'static str {
        self.kind.map_or("channel key", ServiceKind::name)
    }
}

impl<'a> Grant<'a> {
    pub(super) fn of(service: &'a Service, issued_at: u64) -> Self {
        let (channel, user) = match &service.scope {
            Scope::Rtc { channel, uid: user }
            | Scope::Streaming {
                channel,
                account: user,
            }
            | Scope::Fcdn {
                channel,
                account: user,
            } => (Some(channel), Some(user)),
            Scope::Apaas { user, .. } => (None, Some(user)),
            Scope::Rtm { user_id } | Scope::Chat { user_id } | Scope::Rtm2 { user_id, .. } => {
                (None, Some(user_id))
            }
            Scope::Fpa | Scope::ConvoAi | Scope::Stt => (None, None),
        };
        let kind = service.scope.kind();
        Self {
            kind: Some(kind),
            channel: channel.map(|text| Name::Text(text.as_str())),
            user: user.map(|text| Name::Text(text.as_str())),
            privileges: granted(&service.privileges, kind.privileges(), issued_at),
            service: Some(service),
        }
    }
}

/// Privileges with their names, and their ends counted from `start`.
pub(super) fn granted(privileges: &Privileges, known: &[Privilege], start: u64) -> Vec<Granted> {
    let granted = privileges.iter().map(|(number, raw)| Granted {
        number,
        name: known
            .iter()
            .find(|privilege| privilege.number() == number)
            .map(|privilege| privilege.name()),
        raw,
        ends_at: (raw != 0).then(|| start + u64::from(raw)),
    });
    granted.collect()
}

//! What an Agora token is: identifiers, times, privileges and the wire formats 005, 006 and 007.
//!
//! Everything here is pure: no clock, no randomness, no environment, no I/O. Time and salt are arguments, so a
//! token can be made again byte for byte.
//!
//! Numbers on the wire are little-endian; `string` is a `u16` byte length and the bytes; `map` is a `u16` count
//! and that many entries, keys ascending. The formats are those of Agora's public libraries (AgoraIO/Tools,
//! `DynamicKey/AgoraDynamicKey`).

mod app_id;
mod certificate;
mod deflate;
mod encode;
mod error;
mod excerpt;
pub mod explain;
pub(crate) mod hex;
mod hmac;
mod id;
mod inflate;
mod parsed;
mod privilege;
mod service;
mod similar;
mod time;
pub mod v005;
pub mod v006;
pub mod v007;
mod version;
mod wire;

pub use app_id::{AppId, HexError};
pub use certificate::{AppCertificate, Project, SignedBy};
pub use error::{IdError, ParseError, VerifyError};
pub use excerpt::Excerpt;
pub(crate) use id::plain_number;
pub use id::{ChannelName, SignedUid, Uid, UserAccount, UserId};
pub use parsed::{UnverifiedToken, VerifiedToken};
pub use privilege::{Privilege, Privileges, Role};
pub use service::{
    Permission, Permissions, Resource, Scope, Service, ServiceKind, Services, UnknownService,
};
pub(crate) use similar::distance;
pub use time::{Lifetime, TimeError, UnixTime};
pub use v006::Binding;
pub use version::{TokenVersion, VersionError};
pub use wire::Text;

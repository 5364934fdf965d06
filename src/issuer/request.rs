//! What a client asks for, whichever URL it asks at.

use crate::token::{ChannelName, Lifetime, RtcRole, TokenVersion, Uid};

/// A token that a client asks for. Every URL's parameters are parsed into one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// In which format.
    pub version: TokenVersion,
    /// For which channel.
    pub channel: ChannelName,
    /// For which user.
    pub uid: Uid,
    /// What the user may do there.
    pub role: RtcRole,
    /// How long the privileges last; nothing for as long as the token, which is 24 hours.
    pub lifetime: Option<Lifetime>,
}

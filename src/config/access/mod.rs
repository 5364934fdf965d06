//! Who may get which token: what an operator says about callers, limits and the hook.

mod api_keys;
mod channels;
mod hook;
mod jwt;
mod jwt_secret;
mod public_key;
mod read;
mod restricted;
mod secret;

use crate::token::{Lifetime, ServiceKind};

pub use api_keys::{ApiKey, ApiKeyError, ApiKeys};
pub use channels::{ChannelPattern, ChannelPatterns, PatternError};
pub use hook::Hook;
pub use jwt::{ClaimNames, Jwt, JwtKey};
pub use public_key::{PublicKey, PublicKeyAlgorithm, PublicKeyError};
pub use restricted::Restricted;
pub use secret::Secret;
pub(super) use secret::is_guessable;

/// Who may get which token. By default, everyone every token.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The keys of back ends.
    pub api_keys: ApiKeys,
    /// How users are known, if they are.
    pub jwt: Option<Jwt>,
    /// What nobody gets more of.
    pub limits: Limits,
    /// Who is asked about every token, if anyone.
    pub hook: Option<Hook>,
}

impl Access {
    /// Whether callers have to say who they are.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        self.jwt.is_some() || !self.api_keys.is_empty()
    }

    /// Whether whoever reaches the server gets every token that the limits allow: no caller is asked for, and nobody is
    /// asked about one.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.is_guarded() && self.hook.is_none()
    }
}

/// What no token exceeds, whoever asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The longest that anything lasts; nothing for what the format has.
    pub lifetime: Option<Lifetime>,
    /// The channels that tokens are for; nothing for all.
    pub channels: Option<ChannelPatterns>,
    /// The services that tokens are for; nothing for all.
    pub services: Option<Vec<ServiceKind>>,
    /// Whether there are tokens for all channels at once.
    pub wildcard: bool,
    /// Whether restricted callers get 006 tokens, whose channel and uid they can alter.
    pub restricted_006: bool,
}

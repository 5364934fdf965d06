//! How users are known: by the JSON Web Tokens of the operator's own login.

use url::Url;

use super::channels::ChannelPatterns;
use super::public_key::PublicKey;
use super::secret::Secret;

/// How a JWT is checked, and what its claims are called.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// What it is signed with.
    pub key: JwtKey,
    /// Who must have issued it.
    pub issuer: Option<String>,
    /// Whom it must be for.
    pub audience: Option<String>,
    /// What its claims are called.
    pub claims: ClaimNames,
    /// Limits a user's tokens to the expiry of the JWT.
    pub limit_to_exp: bool,
    /// The channels of a user whose JWT names none.
    pub default_channels: Option<ChannelPatterns>,
}

/// What JWTs are signed with. One kind alone, so that no key is ever taken for one of another kind.
#[derive(Clone, Debug)]
pub enum JwtKey {
    /// A secret that the issuer has too: HS256.
    Secret(Secret),
    /// A public key.
    PublicKey(PublicKey),
    /// The public keys at a URL, which change over time.
    Jwks(Url),
}

/// What the claims are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    /// Who the user is, to Agora.
    pub uid: String,
    /// Which channels the user may join: patterns.
    pub channels: String,
    /// How much the user may do there.
    pub role: String,
    /// How long a token may last, in seconds.
    pub ttl: String,
}

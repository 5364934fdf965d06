//! Every environment variable that the server reads, documented once.
//!
//! The README, `.env.example` and `app.json` are compared with these files by a test.

mod access;
mod limits;
mod observing;
mod page;
mod project;
mod serving;

pub use access::{
    ALLOW_RESTRICTED_006, ALLOW_WILDCARD, ALLOWED_CHANNELS, ALLOWED_SERVICES, API_KEYS,
    API_KEYS_FILE, AUTHORIZE_TOKEN, AUTHORIZE_TOKEN_FILE, AUTHORIZE_URL, JWT_AUDIENCE,
    JWT_CLAIM_CHANNELS, JWT_CLAIM_ROLE, JWT_CLAIM_TTL, JWT_CLAIM_UID, JWT_DEFAULT_CHANNELS,
    JWT_ISSUER, JWT_JWKS_URL, JWT_LIMIT_TO_EXP, JWT_PUBLIC_KEY, JWT_PUBLIC_KEY_FILE, JWT_SECRET,
    JWT_SECRET_FILE, MAX_TTL,
};
pub use limits::{
    FAILED_AUTH_LIMIT, MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS, RATE_LIMIT, SHUTDOWN_TIMEOUT,
    TRUSTED_PROXY_HOPS,
};
pub use observing::{
    AUDIT_LOG, LOG_FORMAT, LOG_LEVEL, METRICS_KEY, METRICS_KEY_FILE, METRICS_PORT,
};
pub use page::{PAGE, WEB_SDK_URL};
pub use project::{
    APP_CERTIFICATE, APP_CERTIFICATE_FILE, APP_CERTIFICATE_SECONDARY,
    APP_CERTIFICATE_SECONDARY_FILE, APP_ID,
};
pub use serving::{ACCESS_TOKEN_VERSION, COMPAT, CORS_ALLOW_ORIGIN, DEFAULT_TTL, HOST, PORT};

/// An environment variable.
#[derive(Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Other names under which existing deployments have it.
    pub aliases: &'static [&'static str],
    /// Whether two of its names with different values are a mistake; otherwise the first name wins.
    pub names_must_agree: bool,
    /// What stands in when it is not set, as one would write it.
    pub default: Option<&'static str>,
    /// What it is for, in one line.
    pub meaning: &'static str,
}

impl Variable {
    /// A variable with one name and no default.
    const fn new(name: &'static str, meaning: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            names_must_agree: true,
            default: None,
            meaning,
        }
    }

    /// The name and its aliases, in the order in which they are looked up.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// All of them, in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Variable> {
    [
        project::ALL,
        serving::ALL,
        access::ALL,
        limits::ALL,
        page::ALL,
        observing::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

//! What is answered, and where.

use super::Variable;

/// Where the server listens.
pub const PORT: Variable = Variable {
    aliases: &["SERVER_PORT"],
    names_must_agree: false,
    default: Some("8080"),
    ..Variable::new("PORT", "Port to listen on; 0 takes any free one")
};

/// On which addresses it listens.
pub const HOST: Variable = Variable {
    default: Some("0.0.0.0"),
    ..Variable::new(
        "HOST",
        "IP address to listen on; :: is every address of IPv6 and IPv4",
    )
};

/// Which web pages may read its answers.
pub const CORS_ALLOW_ORIGIN: Variable = Variable {
    default: Some("*"),
    ..Variable::new(
        "CORS_ALLOW_ORIGIN",
        "Web origins that may read answers: * or a comma-separated list, https://*.example.com for subdomains",
    )
};

/// The version of the tokens of `/access_token`.
pub const ACCESS_TOKEN_VERSION: Variable = Variable::new(
    "ACCESS_TOKEN_VERSION",
    "Token version of /access_token: 006 or 007. Default: 007 for restricted callers, 006 for others",
);

/// Which other servers' URLs are answered.
pub const COMPAT: Variable = Variable {
    default: Some("all"),
    ..Variable::new(
        "COMPAT",
        "Other servers whose URLs are answered: all, none, or a list of access_token, channel_key, coding_guides, demo_server, documentation, go_service, quick_start, toolbox",
    )
};

/// The end of privileges for which a request names none.
pub const DEFAULT_TTL: Variable = Variable::new(
    "DEFAULT_TTL",
    "Seconds that a privilege lasts when the request names no end: 1 to 86400; unset, it ends with the token",
);

pub(super) const ALL: &[&Variable] = &[
    &PORT,
    &HOST,
    &CORS_ALLOW_ORIGIN,
    &ACCESS_TOKEN_VERSION,
    &COMPAT,
    &DEFAULT_TTL,
];

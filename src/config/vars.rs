//! Every environment variable that the server reads, documented once.
//!
//! The README, `.env.example` and `app.json` are compared with this file by a test.

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
    /// The name and its aliases, in the order in which they are looked up.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// Which Agora project tokens are for.
pub const APP_ID: Variable = Variable {
    name: "APP_ID",
    aliases: &["AGORA_APP_ID"],
    names_must_agree: true,
    default: None,
    meaning: "App ID of the Agora project: 32 hexadecimal digits",
};

/// What signs the tokens.
pub const APP_CERTIFICATE: Variable = Variable {
    name: "APP_CERTIFICATE",
    aliases: &["AGORA_APP_CERTIFICATE"],
    names_must_agree: true,
    default: None,
    meaning: "App Certificate of the project: 32 hexadecimal digits, a secret",
};

/// The same, for platforms that mount secrets as files.
pub const APP_CERTIFICATE_FILE: Variable = Variable {
    name: "APP_CERTIFICATE_FILE",
    aliases: &[],
    names_must_agree: true,
    default: None,
    meaning: "Path of a file with the App Certificate, instead of APP_CERTIFICATE",
};

/// Where the server listens.
pub const PORT: Variable = Variable {
    name: "PORT",
    aliases: &["SERVER_PORT"],
    names_must_agree: false,
    default: Some("8080"),
    meaning: "Port to listen on; 0 takes any free one",
};

/// On which addresses it listens.
pub const HOST: Variable = Variable {
    name: "HOST",
    aliases: &[],
    names_must_agree: true,
    default: Some("0.0.0.0"),
    meaning: "IP address to listen on; :: is every address of IPv6 and IPv4",
};

/// Which web pages may read its answers.
pub const CORS_ALLOW_ORIGIN: Variable = Variable {
    name: "CORS_ALLOW_ORIGIN",
    aliases: &[],
    names_must_agree: true,
    default: Some("*"),
    meaning: "Web origins that may read answers: * or a comma-separated list, https://*.example.com for subdomains",
};

/// What `/access_token` answers.
pub const ACCESS_TOKEN_VERSION: Variable = Variable {
    name: "ACCESS_TOKEN_VERSION",
    aliases: &[],
    names_must_agree: true,
    default: Some("006"),
    meaning: "Token version that /access_token answers: 006 or 007",
};

/// Which other servers' URLs are answered.
pub const COMPAT: Variable = Variable {
    name: "COMPAT",
    aliases: &[],
    names_must_agree: true,
    default: Some("all"),
    meaning: "Other servers whose URLs are answered: all, none, or a list of access_token, channel_key, coding_guides, demo_server, documentation, go_service, quick_start, toolbox",
};

/// The end of privileges for which a request names none.
pub const DEFAULT_TTL: Variable = Variable {
    name: "DEFAULT_TTL",
    aliases: &[],
    names_must_agree: true,
    default: None,
    meaning: "Seconds that a privilege lasts when the request names no end: 1 to 86400; unset, it ends with the token",
};

/// How much is logged.
pub const LOG_LEVEL: Variable = Variable {
    name: "LOG_LEVEL",
    aliases: &[],
    names_must_agree: true,
    default: Some("info"),
    meaning: "off, error, warn, info (a line a request), debug or trace",
};

/// How it is logged.
pub const LOG_FORMAT: Variable = Variable {
    name: "LOG_FORMAT",
    aliases: &[],
    names_must_agree: true,
    default: Some("text"),
    meaning: "text or json",
};

/// All of them, in the order of the documentation.
pub const ALL: &[&Variable] = &[
    &APP_ID,
    &APP_CERTIFICATE,
    &APP_CERTIFICATE_FILE,
    &PORT,
    &HOST,
    &CORS_ALLOW_ORIGIN,
    &ACCESS_TOKEN_VERSION,
    &COMPAT,
    &DEFAULT_TTL,
    &LOG_LEVEL,
    &LOG_FORMAT,
];

//! What is said before the first request: where the server listens, and who gets what.

use std::io::{self, Write};
use std::net::SocketAddr;

use url::Url;

use super::serve::reachable;
use crate::config::{
    Access, ApiKey, AuditLog, CompatServer, Config, JwtKey, Limits, Restricted, connections_in,
    memory_of,
};
use crate::http::Audit;

pub(super) const DEMO_NOTICE: &str = "Demo: App ID and App Certificate were made up when the server started. Its tokens are \
     well-formed, but no Agora project accepts them.";

const OPEN: &str =
    "minting is open: whoever reaches this server gets every token; keep it behind your own login";

const ONLY_ASKED: &str =
    "callers are not known: the service at AUTHORIZE_URL alone decides about every token";

const TOKEN_SHOWN: &str = "AUTHORIZE_TOKEN is sent unencrypted, since AUTHORIZE_URL is http: whoever is on the way can read \
     it and what is asked; use https, unless the network is yours alone";

const RESTRICTED_006: &str = "ALLOW_RESTRICTED_006 is true: the holder of a 006 token can alter its channel and uid, and so join \
     channels and act as users that the caller is not authorized for";

/// Returns the warning about 006 tokens for restricted callers.
fn alterable(access: &Access) -> Option<&'static str> {
    let is_for_someone = access.restricted() != Restricted::Nobody;
    (access.allows_restricted_006() && is_for_someone).then_some(RESTRICTED_006)
}

/// What an operator should know of a server that lets everyone ask.
fn openness(access: &Access) -> Option<&'static str> {
    match (access.is_guarded(), access.is_open()) {
        (true, _) => None,
        (false, true) => Some(OPEN),
        (false, false) => Some(ONLY_ASKED),
    }
}

/// What an operator should know of the way to its own service.
fn exposure(access: &Access) -> Option<&'static str> {
    let hook = access.hook.as_ref()?;
    hook.shows_token().then_some(TOKEN_SHOWN)
}

/// How a server is, in a word or two.
fn mode(access: &Access, demo: bool) -> &'static str {
    match (demo, access.is_guarded(), access.is_open()) {
        (true, ..) => "demo",
        (false, true, _) => "guarded",
        (false, false, true) => "open",
        (false, false, false) => "asking AUTHORIZE_URL",
    }
}

pub(super) fn announce(config: &Config, address: SocketAddr, demo: bool) {
    let mode = mode(&config.access, demo);
    let app_id = config.project.app_id;
    let example = example(config, reachable(address));
    tracing::info!("listening on http://{address}, App ID {app_id}, {mode}; try {example}");
    if let Some(restrictions) = restrictions(config) {
        tracing::info!("{restrictions}");
    }
    if let Some(connections) = connections(config) {
        tracing::info!("{connections}");
    }
    if let Some(excess) = excess(config) {
        tracing::warn!("{excess}");
    }
    for near_miss in &config.near_misses {
        tracing::warn!("{near_miss}");
    }
    for warning in [exposure(&config.access), alterable(&config.access)]
        .into_iter()
        .flatten()
    {
        tracing::warn!("{warning}");
    }
    for warning in file_warnings(config) {
        tracing::warn!("{warning}");
    }
    if demo {
        let _ = writeln!(io::stderr(), "{DEMO_NOTICE}"); // whatever the log level; the page says it too
    } else if let Some(openness) = openness(&config.access) {
        tracing::warn!("{openness}");
    }
}

/// What a server so configured does for whom, for `check-config`.
pub(super) fn outlook(config: &Config) -> String {
    let access = &config.access;
    let warnings = [openness(access), exposure(access), alterable(access)];
    let warnings = warnings.into_iter().flatten().map(str::to_owned);
    let warnings = warnings.chain(connections(config)).chain(excess(config));
    let near_misses = config.near_misses.iter().map(ToString::to_string);
    let lines = restrictions(config).into_iter().chain(warnings);
    let lines = lines.chain(near_misses).chain(file_warnings(config));
    lines.collect::<Vec<_>>().join("\n")
}

/// Warnings about files that other users can read or replace.
fn file_warnings(config: &Config) -> impl Iterator<Item = String> {
    let link = Audit::symlink(&config.audit).map(|path| {
        let path = path.display();
        format!(
            "AUDIT_LOG: {path} is a symbolic link: anyone who can change the link can redirect the records; set the path \
             of the file itself"
        )
    });
    let exposed = config.exposed_files.iter().map(ToString::to_string);
    exposed.chain(link)
}

/// The maximum number of connections where the container has a memory limit.
fn connections(config: &Config) -> Option<String> {
    let limit = config.memory_limit.filter(|limit| fits(config, *limit))?;
    (config.max_connections < connections_in(None)).then(|| {
        format!(
            "at most {} connections open at once; the memory limit of {} MB allows {}",
            config.max_connections,
            limit / 1_000_000,
            connections_in(Some(limit)),
        )
    })
}

/// A warning that more connections are allowed than fit into the memory.
fn excess(config: &Config) -> Option<String> {
    let limit = config.memory_limit.filter(|limit| !fits(config, *limit))?;
    let connections = config.max_connections;
    Some(format!(
        "{connections} connections can take {} MB, and the memory limit is {} MB; set MAX_CONNECTIONS to at most {}",
        memory_of(connections) / 1_000_000,
        limit / 1_000_000,
        connections_in(Some(limit)),
    ))
}

fn fits(config: &Config, limit: u64) -> bool {
    memory_of(config.max_connections) <= limit
}

/// A URL that answers a token, and what it wants beside.
fn example(config: &Config, address: SocketAddr) -> String {
    let mut servers = config.compat.servers();
    let path = if servers.any(|server| server == CompatServer::AccessToken) {
        "/access_token"
    } else {
        "/v1/tokens"
    };
    let credentials = if config.access.is_guarded() {
        " with an API key or JWT"
    } else {
        ""
    };
    format!("http://{address}{path}?channel=test&uid=1234{credentials}")
}

/// What is guarded, and how, in a line; nothing when everyone gets everything.
fn restrictions(config: &Config) -> Option<String> {
    let mut parts = callers(&config.access);
    parts.extend(limits(&config.access.limits));
    if let Some(hook) = &config.access.hook {
        parts.push(format!("{} is asked", without_query(&hook.url)));
    }
    if let Some(rate) = config.rate_limit {
        let client = match config.trusted_proxy_hops {
            0 => "whoever connects".to_owned(),
            hops => format!("entry {hops} from the end of X-Forwarded-For"),
        };
        parts.push(format!(
            "{rate} for each client, by credentials or {client}"
        ));
    }
    match &config.audit {
        AuditLog::Off => {}
        AuditLog::Stdout => parts.push("each is written down on standard output".to_owned()),
        AuditLog::File(path) => parts.push(format!("each is written down in {}", path.display())),
    }
    (!parts.is_empty()).then(|| format!("tokens are for: {}", parts.join("; ")))
}

fn callers(access: &Access) -> Vec<String> {
    let mut parts = Vec::new();
    let names: Vec<&str> = access.api_keys.iter().map(ApiKey::name).collect();
    if !names.is_empty() {
        parts.push(format!("callers with the API keys {}", names.join(", ")));
    }
    if let Some(jwt) = &access.jwt {
        let key = match &jwt.key {
            JwtKey::Secret(_) => "HS256".to_owned(),
            JwtKey::PublicKey(key) => key.algorithm().name().to_owned(),
            JwtKey::Jwks(url) => format!("the keys of {}", without_query(url)),
        };
        parts.push(format!("users with JWTs by {key}"));
    }
    parts
}

fn limits(limits: &Limits) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(lifetime) = limits.lifetime {
        parts.push(format!("at most {lifetime} s"));
    }
    if let Some(channels) = &limits.channels {
        parts.push(format!("channels {channels}"));
    }
    if let Some(services) = &limits.services {
        let names: Vec<&str> = services.iter().map(|service| service.name()).collect();
        parts.push(format!("services {}", names.join(", ")));
    }
    if limits.wildcard {
        parts.push("wildcards allowed".to_owned());
    }
    parts
}

/// A query may hold a secret.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

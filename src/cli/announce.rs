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
    if let Some(exceeded) = config.open_files_exceeded {
        tracing::warn!("{exceeded}");
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
    let open_files = config
        .open_files_exceeded
        .map(|exceeded| exceeded.to_string());
    let warnings = warnings.chain(open_files);
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

/// Returns the line about the maximum of open connections where a memory limit is known and suffices.
fn connections(config: &Config) -> Option<String> {
    let limit = config.memory_limit?;
    let is_limited = config.max_connections < connections_in(None, config.process_memory);
    (is_limited && memory(config, config.max_connections) <= limit).then(|| {
        format!(
            "limited open connections to {}; the memory limit of {} MB allows {}",
            config.max_connections,
            limit / MEGABYTE,
            connections_in(Some(limit), config.process_memory),
        )
    })
}

/// Returns a warning if the open connections can take more than the memory limit.
fn excess(config: &Config) -> Option<String> {
    let limit = config.memory_limit?;
    let connections = config.max_connections;
    let needed = memory(config, connections);
    let fitting = connections_in(Some(limit), config.process_memory).min(connections);
    let minimum = memory(config, fitting);
    let fix = if minimum > limit {
        format!(
            "raise the limit to at least {} MB",
            minimum.div_ceil(MEGABYTE)
        )
    } else {
        format!("set MAX_CONNECTIONS to at most {fitting}")
    };
    (needed > limit).then(|| {
        format!(
            "memory limit of {} MB exceeded: {connections} connections can take {} MB; {fix}",
            limit / MEGABYTE,
            needed.div_ceil(MEGABYTE),
        )
    })
}

const MEGABYTE: u64 = 1_000_000;

fn memory(config: &Config, connections: u32) -> u64 {
    memory_of(connections, config.process_memory)
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
        // The path of a webhook may be a secret, too.
        let webhook = hook.url.origin().ascii_serialization();
        parts.push(format!("the webhook at {webhook} authorizes each token"));
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Environment;

    /// A file system with a memory limit.
    fn limited(path: &Path, limit: &str) -> io::Result<String> {
        match path.to_str() {
            Some("/proc/self/cgroup") => Ok("4:memory:/\n".to_owned()),
            Some("/sys/fs/cgroup/memory/memory.limit_in_bytes") => Ok(limit.to_owned()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    const IN_128_MB: Read = |path| limited(path, "128000000");
    const IN_16_MB: Read = |path| limited(path, "16000000");
    const UNLIMITED: Read = |path| limited(path, "9223372036854771712");

    type Read = fn(&Path) -> io::Result<String>;

    fn config(read: Read, max_connections: &str, metrics_port: &str) -> Config {
        let variables = [
            ("APP_ID", "970CA35de60c44645bbae8a215061b33"),
            ("APP_CERTIFICATE", "5CFd2fd1755d40ecb72977518be15d3b"),
            ("MAX_CONNECTIONS", max_connections),
            ("METRICS_PORT", metrics_port),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let dotenv = Err(io::ErrorKind::NotFound.into());
        let environment = Environment::new(variables, dotenv, read);
        Config::read(&environment, None).expect("a valid configuration")
    }

    #[test]
    fn reports_the_memory_limit_and_its_connections() {
        let limited = config(IN_128_MB, "", "");
        let line = "limited open connections to 1080; the memory limit of 128 MB allows 1080";
        assert_eq!(connections(&limited).as_deref(), Some(line));
        assert_eq!(excess(&limited), None);

        let with_metrics = config(IN_128_MB, "", "9464");
        let line = "limited open connections to 1016; the memory limit of 128 MB allows 1016";
        assert_eq!(connections(&with_metrics).as_deref(), Some(line));

        let unlimited = config(UNLIMITED, "1000", "");
        assert_eq!(connections(&unlimited), None);
        assert_eq!(excess(&unlimited), None);
    }

    #[test]
    fn warns_of_connections_that_exceed_the_memory_limit() {
        for (read, max_connections, warning) in [
            (
                IN_128_MB,
                "2000",
                "memory limit of 128 MB exceeded: 2000 connections can take 220 MB; set MAX_CONNECTIONS to at most 1080",
            ),
            (
                IN_16_MB,
                "",
                "memory limit of 16 MB exceeded: 64 connections can take 27 MB; raise the limit to at least 27 MB",
            ),
            (
                IN_16_MB,
                "10",
                "memory limit of 16 MB exceeded: 10 connections can take 21 MB; raise the limit to at least 21 MB",
            ),
        ] {
            let config = config(read, max_connections, "");
            assert_eq!(excess(&config).as_deref(), Some(warning));
            assert_eq!(connections(&config), None);
        }
    }
}

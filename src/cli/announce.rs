//! What `serve` says before the first request: where it listens, and who gets what.

use std::io::{self, Write};
use std::net::SocketAddr;

use url::Url;

use super::serve::reachable;
use crate::config::{Access, Config, JwtKey, Limits};

pub(super) const DEMO_NOTICE: &str = "Demo: App ID and App Certificate were made up when the server started. Its tokens are \
     well-formed, but no Agora project accepts them.";

pub(super) fn announce(config: &Config, address: SocketAddr, demo: bool) {
    let access = &config.access;
    let mode = match (demo, access.is_guarded()) {
        (true, _) => "demo",
        (false, true) => "guarded",
        (false, false) => "open",
    };
    let reachable = reachable(address);
    tracing::info!(
        "listening on http://{address}, App ID {}, {mode}; try http://{reachable}/access_token?channel=test&uid=1234",
        config.project.app_id,
    );
    if access.is_guarded() || access.limits != Limits::default() || access.hook.is_some() {
        tracing::info!("{}", summary(access));
    }
    if demo {
        let _ = writeln!(io::stderr(), "{DEMO_NOTICE}"); // whatever the log level; the page says it too
    } else if !access.is_guarded() {
        tracing::warn!(
            "minting is open: whoever reaches this server gets every token; keep it behind your own login"
        );
    }
}

/// What is guarded, and how, in a line.
fn summary(access: &Access) -> String {
    let Access {
        api_keys,
        jwt,
        limits,
        hook,
    } = access;
    let mut parts = Vec::new();
    let names: Vec<&str> = api_keys.iter().map(|key| &**key.name()).collect();
    if !names.is_empty() {
        parts.push(format!("callers with the API keys {}", names.join(", ")));
    }
    if let Some(jwt) = jwt {
        let key = match &jwt.key {
            JwtKey::Secret(_) => "HS256".to_owned(),
            JwtKey::PublicKey(key) => format!("{:?}", key.algorithm()),
            JwtKey::Jwks(url) => format!("the keys of {}", without_query(url)),
        };
        parts.push(format!("users with JWTs by {key}"));
    }
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
    if let Some(hook) = hook {
        parts.push(format!("{} is asked", without_query(&hook.url)));
    }
    format!("tokens are for: {}", parts.join("; "))
}

/// A query may hold a secret.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

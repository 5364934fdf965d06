//! Which web origins may read the server's answers, and what others can read on its way.

use std::str::FromStr;

use url::{Host, Url};

/// The origins that CORS allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// Every page on the web.
    Any,
    /// Pages of these origins.
    Only(Vec<OriginPattern>),
}

/// One origin, or all subdomains of one: `https://example.com`, `http://localhost:3000`, `https://*.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginPattern {
    /// Scheme and `://`.
    scheme: String,
    /// With a pattern, the host's end from its dot on.
    host: String,
    /// `:` and the port, or empty for the scheme's own.
    port: String,
    subdomains: bool,
}

impl AllowedOrigins {
    /// Whether a browser's `Origin` header is one of them.
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(patterns) => patterns.iter().any(|pattern| pattern.matches(origin)),
        }
    }
}

impl FromStr for AllowedOrigins {
    type Err = OriginError;

    fn from_str(list: &str) -> Result<Self, OriginError> {
        let entries: Vec<&str> = list
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .collect();
        match entries.as_slice() {
            [] => Err(OriginError::Nothing),
            ["*"] => Ok(Self::Any),
            entries if entries.contains(&"*") => Err(OriginError::StarAmongOthers),
            entries => {
                let patterns = entries.iter().zip(1..).map(|(entry, number)| {
                    OriginPattern::parse(entry).ok_or(OriginError::Entry { number })
                });
                patterns.collect::<Result<_, _>>().map(Self::Only)
            }
        }
    }
}

/// Why a list of origins cannot be read. Reads as the end of a sentence that begins with the variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// `*` with other entries.
    #[error("has * among other entries; * allows every origin and stands alone")]
    StarAmongOthers,
    /// No entry.
    #[error("has no entry; leave it out to allow every origin")]
    Nothing,
    /// Something that is no origin.
    #[error(
        "has no origin as entry {number}; an origin is scheme://host or scheme://host:port, without a path, such as \
         https://app.example.com, http://localhost:3000 or https://*.example.com"
    )]
    Entry {
        /// Which entry, from 1.
        number: usize,
    },
}

impl OriginPattern {
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let text = text.strip_suffix('/').unwrap_or(&text); // as copied from an address bar
        let (scheme, rest) = text.split_once("://")?;
        let (host, port) = split_port(rest)?;
        let (host, subdomains) = match host.strip_prefix('*') {
            Some(suffix) => (suffix, true),
            None => (host, false),
        };
        let is_host = if subdomains {
            is_domain(host.strip_prefix('.')?)
        } else {
            is_host(host)
        };
        let is_default_port = matches!((scheme, port), ("http", ":80") | ("https", ":443"));
        (is_scheme(scheme) && is_host).then(|| Self {
            scheme: format!("{scheme}://"),
            host: host.to_owned(),
            port: if is_default_port {
                String::new()
            } else {
                port.to_owned()
            },
            subdomains,
        })
    }

    fn matches(&self, origin: &str) -> bool {
        let host = origin
            .strip_prefix(&self.scheme)
            .and_then(|rest| rest.strip_suffix(&self.port));
        match host {
            Some(host) if self.subdomains => host.strip_suffix(&self.host).is_some_and(is_domain),
            Some(host) => host == self.host,
            None => false,
        }
    }
}

/// An origin as browsers write it: in lower case, without the scheme's own port.
pub(super) fn origin_of(text: &str) -> Option<String> {
    let OriginPattern {
        scheme,
        host,
        port,
        subdomains,
    } = OriginPattern::parse(text)?;
    (!subdomains).then(|| format!("{scheme}{host}{port}"))
}

/// Splits `host` or `host:port`; the port keeps its colon.
fn split_port(text: &str) -> Option<(&str, &str)> {
    let after_ipv6 = text.rfind(']').map_or(0, |bracket| bracket + 1);
    match text[after_ipv6..].find(':') {
        None => Some((text, "")),
        Some(colon) => {
            let (host, port) = text.split_at(after_ipv6 + colon);
            let number: u16 = port[1..].parse().ok()?;
            (number.to_string() == port[1..]).then_some((host, port))
        }
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn is_host(text: &str) -> bool {
    let is_ipv6 = |inner: &str| inner.parse::<std::net::Ipv6Addr>().is_ok();
    is_domain(text)
        || text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(is_ipv6)
}

fn is_domain(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        })
}

/// Whether others can read what is sent there: it is not encrypted, and leaves this machine.
pub(in crate::config) fn is_readable(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !is_here
}

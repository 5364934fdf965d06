//! Who is asked about every token.

use url::{Host, Url};

use super::secret::Secret;

/// The operator's own service that says who may get which token.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Where it is asked.
    pub url: Url,
    /// What it knows this server by.
    pub token: Option<Secret>,
}

impl Hook {
    /// Whether others on the way to it can read what it knows this server by.
    #[must_use]
    pub fn shows_token(&self) -> bool {
        self.token.is_some() && is_readable(&self.url)
    }
}

/// Whether others can read what is sent there: it is not encrypted, and leaves this machine.
pub(super) fn is_readable(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !is_here
}

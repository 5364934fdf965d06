//! Who is asked about every token.

use url::Url;

use super::secret::Secret;
use crate::config::origins::is_readable;

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

//! Who is asked about every token.

use url::Url;

use super::secret::Secret;

/// The operator's own service that says who may get which token.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Where it is asked.
    pub url: Url,
    /// What it knows this server by.
    pub token: Option<Secret>,
}

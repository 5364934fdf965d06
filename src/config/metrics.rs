//! Who may read the metrics, and where.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::access::{ApiKey, is_guessable};
use super::read::Reader;
use super::vars;

/// Who may read the metrics, and where. On the port of everything else, nobody without a key.
#[derive(Clone, Debug)]
pub enum MetricsAccess {
    /// Where nothing else is.
    Apart {
        /// The address.
        listen: SocketAddr,
        /// What a reader has to show; nothing for everyone who gets there.
        key: Option<MetricsKey>,
    },
    /// Where everything else is, for readers who show this.
    Main(MetricsKey),
}

impl MetricsAccess {
    /// Where they are served alone; nothing for where everything else is.
    #[must_use]
    pub const fn listen(&self) -> Option<SocketAddr> {
        match self {
            Self::Apart { listen, .. } => Some(*listen),
            Self::Main(_) => None,
        }
    }

    /// What a reader has to show; nothing for everyone who gets there.
    #[must_use]
    pub const fn key(&self) -> Option<&MetricsKey> {
        match self {
            Self::Apart { key, .. } => key.as_ref(),
            Self::Main(key) => Some(key),
        }
    }

    /// Nothing when no variable asks for metrics. `main` is where everything else is served.
    pub(super) fn read(reader: &mut Reader<'_>, main: Option<SocketAddr>) -> Option<Self> {
        let port = reader.number(&vars::METRICS_PORT, 0..=u16::MAX);
        let is_main = |port| port != 0 && main.is_some_and(|main| main.port() == port);
        if port.is_some_and(is_main) {
            let problem = "is the same as PORT; take another, or leave it out and set METRICS_KEY";
            reader.problem(&vars::METRICS_PORT, problem);
        }
        let key = reader.read_or_file(
            &vars::METRICS_KEY,
            &vars::METRICS_KEY_FILE,
            str::parse::<MetricsKey>,
        );
        let listen = port.and_then(|port| Some(SocketAddr::new(main?.ip(), port)));
        match listen {
            Some(listen) => Some(Self::Apart { listen, key }),
            None => key.map(Self::Main),
        }
    }
}

/// What a reader of the metrics shows. Only its digest is kept.
#[derive(Clone)]
pub struct MetricsKey([u8; 32]);

impl MetricsKey {
    /// Shorter ones could be guessed.
    const MIN_CHARACTERS: usize = 32;

    /// Whether a text is this key. How long it takes says nothing about the key.
    #[must_use]
    pub fn is(&self, shown: &str) -> bool {
        let shown: [u8; 32] = Sha256::digest(shown).into();
        self.0.ct_eq(&shown).into()
    }

    /// Whether it is an API key, too.
    pub(super) fn is_digest_of(&self, key: &ApiKey) -> bool {
        key.has_digest(&self.0)
    }
}

impl FromStr for MetricsKey {
    type Err = MetricsKeyError;

    fn from_str(text: &str) -> Result<Self, MetricsKeyError> {
        if text.len() < Self::MIN_CHARACTERS || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(MetricsKeyError::Form);
        }
        if is_guessable(text) {
            return Err(MetricsKeyError::Guessable);
        }
        Ok(Self(Sha256::digest(text).into()))
    }
}

impl fmt::Debug for MetricsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The text is no key. Reads as the end of a sentence that begins with the variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum MetricsKeyError {
    #[error("must be 32 or more visible ASCII characters; `openssl rand -hex 32` makes some")]
    Form,
    #[error("can be guessed; `openssl rand -hex 32` makes one that cannot")]
    Guessable,
}

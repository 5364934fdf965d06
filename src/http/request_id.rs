//! The id by which a request is found again: in its answer, in the log, and in what its sender and the proxies between
//! have written down.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};

use crate::token::hex;

pub(super) const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// The longest that is taken from a request; a UUID has 36 characters.
const MAX_BYTES: usize = 128;

/// Letters, digits and `+-./:=@_`: nothing that a log, a shell or a page would read as more than a name.
#[derive(Clone, Debug)]
pub(super) enum RequestId {
    Made([u8; 16]),
    Sent(HeaderValue),
}

impl RequestId {
    /// The one that the sender gave, if it is one. Another is not mended but left out: half an id finds nothing.
    pub(super) fn sent_with<B>(request: &Request<B>) -> Option<Self> {
        let value = request.headers().get(NAME)?;
        let is_id = (1..=MAX_BYTES).contains(&value.len())
            && value.as_bytes().iter().copied().all(may_stand);
        is_id.then(|| Self::Sent(value.clone()))
    }

    /// A new one of 64 random bits, in 16 hexadecimal digits.
    pub(super) fn made_of(random: [u32; 2]) -> Self {
        let bits = u64::from(random[0]) << 32 | u64::from(random[1]);
        Self::Made(hexadecimal(bits.to_be_bytes()))
    }

    pub(super) fn as_str(&self) -> &str {
        let text = match self {
            Self::Made(digits) => str::from_utf8(digits).ok(),
            Self::Sent(value) => value.to_str().ok(),
        };
        text.expect("letters, digits and some marks")
    }

    pub(super) fn stamp(self, headers: &mut HeaderMap) {
        let value = match self {
            Self::Made(digits) => HeaderValue::from_bytes(&digits).expect("hexadecimal digits"),
            Self::Sent(value) => value,
        };
        headers.insert(NAME, value);
    }
}

/// The digits of eight bytes.
pub(super) fn hexadecimal(bytes: [u8; 8]) -> [u8; 16] {
    let mut digits = [0; 16];
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = hex::digits(byte);
    }
    digits
}

fn may_stand(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+-./:=@_".contains(&byte)
}

//! The id by which a request is found again: in its answer, in the log, and in what its sender and the proxies between
//! have written down.

use axum::http::header::ACCESS_CONTROL_EXPOSE_HEADERS;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};

const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// The longest that is taken from a request; a UUID has 36 characters.
const MAX_BYTES: usize = 128;

/// Letters, digits and `+-./:=@_`: nothing that a log, a shell or a page would read as more than a name.
#[derive(Clone, Debug)]
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    /// The one that the sender gave, if it is one. Another is not mended but left out: half an id finds nothing.
    pub(super) fn sent_with<B>(request: &Request<B>) -> Option<Self> {
        let value = request.headers().get(NAME)?;
        let is_id = (1..=MAX_BYTES).contains(&value.len())
            && value.as_bytes().iter().copied().all(may_stand);
        is_id.then(|| Self(value.clone()))
    }

    /// A new one of 64 random bits, in 16 hexadecimal digits.
    pub(super) fn made_of(random: [u32; 2]) -> Self {
        let bits = u64::from(random[0]) << 32 | u64::from(random[1]);
        let digits = HeaderValue::try_from(format!("{bits:016x}"));
        Self(digits.expect("hexadecimal digits"))
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().expect("letters, digits and some marks")
    }

    /// Puts it on an answer, where web pages may read it too.
    pub(super) fn stamp(self, headers: &mut HeaderMap) {
        let name = HeaderValue::from_static("x-request-id");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, name);
        headers.insert(NAME, self.0);
    }
}

fn may_stand(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+-./:=@_".contains(&byte)
}

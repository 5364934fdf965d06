//! The memory that large request bodies and large responses of all connections may take together.
//!
//! Each connection may hold a small body and a small response. Beyond that it takes from this budget and gives it back
//! when its bytes are freed, so that many connections that send large bodies or do not read large responses cannot use
//! up the memory of the process: further ones are rejected until then.

use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::answer::Shared;
use super::error::Error;

/// Size up to which a body does not count.
const SMALL: usize = 4 * 1024;

/// Share of the budget per connection.
const PER_CONNECTION: usize = 16 * 1024;

/// The least budget, for servers with few connections.
const MIN_BYTES: usize = 1024 * 1024;

/// Seconds after which a rejected client should try again.
pub(super) const RETRY_AFTER: u64 = 1;

/// Bytes that are left for large bodies.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Semaphore>);

/// Part of a budget, returned when it is dropped.
#[derive(Debug)]
pub(super) struct Reservation {
    _permit: OwnedSemaphorePermit,
}

impl Budget {
    /// The budget of a server that has at most so many connections.
    #[must_use]
    pub fn for_connections(connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        let bytes = connections.saturating_mul(PER_CONNECTION).max(MIN_BYTES);
        Self::of_bytes(bytes)
    }

    /// A budget of so many bytes.
    #[must_use]
    pub fn of_bytes(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))))
    }

    /// Reserves what a request body can take; nothing for a small one. Keep the reservation as long as the request: what
    /// a body is parsed into takes about as much.
    pub(super) fn admit(&self, body: &Body, most: usize) -> Result<Option<Reservation>, Error> {
        let size = body.size_hint();
        let bytes = size.upper().and_then(|bytes| usize::try_from(bytes).ok());
        self.reserve(bytes.unwrap_or(most).min(most))
    }

    /// Reserves what a response takes until it is sent, unless it is small or [`Shared`].
    pub(super) async fn hold(&self, mut response: Response) -> Result<Response, Error> {
        let size = response.body().size_hint().exact();
        let bytes = size.and_then(|bytes| usize::try_from(bytes).ok());
        let bytes = bytes.unwrap_or_default(); // no handler streams its response
        if bytes <= SMALL || response.extensions().get::<Shared>().is_some() {
            return Ok(response);
        }
        let reservation = self.reserve(bytes)?;
        let body = std::mem::take(response.body_mut()).collect().await;
        let mut bytes = Vec::from(body.expect("a body in memory").to_bytes());
        bytes.shrink_to_fit(); // a buffer that grew has up to twice its length
        // hyper drops the body before it has sent its bytes.
        *response.body_mut() = Body::from(Bytes::from_owner(Held {
            bytes,
            _reservation: reservation,
        }));
        Ok(response)
    }

    fn reserve(&self, bytes: usize) -> Result<Option<Reservation>, Error> {
        if bytes <= SMALL {
            return Ok(None);
        }
        let count = u32::try_from(bytes).map_err(|_| Error::OverBudget)?;
        let permit = Arc::clone(&self.0).try_acquire_many_owned(count);
        let permit = permit.map_err(|_| Error::OverBudget)?;
        Ok(Some(Reservation { _permit: permit }))
    }
}

/// Enough for tests and for servers that do not set it.
impl Default for Budget {
    fn default() -> Self {
        Self::of_bytes(16 * MIN_BYTES)
    }
}

/// The bytes of a response, and their reservation.
struct Held {
    bytes: Vec<u8>,
    _reservation: Option<Reservation>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

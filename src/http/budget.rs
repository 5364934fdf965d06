//! The budget of memory for the large request bodies and large responses of all connections.
//!
//! Each connection can hold a small body and a small response. Larger ones take their bytes from this budget and return
//! them when they are freed, so that connections that send large bodies or do not read large responses cannot use up the
//! memory of the process. While the budget is used up, further large requests are rejected, and connections that hold
//! memory without progress are evicted.
//!
//! A token's response is never rejected, because its token is already issued, audited and counted. It takes from the
//! budget even if nothing is left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body_util::BodyExt;

/// Maximum size of a body that takes nothing from the budget.
pub(super) const SMALL: usize = 4 * 1024;

/// Share of the budget per connection.
const PER_CONNECTION: usize = 16 * 1024;

/// Minimum budget, for servers with few connections.
const MIN_BYTES: usize = 1024 * 1024;

/// Marks a response whose body all connections share: it takes no memory of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shared;

/// Marks a response that a 503 can replace: its request has changed nothing, so that the client can repeat it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeatable;

/// The budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the server is overloaded: its memory for large requests and responses is used up; try again in {} s",
    Self::RETRY_AFTER.as_secs()
)]
pub(super) struct Overloaded;

impl Overloaded {
    /// Time after which a rejected client can try again.
    pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);
}

/// A budget of memory, shared by its clones.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The remaining budget in bytes. Negative when responses of tokens exceed it.
    remaining: AtomicI64,
    /// Set since the last call of [`Budget::take_exhausted`].
    is_exhausted: AtomicBool,
}

impl Budget {
    /// Returns the budget of a server with at most `connections` connections.
    #[must_use]
    pub fn for_connections(connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        let bytes = connections.saturating_mul(PER_CONNECTION).max(MIN_BYTES);
        Self::of_bytes(bytes)
    }

    /// Returns a budget of `bytes` bytes.
    #[must_use]
    pub fn of_bytes(bytes: usize) -> Self {
        Self(Arc::new(Inner {
            remaining: AtomicI64::new(signed(bytes)),
            is_exhausted: AtomicBool::new(false),
        }))
    }

    /// Returns a budget that is never used up.
    pub(super) fn unlimited() -> Self {
        Self::of_bytes(usize::MAX)
    }

    /// Returns the empty reservation of a request. A request whose body is small by its `Content-Length` needs none.
    pub(super) fn for_body(&self, body: &Body) -> Option<Arc<Reservation>> {
        let upper = body.size_hint().upper();
        let is_small = upper.is_some_and(|bytes| bytes <= SMALL as u64);
        (!is_small).then(|| Arc::new(self.reservation()))
    }

    /// Reserves the bytes of a response until they are sent, unless it is small or [`Shared`]. Only a [`Repeatable`]
    /// response is rejected.
    pub(super) async fn hold(&self, mut response: Response) -> Result<Response, Overloaded> {
        let size = response.body().size_hint().exact();
        let bytes = size.and_then(|bytes| usize::try_from(bytes).ok());
        let bytes = bytes.unwrap_or_default(); // no handler streams its response
        if bytes <= SMALL || response.extensions().get::<Shared>().is_some() {
            return Ok(response);
        }
        let reservation = self.reservation();
        if response.extensions().get::<Repeatable>().is_some() {
            reservation.grow_to(bytes)?;
        } else {
            reservation.exceed_to(bytes);
        }
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

    /// Returns whether the budget was used up since the last call.
    pub(super) fn take_exhausted(&self) -> bool {
        self.0.is_exhausted.swap(false, Ordering::Relaxed)
    }

    fn reservation(&self) -> Reservation {
        Reservation {
            budget: self.clone(),
            bytes: AtomicUsize::new(0),
        }
    }

    fn set_exhausted(&self) {
        self.0.is_exhausted.store(true, Ordering::Relaxed);
    }
}

/// Enough for tests and for servers that do not set it.
impl Default for Budget {
    fn default() -> Self {
        Self::of_bytes(16 * MIN_BYTES)
    }
}

/// A part of a budget, returned when it is dropped.
#[derive(Debug)]
pub(super) struct Reservation {
    budget: Budget,
    bytes: AtomicUsize,
}

impl Reservation {
    /// Reserves `bytes` bytes in total.
    pub(super) fn grow_to(&self, bytes: usize) -> Result<(), Overloaded> {
        let missing = signed(bytes.saturating_sub(self.bytes.load(Ordering::Relaxed)));
        let remaining = &self.budget.0.remaining;
        let taken = remaining.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |remaining| {
            (remaining >= missing).then(|| remaining - missing)
        });
        if taken.is_err() {
            self.budget.set_exhausted();
            return Err(Overloaded);
        }
        self.bytes.fetch_max(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Reserves `bytes` bytes in total, even if the budget is used up.
    fn exceed_to(&self, bytes: usize) {
        let missing = signed(bytes.saturating_sub(self.bytes.fetch_max(bytes, Ordering::Relaxed)));
        let remaining = self
            .budget
            .0
            .remaining
            .fetch_sub(missing, Ordering::Relaxed);
        if remaining < missing {
            self.budget.set_exhausted();
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let bytes = signed(*self.bytes.get_mut());
        self.budget.0.remaining.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Converts a number of bytes; no memory has more than `i64::MAX`.
fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// The bytes of a response, and their reservation.
struct Held {
    bytes: Vec<u8>,
    _reservation: Reservation,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

//! Request bodies. A handler's extractor reads the body after the route, the method and the credentials have been
//! checked, so that a request that fails one of these checks is answered from its headers.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use http_body_util::BodyExt;

use super::budget::{Reservation, SMALL};
use super::error::Error;
use super::patience::within;

/// Maximum size of a request body in bytes.
pub(super) const MAX_BYTES: usize = 16 * 1024;

/// Maximum time from the start of reading a request body to its end.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);

/// The connection was evicted while it waited for the request body.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection was evicted while it waited for the request body")]
pub(super) struct Evicted;

/// Rejects a body whose declared length is too large, before any of it is read.
pub(super) fn check_length(body: &Body) -> Result<(), Error> {
    if body.size_hint().lower() > MAX_BYTES as u64 {
        return Err(Error::BodyTooLong { limit: MAX_BYTES });
    }
    Ok(())
}

/// Reads a whole body into one buffer. A body that is larger than [`SMALL`] reserves memory as its bytes arrive.
pub(super) async fn read(body: Body, reservation: Option<&Reservation>) -> Result<Vec<u8>, Error> {
    if body.is_end_stream() {
        return Ok(Vec::new());
    }
    check_length(&body)?;
    let collected = within(TIMEOUT, collect(body, reservation)).await;
    collected.unwrap_or(Err(too_slow()))
}

/// Copies each chunk, because a list of chunks takes far more memory than their bytes when the chunks are small. The
/// buffer is allocated when the first byte arrives, and grows in steps of [`SMALL`] bytes.
async fn collect(mut body: Body, reservation: Option<&Reservation>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    loop {
        let expected = usize::try_from(body.size_hint().lower()).unwrap_or(MAX_BYTES);
        let frame = match body.frame().await {
            None => return Ok(bytes),
            Some(Ok(frame)) => frame,
            Some(Err(error)) => {
                let is_evicted = error.into_inner().is::<Evicted>();
                return Err(if is_evicted {
                    too_slow()
                } else {
                    Error::BodyBroken
                });
            }
        };
        let Ok(chunk) = frame.into_data() else {
            continue; // trailers
        };
        let length = bytes.len() + chunk.len();
        if length > MAX_BYTES {
            return Err(Error::BodyTooLong { limit: MAX_BYTES });
        }
        if length > bytes.capacity() {
            let capacity = match expected {
                0..=SMALL if bytes.is_empty() => expected.max(length),
                _ => length.next_multiple_of(SMALL),
            };
            if let (Some(reservation), true) = (reservation, capacity > SMALL) {
                reservation.grow_to(capacity)?;
            }
            bytes.reserve_exact(capacity - bytes.len());
        }
        bytes.extend_from_slice(&chunk);
    }
}

fn too_slow() -> Error {
    let seconds = TIMEOUT.as_secs();
    Error::BodyTooSlow { seconds }
}

/// The errors of a request body.
pub(super) fn errors() -> [Error; 3] {
    [
        Error::BodyBroken,
        Error::BodyTooLong { limit: MAX_BYTES },
        too_slow(),
    ]
}

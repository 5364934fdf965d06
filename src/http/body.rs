//! Request bodies: read whole before the request is answered, within limits.
//!
//! A route that does not look at the body needs this too. Answered earlier, the connection would close under a
//! client that sends its body after its head, and take the client's next request with it.

use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::error::Error;
use super::patience::within;

const MAX_BYTES: usize = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// A body as it comes: from a connection, or from a test.
pub(super) trait RequestBody:
    HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + Unpin
{
}

impl<B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + Unpin> RequestBody for B {}

pub(super) async fn read(body: &mut impl RequestBody) -> Result<Body, Error> {
    if body.is_end_stream() {
        return Ok(Body::empty());
    }
    if body.size_hint().lower() > MAX_BYTES as u64 {
        return Err(Error::BodyTooLong { limit: MAX_BYTES });
    }
    match within(PATIENCE, Limited::new(body, MAX_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(Body::from(body.to_bytes())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Error::BodyTooLong { limit: MAX_BYTES })
        }
        Ok(Err(_)) => Err(Error::BodyBroken),
        Err(_) => Err(Error::BodyTooSlow {
            seconds: PATIENCE.as_secs(),
        }),
    }
}

/// The bytes of a body that has been [`read`], which are in one piece. To collect them again would take longer.
pub(super) async fn bytes_of(mut body: Body) -> Result<Bytes, Error> {
    match body.frame().await {
        None => Ok(Bytes::new()),
        Some(frame) => {
            let data = frame.ok().and_then(|frame| frame.into_data().ok());
            data.ok_or(Error::BodyBroken)
        }
    }
}

/// What can be wrong with a body.
pub(super) fn errors() -> [Error; 3] {
    let seconds = PATIENCE.as_secs();
    [
        Error::BodyBroken,
        Error::BodyTooLong { limit: MAX_BYTES },
        Error::BodyTooSlow { seconds },
    ]
}

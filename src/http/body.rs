//! Request bodies: read whole before the request is answered, within limits.
//!
//! A route that does not look at the body needs this too. Answered earlier, the connection would close under a
//! client that sends its body after its head, and take the client's next request with it.

use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use http_body_util::LengthLimitError;
use tokio::time::timeout;

use super::error::Error;

const MAX_BYTES: usize = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn read(request: Request) -> Result<Request, Error> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (head, body) = request.into_parts();
    match timeout(PATIENCE, to_bytes(body, MAX_BYTES)).await {
        Ok(Ok(bytes)) => Ok(Request::from_parts(head, Body::from(bytes))),
        Ok(Err(error)) if is_too_long(&error) => Err(Error::BodyTooLong { limit: MAX_BYTES }),
        Ok(Err(_)) => Err(Error::BodyBroken),
        Err(_) => Err(Error::BodyTooSlow {
            seconds: PATIENCE.as_secs(),
        }),
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

fn is_too_long(error: &axum::Error) -> bool {
    std::error::Error::source(error)
        .is_some_and(<dyn std::error::Error + 'static>::is::<LengthLimitError>)
}

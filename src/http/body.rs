//! Request bodies: read whole before the request is answered, within limits.
//!
//! A route that does not look at the body needs this too. Answered earlier, the connection would close under a
//! client that sends its body after its head, and take the client's next request with it.

use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::LengthLimitError;
use tokio::time::timeout;

use super::error::Error;

const MAX_BYTES: usize = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn read(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    match timeout(PATIENCE, to_bytes(body, MAX_BYTES)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(error)) => {
            let is_too_long = error.into_inner().is::<LengthLimitError>();
            let error = if is_too_long {
                Error::BodyTooLong { limit: MAX_BYTES }
            } else {
                Error::BodyBroken
            };
            error.into_response()
        }
        Err(_) => Error::BodyTooSlow {
            seconds: PATIENCE.as_secs(),
        }
        .into_response(),
    }
}

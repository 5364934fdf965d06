//! What a handler may not do to its connection: panic, or never answer.

use std::future::{Future, poll_fn};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use axum::response::{IntoResponse, Response};

use super::body;
use super::error::Error;
use super::patience::within;

/// How long a handler may take. Together with what a head, a body and an audit may take, an answer begins within the 30
/// seconds that Heroku's router waits.
const PATIENCE: Duration = Duration::from_secs(8);

/// Returns the handler's response, or an error if it panics or times out. The timeout is longer when the handler may
/// have to wait for a request body.
pub(super) async fn answered<F>(handler: F, has_body: bool) -> Result<Response, Error>
where
    F: Future<Output: IntoResponse>,
{
    let mut handler = pin!(handler);
    let answer = poll_fn(|context| {
        let polled = AssertUnwindSafe(|| handler.as_mut().poll(context));
        match panic::catch_unwind(polled) {
            Ok(polled) => polled.map(|answer| Ok(answer.into_response())),
            Err(_) => Poll::Ready(Err(Error::Panicked)), // the hook has told of it
        }
    });
    let limit = if has_body {
        body::TIMEOUT + PATIENCE
    } else {
        PATIENCE
    };
    within(limit, answer)
        .await
        .unwrap_or_else(|_| Err(too_slow()))
}

/// What a handler can do wrong.
pub(super) fn errors() -> [Error; 2] {
    [Error::Panicked, too_slow()]
}

fn too_slow() -> Error {
    let seconds = PATIENCE.as_secs();
    Error::TooSlow { seconds }
}

/// From now on a panic is a line in the log that says where it was, and nothing else: its message could hold whatever
/// was at hand.
pub fn log_panics() {
    panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked: this is a bug");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_never_answers_is_a_503_after_8_seconds() {
        let start = tokio::time::Instant::now();
        let error = answered(std::future::pending::<Response>(), false).await;
        let error = error.expect_err("there is no answer");
        assert_eq!(start.elapsed(), PATIENCE);
        assert_eq!(error.meaning().status, 503);
        assert_eq!(
            error.to_string(),
            "the answer took more than 8 seconds; try again"
        );
    }
}

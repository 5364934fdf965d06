//! How long something may take, for what nearly always takes no time at all.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::error::Elapsed;
use tokio::time::timeout;

/// Waits for a future, so long at most. A timer is set only for one that is not ready at the second look: a body, for
/// which hyper has to be asked first, is there by then.
pub(super) async fn within<F: Future>(limit: Duration, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    let mut looks = 0;
    let soon = poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if looks == 0 => {
            looks += 1;
            context.waker().wake_by_ref();
            Poll::Pending
        }
        Poll::Pending => Poll::Ready(None),
    })
    .await;
    match soon {
        Some(output) => Ok(output),
        None => Box::pin(timeout(limit, future)).await, // others need no room for a timer
    }
}

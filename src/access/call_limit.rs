//! A limit on concurrent calls to another server, with a short queue.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Maximum concurrent calls: 6,400 calls/s at 10 ms each.
const MAX_CALLS: usize = 64;

/// Maximum queued calls.
const MAX_WAITING: usize = 256;

/// Maximum time in the queue. Queue and call together stay below the request timeout of 8 s.
const MAX_WAIT: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(super) struct CallLimit {
    calls: Semaphore,
    queue: Semaphore,
}

/// Too many calls are in progress.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Busy {
    #[error("{MAX_CALLS} calls are in progress and {MAX_WAITING} requests wait")]
    QueueFull,
    #[error("none of {MAX_CALLS} calls ended within {} ms", MAX_WAIT.as_millis())]
    WaitedTooLong,
}

impl CallLimit {
    pub(super) fn new() -> Self {
        Self {
            calls: Semaphore::new(MAX_CALLS),
            queue: Semaphore::new(MAX_WAITING),
        }
    }

    /// Waits until a call may begin. The call lasts until the permit is dropped.
    pub(super) async fn acquire(&self) -> Result<SemaphorePermit<'_>, Busy> {
        if let Ok(permit) = self.calls.try_acquire() {
            return Ok(permit);
        }
        let _place = self.queue.try_acquire().map_err(|_| Busy::QueueFull)?;
        let permit = timeout(MAX_WAIT, self.calls.acquire()).await;
        let permit = permit.map_err(|_| Busy::WaitedTooLong)?;
        Ok(permit.expect("the semaphore is never closed"))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn queues_calls_for_half_a_second() {
        let limit = CallLimit::new();
        let mut permits = Vec::new();
        for _ in 0..MAX_CALLS {
            permits.push(limit.acquire().await.expect("a free call"));
        }
        let (next, ()) = tokio::join!(limit.acquire(), async { drop(permits.pop()) });
        permits.push(next.expect("the call that ended"));
        let start = tokio::time::Instant::now();
        let waiting = join_all((0..=MAX_WAITING).map(|_| async {
            let error = limit.acquire().await.expect_err("none ends");
            (error, start.elapsed())
        }));
        let mut waiting = waiting.await;
        let last = waiting.pop();
        assert_eq!(last, Some((Busy::QueueFull, Duration::ZERO)));
        let too_long = |waited| waited == (Busy::WaitedTooLong, MAX_WAIT);
        assert!(waiting.into_iter().all(too_long));
    }
}

//! A limit on concurrent calls to another server, with a short queue and a share for each user.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::config::WEBHOOK_REQUESTS;

/// Maximum concurrent calls: 6,400 calls/s at 10 ms each.
const MAX_CALLS: usize = 64;

/// Maximum queued calls.
const MAX_WAITING: usize = WEBHOOK_REQUESTS as usize - MAX_CALLS;

/// Maximum time in the queue. Queue and call together stay below the request timeout of 8 s.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// Maximum calls of one user, queued ones included, so that a user whose calls hang leaves room for others.
const MAX_OF_USER: usize = 4;

#[derive(Debug)]
pub(super) struct CallLimit {
    calls: Semaphore,
    queue: Semaphore,
    users: Users,
}

/// The number of calls of each user who has any.
#[derive(Debug, Default)]
struct Users(Mutex<HashMap<Box<str>, usize>>);

/// Permission for a call, which lasts until this is dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    _call: SemaphorePermit<'a>,
    _share: Option<Share<'a>>,
}

/// One of the calls of a user.
#[derive(Debug)]
struct Share<'a> {
    users: &'a Users,
    user: &'a str,
}

/// Too many calls are in progress.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Busy {
    #[error("{MAX_CALLS} calls are in progress and {MAX_WAITING} requests wait")]
    QueueFull,
    #[error("none of {MAX_CALLS} calls ended within {} ms", MAX_WAIT.as_millis())]
    WaitedTooLong,
    #[error("{MAX_OF_USER} calls of the user are in progress")]
    UserLimit,
}

impl CallLimit {
    pub(super) fn new() -> Self {
        Self {
            calls: Semaphore::new(MAX_CALLS),
            queue: Semaphore::new(MAX_WAITING),
            users: Users::default(),
        }
    }

    /// Waits until a call may begin, for a user or for a trusted or anonymous caller.
    pub(super) async fn acquire<'a>(&'a self, user: Option<&'a str>) -> Result<Permit<'a>, Busy> {
        let share = user.map(|user| self.users.begin(user)).transpose()?;
        Ok(Permit {
            _call: self.acquire_call().await?,
            _share: share,
        })
    }

    async fn acquire_call(&self) -> Result<SemaphorePermit<'_>, Busy> {
        if let Ok(permit) = self.calls.try_acquire() {
            return Ok(permit);
        }
        let _place = self.queue.try_acquire().map_err(|_| Busy::QueueFull)?;
        let permit = timeout(MAX_WAIT, self.calls.acquire()).await;
        let permit = permit.map_err(|_| Busy::WaitedTooLong)?;
        Ok(permit.expect("the semaphore is never closed"))
    }
}

impl Users {
    fn begin<'a>(&'a self, user: &'a str) -> Result<Share<'a>, Busy> {
        let mut calls = self.calls();
        let count = calls.entry(user.into()).or_default();
        if *count == MAX_OF_USER {
            return Err(Busy::UserLimit);
        }
        *count += 1;
        Ok(Share { users: self, user })
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<Box<str>, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner) // no code panics while it holds the lock
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut calls = self.users.calls();
        if let Some(count) = calls.get_mut(self.user) {
            *count -= 1;
            if *count == 0 {
                calls.remove(self.user);
            }
        }
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
            permits.push(limit.acquire(None).await.expect("a free call"));
        }
        let (next, ()) = tokio::join!(limit.acquire(None), async { drop(permits.pop()) });
        permits.push(next.expect("the call that ended"));
        let start = tokio::time::Instant::now();
        let waiting = join_all((0..=MAX_WAITING).map(|_| async {
            let error = limit.acquire(None).await.expect_err("none ends");
            (error, start.elapsed())
        }));
        let mut waiting = waiting.await;
        let last = waiting.pop();
        assert_eq!(last, Some((Busy::QueueFull, Duration::ZERO)));
        let too_long = |waited| waited == (Busy::WaitedTooLong, MAX_WAIT);
        assert!(waiting.into_iter().all(too_long));
    }

    #[tokio::test]
    async fn limits_the_calls_of_a_user() {
        let limit = CallLimit::new();
        let mut permits = Vec::new();
        for _ in 0..MAX_OF_USER {
            permits.push(limit.acquire(Some("7")).await.expect("the user's share"));
        }
        let error = limit.acquire(Some("7")).await.expect_err("it is used up");
        assert_eq!(error, Busy::UserLimit);
        let other = limit
            .acquire(Some("8"))
            .await
            .expect("another user's share");
        permits.pop();
        permits.push(limit.acquire(Some("7")).await.expect("the call that ended"));
        drop((permits, other));
        assert!(limit.users.calls().is_empty());
    }
}

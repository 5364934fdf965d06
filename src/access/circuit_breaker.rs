//! A circuit breaker: after several failures in a row, calls to a server are rejected at once for a short time. Then one
//! call probes whether the server works again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row that open the circuit. A lower number would open the circuit after one slow second.
const MAX_FAILURES: u32 = 5;

/// Time for which calls are rejected after the circuit has opened, or after a probe has failed.
pub(super) const OPEN_TIME: Duration = Duration::from_secs(2);

/// Age from which a dropped call counts as a failure: its client gave up because the server did not respond.
const ABANDONED_AGE: Duration = Duration::from_millis(500);

/// A circuit breaker, initially closed.
#[derive(Debug, Default)]
pub(super) struct CircuitBreaker(Mutex<State>);

#[derive(Debug)]
enum State {
    Closed {
        failures: u32,
        /// The users among the callers of the failed calls. Each counts once: a user whose requests make the server fail
        /// must not open the circuit for all others.
        users: Vec<Box<str>>,
    },
    Open {
        until: Instant,
    },
    /// A probe is in progress.
    HalfOpen,
}

/// The circuit is open.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CircuitOpen;

/// A permitted call. Dropping it without a result records a failure if it has lasted for more than 500 ms, and nothing
/// otherwise; if it was the probe, the next call becomes the probe.
#[derive(Debug)]
pub(super) struct Call<'a> {
    breaker: &'a CircuitBreaker,
    user: Option<&'a str>,
    began: Instant,
    is_probe: bool,
    has_result: bool,
}

impl Default for State {
    fn default() -> Self {
        Self::Closed {
            failures: 0,
            users: Vec::new(),
        }
    }
}

impl CircuitBreaker {
    /// Returns whether a call that begins now is rejected. Check it before queueing a call.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        match *self.state() {
            State::Closed { .. } => false,
            State::Open { until } => now < until,
            State::HalfOpen => true,
        }
    }

    /// Begins a call, for a user or for a trusted or anonymous caller.
    pub(super) fn begin<'a>(
        &'a self,
        user: Option<&'a str>,
        now: Instant,
    ) -> Result<Call<'a>, CircuitOpen> {
        let mut state = self.state();
        let is_probe = match *state {
            State::Closed { .. } => false,
            State::Open { until } if until <= now => true,
            State::Open { .. } | State::HalfOpen => return Err(CircuitOpen),
        };
        if is_probe {
            *state = State::HalfOpen;
        }
        Ok(Call {
            breaker: self,
            user,
            began: now,
            is_probe,
            has_result: false,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner) // no code panics while it holds the lock
    }
}

impl Call<'_> {
    /// Records that the server responded.
    pub(super) fn succeeded(mut self) {
        self.has_result = true;
        let mut state = self.breaker.state();
        if self.is_probe {
            tracing::info!("webhook circuit closed");
        } else if !matches!(*state, State::Closed { .. }) {
            return; // it began before the circuit opened
        }
        *state = State::default();
    }

    /// Records that the server did not respond.
    pub(super) fn failed(mut self, now: Instant) {
        self.record_failure(now);
    }

    fn record_failure(&mut self, now: Instant) {
        self.has_result = true;
        let mut state = self.breaker.state();
        let opens = if self.is_probe {
            true
        } else if let State::Closed { failures, users } = &mut *state {
            if let Some(user) = self.user {
                if users.iter().any(|known| **known == *user) {
                    return;
                }
                users.push(user.into());
            }
            *failures += 1;
            let opens = *failures >= MAX_FAILURES;
            if opens {
                let seconds = OPEN_TIME.as_secs();
                tracing::warn!(failures, seconds, "webhook circuit opened");
            }
            opens
        } else {
            false // it began before the circuit opened
        };
        if opens {
            *state = State::Open {
                until: now + OPEN_TIME,
            };
        }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if self.has_result {
            return;
        }
        let now = Instant::now(); // `drop` takes no arguments; tests pause this clock
        if now.saturating_duration_since(self.began) > ABANDONED_AGE {
            self.record_failure(now);
        } else if self.is_probe {
            *self.breaker.state() = State::Open { until: self.began };
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn fail(breaker: &CircuitBreaker, now: Instant, times: u32) {
        for _ in 0..times {
            breaker
                .begin(None, now)
                .expect("a closed circuit")
                .failed(now);
        }
    }

    fn opened(now: Instant) -> CircuitBreaker {
        let breaker = CircuitBreaker::default();
        fail(&breaker, now, MAX_FAILURES);
        breaker
    }

    #[test]
    fn opens_after_five_failures_in_a_row() {
        let now = Instant::now();
        let breaker = CircuitBreaker::default();
        fail(&breaker, now, 4);
        breaker
            .begin(None, now)
            .expect("a closed circuit")
            .succeeded();
        fail(&breaker, now, 4);
        assert!(!breaker.is_open(now));
        fail(&breaker, now, 1);
        assert!(breaker.is_open(now));
        assert_eq!(
            breaker.begin(None, now).expect_err("it is open"),
            CircuitOpen
        );
    }

    #[test]
    fn counts_the_failures_of_a_user_once() {
        let now = Instant::now();
        let breaker = CircuitBreaker::default();
        let fail = |user| breaker.begin(Some(user), now).expect("closed").failed(now);
        for _ in 0..100 {
            fail("1");
            fail("2");
        }
        for user in ["3", "4"] {
            fail(user);
            assert!(!breaker.is_open(now));
        }
        fail("5");
        assert!(breaker.is_open(now));
    }

    #[test]
    fn lets_one_probe_through_after_two_seconds() {
        let now = Instant::now();
        let breaker = opened(now);
        let just_before = now + Duration::from_millis(1999);
        assert!(breaker.begin(None, just_before).is_err());
        let later = now + OPEN_TIME;
        assert!(!breaker.is_open(later));
        let probe = breaker.begin(None, later).expect("the probe");
        assert!(breaker.is_open(later));
        assert!(breaker.begin(None, later).is_err());
        probe.succeeded();
        assert!(breaker.begin(None, later).is_ok());
        fail(&breaker, later, 4);
        assert!(!breaker.is_open(later));
    }

    #[test]
    fn stays_open_when_the_probe_fails() {
        let now = Instant::now();
        let breaker = opened(now);
        let later = now + OPEN_TIME;
        let end = later + Duration::from_secs(1);
        breaker.begin(None, later).expect("the probe").failed(end);
        assert!(breaker.begin(None, later + OPEN_TIME).is_err());
        assert!(breaker.begin(None, end + OPEN_TIME).is_ok());
    }

    #[test]
    fn lets_another_probe_through_when_the_first_is_dropped() {
        let now = Instant::now();
        let breaker = opened(now);
        let later = now + OPEN_TIME;
        drop(breaker.begin(None, later).expect("the probe"));
        breaker
            .begin(None, later)
            .expect("another probe")
            .succeeded();
        assert!(!breaker.is_open(later));
    }

    #[tokio::test(start_paused = true)]
    async fn counts_calls_that_are_dropped_after_500_ms_as_failures() {
        let breaker = CircuitBreaker::default();
        for milliseconds in [500, 501] {
            for _ in 0..MAX_FAILURES {
                assert!(!breaker.is_open(Instant::now()));
                let call = breaker
                    .begin(None, Instant::now())
                    .expect("a closed circuit");
                advance(Duration::from_millis(milliseconds)).await;
                drop(call);
            }
        }
        assert!(breaker.is_open(Instant::now()));
        advance(OPEN_TIME).await;
        let probe = breaker.begin(None, Instant::now()).expect("the probe");
        advance(Duration::from_millis(501)).await;
        drop(probe);
        assert!(breaker.is_open(Instant::now() + Duration::from_millis(1999)));
    }

    #[test]
    fn ignores_results_of_calls_that_began_before_it_opened() {
        let now = Instant::now();
        let breaker = CircuitBreaker::default();
        let [good, bad] = [(); 2].map(|()| breaker.begin(None, now).expect("a closed circuit"));
        fail(&breaker, now, MAX_FAILURES);
        good.succeeded();
        assert!(breaker.is_open(now));
        let later = now + OPEN_TIME;
        let probe = breaker.begin(None, later).expect("the probe");
        bad.failed(later);
        probe.succeeded();
        assert!(!breaker.is_open(later));
    }
}

//! What each connection does and since when, and the one clock that ends those which take too long.
//!
//! A timer for each connection would be set anew with each request. Here a request costs two numbers that are written
//! down; the watch looks at all of them four times a second.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::Limits;
use super::head::{HeadError, Last};
use super::phase::{Moment, Phase};
use crate::http::app::App;

/// How long a connection stays open for what a client still sends that was refused: closed at once, the kernel would
/// take the answer back.
const LINGER: Duration = Duration::from_secs(2);

/// Maximum time from the start of the shutdown to the end of request headers and bodies that had begun to arrive.
const GRACE: Duration = Duration::from_secs(1);

/// Maximum time until a client has read its response during the shutdown, from the start of the shutdown or of the
/// response, whichever is later.
const GRACE_TO_READ: Duration = Duration::from_secs(5);

/// After this time without a request a connection gives its buffers back until the next one.
const REST: Duration = Duration::from_millis(500);

/// What one connection does. Written by its own task; others look.
#[derive(Debug)]
pub(super) struct Progress {
    /// The client's address, as [`network`](crate::http::limit::network) gives it.
    address: IpAddr,
    now: AtomicU64,
    /// The moment that lasted too long. When it is over by the time that the connection looks, nothing happens.
    too_long: AtomicU64,
    /// The moment that lasted long enough to rest.
    rest: AtomicU64,
    /// The client timed out; nothing more is read from it.
    has_timed_out: AtomicBool,
    /// Part of the current request's body has not arrived.
    lacks_body: AtomicBool,
    waker: OnceLock<Waker>,
    last: OnceLock<Last>,
}

/// All connections.
#[derive(Debug)]
pub(super) struct Clocks {
    limits: Limits,
    tick: Duration,
    now: AtomicU64,
    open: Mutex<Vec<Weak<Progress>>>,
    /// The tick at which the shutdown began; [`u64::MAX`] before.
    drained_at: AtomicU64,
}

impl Clocks {
    pub(super) fn new(limits: Limits) -> Self {
        let shortest = limits.head.min(limits.idle).min(limits.answer);
        Self {
            tick: (shortest / 40).clamp(Duration::from_millis(1), Duration::from_millis(250)),
            limits,
            now: AtomicU64::new(0),
            open: Mutex::default(),
            drained_at: AtomicU64::new(u64::MAX),
        }
    }

    /// A connection begins; it is known for as long as its progress is.
    pub(super) fn begin(&self, address: IpAddr) -> Arc<Progress> {
        let progress = Arc::new(Progress {
            address,
            now: AtomicU64::new(Moment::new(Phase::New, self.now()).bits()),
            too_long: AtomicU64::new(Moment::NEVER.bits()),
            rest: AtomicU64::new(Moment::NEVER.bits()),
            has_timed_out: AtomicBool::new(false),
            lacks_body: AtomicBool::new(false),
            waker: OnceLock::new(),
            last: OnceLock::new(),
        });
        self.open().push(Arc::downgrade(&progress));
        progress
    }

    pub(super) fn enter(&self, progress: &Progress, phase: Phase) {
        let moment = Moment::new(phase, self.now());
        progress.now.store(moment.bits(), Ordering::Relaxed);
    }

    /// Counts the time, and ends connections that take too long. Evicts connections when the app's memory is used up.
    pub(super) async fn watch(&self, app: &App) -> Infallible {
        let start = Instant::now();
        let mut ticks = interval(self.tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let now = self.ticks(start.elapsed());
            self.now.store(now, Ordering::Relaxed);
            self.open().retain(|progress| {
                let progress = progress.upgrade();
                if let Some(progress) = &progress {
                    self.look_at(progress, now);
                }
                progress.is_some()
            });
            if app.take_exhausted() {
                self.free_memory();
            }
        }
    }

    fn look_at(&self, progress: &Progress, now: u64) {
        let moment = progress.moment();
        if self.is_over(moment, now) {
            progress.end(moment);
        } else if moment.phase() == Phase::Idle && elapsed(moment, now) > self.ticks(REST) {
            progress.rest(moment);
        } else if self.is_draining() {
            progress.wake(); // should it have missed the call
        }
    }

    /// Whether a phase has lasted too long.
    fn is_over(&self, moment: Moment, now: u64) -> bool {
        let elapsed = elapsed(moment, now);
        if elapsed > self.ticks(self.limit(moment.phase())) {
            return true;
        }
        let draining = now.saturating_sub(self.drained_at.load(Ordering::Relaxed)); // 0 before the shutdown
        match moment.phase() {
            Phase::Head | Phase::Body => draining > self.ticks(GRACE),
            Phase::Answered => draining.min(elapsed) > self.ticks(GRACE_TO_READ),
            Phase::New | Phase::Idle | Phase::Answering | Phase::Lingering => false,
        }
    }

    /// From now on connections close when they have answered what has begun, and at once when nothing has.
    pub(super) fn drain(&self) {
        self.drained_at.store(self.now(), Ordering::SeqCst);
        for progress in self.open().iter().filter_map(Weak::upgrade) {
            progress.wake();
        }
    }

    pub(super) fn is_draining(&self) -> bool {
        self.drained_at.load(Ordering::Relaxed) != u64::MAX
    }

    fn limit(&self, phase: Phase) -> Duration {
        match phase {
            Phase::New | Phase::Idle => self.limits.idle,
            Phase::Head => self.limits.head,
            Phase::Body | Phase::Answering | Phase::Answered => self.limits.answer,
            Phase::Lingering => LINGER,
        }
    }

    /// The share of one address in the connections of a full server.
    pub(super) fn per_address(&self) -> Option<usize> {
        let share = self.limits.per_address?.get();
        usize::try_from(share).ok()
    }

    pub(super) fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    pub(super) fn ticks(&self, time: Duration) -> u64 {
        u64::try_from(time.as_nanos() / self.tick.as_nanos()).unwrap_or(u64::MAX)
    }

    pub(super) fn open(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Progress>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ticks since the start of a phase.
fn elapsed(moment: Moment, now: u64) -> u64 {
    now.saturating_sub(moment.tick())
}

impl Progress {
    pub(super) fn address(&self) -> IpAddr {
        self.address
    }

    pub(super) fn phase(&self) -> Phase {
        self.moment().phase()
    }

    pub(super) fn waits_for_body(&self) {
        self.shift(Phase::Answering, Phase::Body);
    }

    pub(super) fn stops_waiting_for_body(&self) {
        self.shift(Phase::Body, Phase::Answering);
    }

    /// Enters the next phase of the same request.
    fn shift(&self, from: Phase, to: Phase) {
        let moment = self.moment();
        if moment.phase() == from {
            let moment = Moment::new(to, moment.tick());
            self.now.store(moment.bits(), Ordering::Relaxed);
        }
    }

    pub(super) fn set_lacks_body(&self, lacks_body: bool) {
        self.lacks_body.store(lacks_body, Ordering::Relaxed);
    }

    /// Whether part of the current request's body has not arrived.
    pub(super) fn lacks_body(&self) -> bool {
        self.lacks_body.load(Ordering::Relaxed)
    }

    /// The client timed out; nothing more is read from it.
    pub(super) fn time_out(&self) {
        self.has_timed_out.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_timed_out(&self) -> bool {
        self.has_timed_out.load(Ordering::Relaxed)
    }

    /// The request that comes is the connection's last.
    pub(super) fn is_last(&self, last: Last) {
        let _ = self.last.set(last); // after the first reason nothing is looked at any more
    }

    pub(super) fn last(&self) -> Option<Last> {
        self.last.get().copied()
    }

    /// Why the request that has come is refused, if it is.
    pub(super) fn fault(&self) -> Option<HeadError> {
        match self.last.get()? {
            Last::Chunked => None,
            Last::Refused(error) => Some(*error),
        }
    }

    /// Who is woken when the connection has to look. A task's waker stays the same.
    pub(super) fn wakes(&self, context: &Context<'_>) {
        self.waker.get_or_init(|| context.waker().clone());
    }

    /// The phase that has taken too long.
    pub(super) fn too_long(&self) -> Option<Phase> {
        let too_long = Moment::of_bits(self.too_long.load(Ordering::Relaxed));
        (too_long == self.moment()).then(|| too_long.phase())
    }

    /// Whether nothing has come for a while.
    pub(super) fn may_rest(&self) -> bool {
        Moment::of_bits(self.rest.load(Ordering::Relaxed)) == self.moment()
    }

    pub(super) fn moment(&self) -> Moment {
        Moment::of_bits(self.now.load(Ordering::Relaxed))
    }

    pub(super) fn end(&self, moment: Moment) {
        self.too_long.store(moment.bits(), Ordering::Relaxed);
        self.wake();
    }

    fn rest(&self, moment: Moment) {
        if self.rest.swap(moment.bits(), Ordering::Relaxed) != moment.bits() {
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn clocks_at(time: Duration) -> Clocks {
        let clocks = Clocks::new(Limits::of(1));
        pass(&clocks, time);
        clocks
    }

    fn pass(clocks: &Clocks, time: Duration) {
        let now = clocks.now() + clocks.ticks(time);
        clocks.now.store(now, Ordering::Relaxed);
    }

    fn is_over(clocks: &Clocks, progress: &Progress) -> bool {
        clocks.is_over(progress.moment(), clocks.now())
    }

    #[test]
    fn an_unread_response_is_evicted_two_seconds_after_its_start() {
        let clocks = clocks_at(Duration::ZERO);
        let progress = clocks.begin(ADDRESS);
        clocks.enter(&progress, Phase::Answering);
        pass(&clocks, Duration::from_secs(6));
        clocks.enter(&progress, Phase::Answered);
        pass(&clocks, Duration::from_secs(2));
        assert_eq!(clocks.evict(None).ok(), Some(0));
        pass(&clocks, Duration::from_secs(1));
        assert_eq!(clocks.evict(None).ok(), Some(1));
    }

    #[test]
    fn a_response_that_starts_during_the_shutdown_has_five_seconds_to_be_read() {
        let clocks = clocks_at(Duration::from_mins(1));
        let [early, late] = [clocks.begin(ADDRESS), clocks.begin(ADDRESS)];
        clocks.enter(&early, Phase::Answered);
        clocks.enter(&late, Phase::Answering);
        pass(&clocks, Duration::from_secs(10));
        assert!(!is_over(&clocks, &early));
        clocks.drain();
        pass(&clocks, Duration::from_secs(5));
        assert!(!is_over(&clocks, &early));
        pass(&clocks, Duration::from_secs(1));
        assert!(is_over(&clocks, &early));
        clocks.enter(&late, Phase::Answered);
        pass(&clocks, Duration::from_secs(5));
        assert!(!is_over(&clocks, &late));
        pass(&clocks, Duration::from_secs(1));
        assert!(is_over(&clocks, &late));
    }
}

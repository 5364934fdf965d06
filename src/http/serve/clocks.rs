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

/// How long a connection stays open for what a client still sends that was refused: closed at once, the kernel would
/// take the answer back.
const LINGER: Duration = Duration::from_secs(2);

/// Maximum time from the start of the shutdown to the end of request headers and bodies that had begun to arrive.
const GRACE: Duration = Duration::from_secs(1);

/// Maximum time from the start of the shutdown until a client has read its response.
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
    /// The client's time to send is over: nothing more is read from it.
    is_given_up: AtomicBool,
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
            is_given_up: AtomicBool::new(false),
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

    /// Counts the time, and ends connections that take too long.
    pub(super) async fn watch(&self) -> Infallible {
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
        }
    }

    fn look_at(&self, progress: &Progress, now: u64) {
        let moment = progress.moment();
        let since = now.saturating_sub(moment.tick());
        if since > self.ticks(self.limit(moment.phase())) {
            progress.end(moment);
        } else if moment.phase() == Phase::Idle && since > self.ticks(REST) {
            progress.rest(moment);
        } else if self.is_draining() {
            let draining = now.saturating_sub(self.drained_at.load(Ordering::Relaxed));
            match grace(moment.phase()) {
                Some(grace) if draining > self.ticks(grace) => progress.end(moment),
                _ => progress.wake(), // should it have missed the call
            }
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

/// Maximum time that a connection in this phase gets after the shutdown has begun.
fn grace(phase: Phase) -> Option<Duration> {
    match phase {
        Phase::Head | Phase::Body => Some(GRACE),
        Phase::Answered => Some(GRACE_TO_READ),
        Phase::New | Phase::Idle | Phase::Answering | Phase::Lingering => None,
    }
}

impl Progress {
    pub(super) fn address(&self) -> IpAddr {
        self.address
    }

    pub(super) fn phase(&self) -> Phase {
        self.moment().phase()
    }

    /// The answer is there; what it took still counts.
    pub(super) fn answered(&self) {
        let moment = Moment::new(Phase::Answered, self.moment().tick());
        self.now.store(moment.bits(), Ordering::Relaxed);
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

    /// From now on nothing more is read from the client, which had its time.
    pub(super) fn give_up(&self) {
        self.is_given_up.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed)
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

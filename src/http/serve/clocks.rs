//! What each connection does and since when, and the one clock that ends those which take too long.
//!
//! A timer for each connection would be set anew with each request. Here a request costs two numbers that are written
//! down; the watch looks at all of them four times a second.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::Limits;
use super::head::{HeadError, Last};

/// How long a connection stays open for what a client still sends that was refused: closed at once, the kernel would
/// take the answer back.
const LINGER: Duration = Duration::from_secs(2);

/// How long a connection counts as one whose first request is on its way.
const FRESH: Duration = Duration::from_secs(1);

/// How long after its head a request's answer may be unread before its connection makes room for another one.
const UNREAD: Duration = Duration::from_secs(10);

/// After this time without a request a connection gives its buffers back until the next one.
const REST: Duration = Duration::from_millis(500);

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Phase {
    /// It has sent nothing yet.
    New,
    /// It waits for the next request.
    Idle,
    /// A head has begun to come.
    Head,
    /// A handler waits for the rest of the request body. Counts from the end of the request headers, so that a slow drip
    /// does not extend it.
    Body,
    /// A head is there, and its answer is not.
    Answering,
    /// The answer is there, and not yet sent.
    Answered,
    /// All is said; what the client still sends is read and forgotten.
    Lingering,
}

impl Phase {
    const ALL: [Self; 7] = [
        Self::New,
        Self::Idle,
        Self::Head,
        Self::Body,
        Self::Answering,
        Self::Answered,
        Self::Lingering,
    ];
}

/// A phase, and the tick at which it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment(u64);

impl Moment {
    const BITS: u32 = 3;
    const NEVER: Self = Self(u64::MAX);

    fn new(phase: Phase, tick: u64) -> Self {
        Self(tick << Self::BITS | phase as u64)
    }

    fn phase(self) -> Phase {
        let bits = self.0 & ((1 << Self::BITS) - 1);
        Phase::ALL[usize::try_from(bits).unwrap_or_default()]
    }

    fn tick(self) -> u64 {
        self.0 >> Self::BITS
    }
}

/// What one connection does. Written by its own task; others look.
#[derive(Debug)]
pub(super) struct Progress {
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
    is_draining: AtomicBool,
}

impl Clocks {
    pub(super) fn new(limits: Limits) -> Self {
        let shortest = limits.head.min(limits.idle).min(limits.answer);
        Self {
            tick: (shortest / 40).clamp(Duration::from_millis(1), Duration::from_millis(250)),
            limits,
            now: AtomicU64::new(0),
            open: Mutex::default(),
            is_draining: AtomicBool::new(false),
        }
    }

    /// A connection begins; it is known for as long as its progress is.
    pub(super) fn begin(&self) -> Arc<Progress> {
        let progress = Arc::new(Progress {
            now: AtomicU64::new(Moment::new(Phase::New, self.now()).0),
            too_long: AtomicU64::new(Moment::NEVER.0),
            rest: AtomicU64::new(Moment::NEVER.0),
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
        progress.now.store(moment.0, Ordering::Relaxed);
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
            progress.wake(); // should it have missed the call
        }
    }

    /// From now on connections close when they have answered what has begun, and at once when nothing has.
    pub(super) fn drain(&self) {
        self.is_draining.store(true, Ordering::SeqCst);
        for progress in self.open().iter().filter_map(Weak::upgrade) {
            progress.wake();
        }
    }

    pub(super) fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }

    /// Ends some connections without a request, and says whether there were any: first those that never sent one, then
    /// those that are idle longest, then those whose head does not come to its end, then those that do not read their
    /// answer. At the same tick, the older one. Those that have only just come stay as long as there are others.
    pub(super) fn make_room(&self) -> bool {
        let now = self.now(); // once: while it sorts, time must stand still
        let age = |moment: Moment| now.saturating_sub(moment.tick());
        let is_fresh =
            |moment: Moment| moment.phase() == Phase::New && age(moment) <= self.ticks(FRESH);
        let open: Vec<_> = self.open().iter().filter_map(Weak::upgrade).collect();
        let mut idle: Vec<_> = open
            .iter()
            .map(|progress| (progress.moment(), progress))
            .filter(|(moment, _)| match moment.phase() {
                Phase::New | Phase::Idle => true,
                // A head is sent at once; half of one may be all that was meant to come.
                Phase::Head | Phase::Body => age(*moment) > self.ticks(FRESH),
                // Whose answer has been said for a while does not read it.
                Phase::Answered => age(*moment) > self.ticks(UNREAD),
                Phase::Answering | Phase::Lingering => false,
            })
            .collect();
        idle.sort_by_key(|(moment, _)| (is_fresh(*moment), moment.phase(), moment.tick()));
        let others = idle.partition_point(|(moment, _)| !is_fresh(*moment));
        if others > 0 {
            idle.truncate(others);
        }
        idle.truncate(open.len() / 16 + 1);
        for (moment, progress) in &idle {
            progress.end(*moment);
        }
        !idle.is_empty()
    }

    fn limit(&self, phase: Phase) -> Duration {
        match phase {
            Phase::New | Phase::Idle => self.limits.idle,
            Phase::Head => self.limits.head,
            Phase::Body | Phase::Answering | Phase::Answered => self.limits.answer,
            Phase::Lingering => LINGER,
        }
    }

    fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    fn ticks(&self, time: Duration) -> u64 {
        u64::try_from(time.as_nanos() / self.tick.as_nanos()).unwrap_or(u64::MAX)
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Progress>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    pub(super) fn phase(&self) -> Phase {
        self.moment().phase()
    }

    /// The answer is there; what it took still counts.
    pub(super) fn answered(&self) {
        let moment = Moment::new(Phase::Answered, self.moment().tick());
        self.now.store(moment.0, Ordering::Relaxed);
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
            self.now.store(moment.0, Ordering::Relaxed);
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
        let too_long = Moment(self.too_long.load(Ordering::Relaxed));
        (too_long == self.moment()).then(|| too_long.phase())
    }

    /// Whether nothing has come for a while.
    pub(super) fn may_rest(&self) -> bool {
        Moment(self.rest.load(Ordering::Relaxed)) == self.moment()
    }

    fn moment(&self) -> Moment {
        Moment(self.now.load(Ordering::Relaxed))
    }

    fn end(&self, moment: Moment) {
        self.too_long.store(moment.0, Ordering::Relaxed);
        self.wake();
    }

    fn rest(&self, moment: Moment) {
        if self.rest.swap(moment.0, Ordering::Relaxed) != moment.0 {
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }
}

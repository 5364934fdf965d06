//! Writes lines, and says of each whether it was written.
//!
//! A thread does it: a disk may be slow, and those that answer requests must not wait for it. Lines that come while it
//! writes are written together by its next system call, so that under load, or on a slow disk, one serves many requests.
//! While it cannot go on, as when nobody reads a pipe, lines wait for it within limits of time and size.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, mem, thread};

use tokio::sync::{SetOnce, oneshot};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::line;
use super::target::Target;
use crate::token::UnixTime;

/// How long a batch may take. Of the 30 seconds that Heroku's router waits, a request may use up the others.
const PATIENCE: Duration = Duration::from_secs(2);

/// Time limit of one write to a full pipe. Shorter than [`PATIENCE`], so that requests learn which records were written.
const WRITE_TIMEOUT: Duration = Duration::from_millis(1500);

/// The most that waits to be written: the lines of some 10,000 tokens.
const MAX_BYTES: usize = 4 << 20;

/// How often a batch waits for others that can run.
const MAX_ROUNDS: usize = 8;

/// How often the thread checks by the clock whether the file is still at its path and, after writing has failed, whether it
/// works again.
const CHECK_INTERVAL: Duration = Duration::from_millis(500);

/// The most room that is kept for the next batch: a burst's is given back.
const MAX_SPARE: usize = 64 << 10;

#[derive(Debug)]
pub(super) struct Writer(Arc<Shared>);

/// The lines were not written, or not wholly.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unwritten;

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    has_work: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    /// What the thread writes next. Until it takes it, lines can be added.
    next: Option<Batch>,
    /// How many have not been written.
    bytes: usize,
    /// Room for the text of a batch.
    spare: Vec<u8>,
    wants_reopening: bool,
    is_closed: bool,
    /// Whether the last lines could not be written, or not in time.
    is_failing: bool,
}

/// Lines that are written together.
#[derive(Debug)]
struct Batch {
    text: Vec<u8>,
    /// Whether the thread may take it.
    is_ready: bool,
    /// Where its [`deliver`] learns how many bytes have been written.
    done: oneshot::Sender<usize>,
    /// Where all who wait learn it: each looks whether its lines are among them.
    written: Arc<SetOnce<usize>>,
}

/// Lines that are part of a batch.
struct Queued {
    /// Where they end in it.
    end: usize,
    /// Will say how much of it was written.
    written: Arc<SetOnce<usize>>,
    /// What tells that to its [`deliver`], for the first of a batch.
    outcome: Option<oneshot::Receiver<usize>>,
}

impl Writer {
    pub(super) fn start(target: Target, clock: fn() -> UnixTime) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("audit".to_owned());
        thread.spawn(move || theirs.write(target, clock))?;
        Ok(Self(shared))
    }

    /// Writes whole lines. If that takes too long, they may still be written later.
    pub(super) async fn write(&self, lines: Vec<u8>) -> Result<(), Unwritten> {
        let Queued {
            end,
            written,
            outcome,
        } = self.queue(&lines)?;
        drop(lines); // before others need as much
        if let Some(outcome) = outcome {
            let shared = Arc::clone(&self.0);
            // A task of its own, since a request may be dropped.
            tokio::spawn(deliver(shared, outcome, Arc::clone(&written)));
        }
        if *written.wait().await >= end {
            Ok(())
        } else {
            Err(Unwritten)
        }
    }

    fn queue(&self, lines: &[u8]) -> Result<Queued, Unwritten> {
        let mut queue = self.0.lock();
        if queue.bytes + lines.len() > MAX_BYTES {
            return Err(Unwritten);
        }
        queue.bytes += lines.len();
        let Queue { next, spare, .. } = &mut *queue;
        let mut outcome = None;
        let batch = next.get_or_insert_with(|| {
            let (batch, done) = Batch::new(mem::take(spare));
            outcome = Some(done);
            batch
        });
        batch.text.extend_from_slice(lines);
        Ok(Queued {
            end: batch.text.len(),
            written: Arc::clone(&batch.written),
            outcome,
        })
    }

    /// Whether lines cannot be written now.
    pub(super) fn is_failing(&self) -> bool {
        self.0.lock().is_failing
    }

    pub(super) fn reopen(&self) {
        self.0.lock().wants_reopening = true;
        self.0.has_work.notify_one();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.has_work.notify_one();
    }
}

impl Batch {
    fn new(room: Vec<u8>) -> (Self, oneshot::Receiver<usize>) {
        let (done, outcome) = oneshot::channel();
        let batch = Self {
            text: room,
            is_ready: false,
            done,
            written: Arc::default(),
        };
        (batch, outcome)
    }

    /// Whether nobody waits for it any more: all have been told that there is no token.
    fn is_given_up(&self) -> bool {
        self.done.is_closed()
    }
}

/// Lets the thread have a batch, and says to all who wait what has become of it. Were they told by the thread, each would
/// cost a system call that wakes the runtime; had each a time of its own, a timer.
async fn deliver(
    shared: Arc<Shared>,
    outcome: oneshot::Receiver<usize>,
    written: Arc<SetOnce<usize>>,
) {
    shared.gather().await;
    shared.release();
    let bytes = if let Ok(Ok(bytes)) = timeout(PATIENCE, outcome).await {
        bytes
    } else {
        shared.give_up();
        0
    };
    written.set(bytes).expect("nobody else sets it");
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner) // nothing panics between two changes of it
    }

    /// Lets who else can run add its lines, for as long as someone does, but not for ever: to wake the thread for each
    /// would cost more than to write them.
    async fn gather(&self) {
        let mut length = 0;
        for _ in 0..MAX_ROUNDS {
            let next = self.lock().next.as_ref().map_or(0, |next| next.text.len());
            let before = mem::replace(&mut length, next);
            if length == before {
                return;
            }
            yield_now().await;
        }
    }

    fn release(&self) {
        if let Some(next) = &mut self.lock().next {
            next.is_ready = true;
        }
        self.has_work.notify_one();
    }

    /// Drops what nobody waits for: lines that are not being written yet never are.
    fn give_up(&self) {
        let mut queue = self.lock();
        queue.is_failing = true; // until the thread goes on
        let Queue { next, bytes, .. } = &mut *queue;
        if let Some(next) = next.take_if(|next| next.is_given_up()) {
            *bytes -= next.text.len();
        }
    }

    /// The thread: writes until nobody can want it any more.
    fn write(&self, mut target: Target, clock: fn() -> UnixTime) {
        let mut checked = Instant::now();
        loop {
            let is_idle = |queue: &mut Queue| {
                let is_ready = queue.next.as_ref().is_some_and(|next| next.is_ready);
                !is_ready && !queue.wants_reopening && !queue.is_closed
            };
            let rest = CHECK_INTERVAL.saturating_sub(checked.elapsed());
            let queue = self.has_work.wait_timeout_while(self.lock(), rest, is_idle);
            let (mut queue, _) = queue.unwrap_or_else(PoisonError::into_inner);
            if queue.is_closed {
                return; // there is no request whose answer waits
            }
            let wants_reopening = mem::take(&mut queue.wants_reopening);
            let next = queue.next.take_if(|next| next.is_ready);
            drop(queue);

            if wants_reopening {
                target.reopen();
            }
            if checked.elapsed() >= CHECK_INTERVAL {
                target.check_periodically();
                if target.is_failing() {
                    probe(&mut target, clock());
                }
                checked = Instant::now();
                self.lock().is_failing = target.is_failing();
            }
            if let Some(next) = next {
                target.follow();
                self.write_batch(&mut target, next);
            }
        }
    }

    fn write_batch(&self, target: &mut Target, Batch { mut text, done, .. }: Batch) {
        let written = target.write(&text, WRITE_TIMEOUT);
        let mut queue = self.lock();
        queue.is_failing = target.is_failing();
        queue.bytes -= text.len();
        if text.capacity() <= MAX_SPARE {
            text.clear();
            queue.spare = text;
        }
        drop(queue);
        let _ = done.send(written); // unless nobody waits any more
    }
}

/// Probes whether the audit log can be written: writes a `resumed` record.
fn probe(target: &mut Target, now: UnixTime) {
    let mut line = Vec::new();
    line::resumed(now, &mut line);
    target.write(&line, Duration::ZERO);
}

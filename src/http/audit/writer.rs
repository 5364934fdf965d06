//! Writes lines, and says of each whether it was written.
//!
//! A thread does it: a disk may be slow, and those that answer requests must not wait for it. It takes all lines that
//! have come in the meantime and writes them at once, so that under load one system call serves many requests. While it
//! cannot go on, as when nobody reads a pipe, lines wait for it within limits of time and size.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, mem, thread};

use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::target::Target;

/// How long a batch may take. Of the 30 seconds that Heroku's router waits, a request may use up the others.
const PATIENCE: Duration = Duration::from_secs(2);

/// The most that waits to be written: the lines of some 10,000 tokens.
const MAX_BYTES: usize = 4 << 20;

/// How often a batch waits for others that can run.
const MAX_ROUNDS: usize = 8;

#[derive(Debug)]
pub(super) struct Writer(Arc<Shared>);

/// The lines were not written, or not wholly.
pub(super) struct Unwritten;

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    has_work: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    batch: Batch,
    handed_over: VecDeque<HandedOver>,
    /// How many have not been written.
    bytes: usize,
    wants_reopening: bool,
    is_closed: bool,
}

/// Lines that are written together.
#[derive(Debug, Default)]
struct Batch {
    text: Vec<u8>,
    waiting: Vec<Waiting>,
}

/// Who waits until the batch has been written up to the end of its lines.
#[derive(Debug)]
struct Waiting {
    end: usize,
    written: oneshot::Sender<()>,
}

/// What the thread is to write.
#[derive(Debug)]
struct HandedOver {
    text: Vec<u8>,
    /// Where it says how many bytes it has written.
    done: oneshot::Sender<usize>,
}

impl Writer {
    pub(super) fn start(target: Target) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("audit".to_owned());
        thread.spawn(move || theirs.write(target))?;
        Ok(Self(shared))
    }

    /// Writes whole lines. If that takes too long, they may still be written later.
    pub(super) async fn write(&self, lines: Vec<u8>) -> Result<(), Unwritten> {
        let (is_written, is_first) = self.queue(&lines)?;
        drop(lines); // before others need as much
        if is_first {
            tokio::spawn(deliver(Arc::clone(&self.0))); // a task of its own, since a request may be dropped
        }
        is_written.await.map_err(|_| Unwritten)
    }

    /// Also says whether it is the first of a batch.
    fn queue(&self, lines: &[u8]) -> Result<(oneshot::Receiver<()>, bool), Unwritten> {
        let (written, is_written) = oneshot::channel();
        let mut queue = self.0.lock();
        if queue.bytes + lines.len() > MAX_BYTES {
            return Err(Unwritten);
        }
        queue.bytes += lines.len();
        let is_first = queue.batch.text.is_empty();
        queue.batch.text.extend_from_slice(lines);
        let end = queue.batch.text.len();
        queue.batch.waiting.push(Waiting { end, written });
        Ok((is_written, is_first))
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

/// Takes a batch to the thread, and says to all who wait what has become of it. Were they told by the thread, each would
/// cost a system call that wakes the runtime; had each a time of its own, a timer.
async fn deliver(shared: Arc<Shared>) {
    shared.gather().await;
    let (waiting, is_done) = shared.hand_over();
    let Ok(Ok(bytes)) = timeout(PATIENCE, is_done).await else {
        return; // those who wait learn it by their own channels
    };
    for Waiting { end, written } in waiting {
        if end <= bytes {
            let _ = written.send(()); // unless nobody waits any more
        }
    }
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
            let before = mem::replace(&mut length, self.lock().batch.text.len());
            if length == before {
                return;
            }
            yield_now().await;
        }
    }

    fn hand_over(&self) -> (Vec<Waiting>, oneshot::Receiver<usize>) {
        let (done, is_done) = oneshot::channel();
        let mut queue = self.lock();
        let Batch { text, waiting } = mem::take(&mut queue.batch);
        queue.handed_over.push_back(HandedOver { text, done });
        self.has_work.notify_one();
        (waiting, is_done)
    }

    /// The thread: writes until nobody can want it any more.
    fn write(&self, mut target: Target) {
        loop {
            let is_idle = |queue: &mut Queue| {
                queue.handed_over.is_empty() && !queue.wants_reopening && !queue.is_closed
            };
            let queue = self.has_work.wait_while(self.lock(), is_idle);
            let mut queue = queue.unwrap_or_else(PoisonError::into_inner);
            let wants_reopening = mem::take(&mut queue.wants_reopening);
            let next = queue.handed_over.pop_front();
            let is_over = next.is_none() && queue.is_closed;
            drop(queue);

            if wants_reopening {
                target.reopen();
            }
            if let Some(HandedOver { text, done }) = next {
                let _ = done.send(target.write(&text)); // unless nobody waits any more
                self.lock().bytes -= text.len();
            }
            if is_over {
                return;
            }
        }
    }
}

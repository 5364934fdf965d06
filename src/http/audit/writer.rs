//! Writes lines, and says of each whether it was written.
//!
//! A thread does it: a disk may be slow, and those that answer requests must not wait for it. It takes all lines that
//! have come in the meantime and writes them at once, so that under load one system call serves many requests. No more
//! wait than there are requests.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::{io, mem, thread};

use tokio::sync::oneshot;
use tokio::task::yield_now;

use super::target::Target;

/// How often the first of a batch lets others run.
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
    /// Whether the thread has been told of it.
    is_handed_over: bool,
    wants_reopening: bool,
    is_closed: bool,
}

/// Lines that are written together.
#[derive(Debug, Default)]
struct Batch {
    text: Vec<u8>,
    /// Who waits, each with the end of its lines.
    waiting: Vec<(usize, oneshot::Sender<()>)>,
}

impl Writer {
    pub(super) fn start(target: Target) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("audit".to_owned());
        thread.spawn(move || theirs.write(target))?;
        Ok(Self(shared))
    }

    /// Writes whole lines.
    pub(super) async fn write(&self, lines: Vec<u8>) -> Result<(), Unwritten> {
        let length = lines.len();
        let (is_written, is_first) = self.queue(&lines);
        drop(lines); // before others need as much
        if is_first {
            let _at_the_end = HandOver(&self.0);
            self.gather(length).await;
        }
        is_written.await.map_err(|_| Unwritten)
    }

    /// Lets who else can run add its lines, for as long as someone does, but not for ever: to wake the thread for each
    /// would cost more than to write them.
    async fn gather(&self, mut length: usize) {
        for _ in 0..MAX_ROUNDS {
            yield_now().await;
            let before = mem::replace(&mut length, self.0.lock().batch.text.len());
            if length <= before {
                return;
            }
        }
    }

    /// Also says whether it was the first since the last batch was handed over.
    fn queue(&self, lines: &[u8]) -> (oneshot::Receiver<()>, bool) {
        let (written, is_written) = oneshot::channel();
        let mut queue = self.0.lock();
        let is_first = queue.batch.text.is_empty();
        queue.batch.text.extend_from_slice(lines);
        let end = queue.batch.text.len();
        queue.batch.waiting.push((end, written));
        (is_written, is_first)
    }

    pub(super) fn reopen(&self) {
        self.0.lock().wants_reopening = true;
        self.0.has_work.notify_one();
    }
}

/// Tells the thread of the batch, also when the request that began it is dropped.
struct HandOver<'a>(&'a Shared);

impl Drop for HandOver<'_> {
    fn drop(&mut self) {
        self.0.lock().is_handed_over = true;
        self.0.has_work.notify_one();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.has_work.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner) // nothing panics between two changes of it
    }

    /// The thread: writes until nobody can want it any more.
    fn write(&self, mut target: Target) {
        let mut batch = Batch::default();
        loop {
            let is_idle = |queue: &mut Queue| {
                !queue.is_handed_over && !queue.wants_reopening && !queue.is_closed
            };
            let queue = self.has_work.wait_while(self.lock(), is_idle);
            let mut queue = queue.unwrap_or_else(PoisonError::into_inner);
            mem::swap(&mut batch, &mut queue.batch);
            queue.is_handed_over = false;
            let wants_reopening = mem::take(&mut queue.wants_reopening);
            let is_closed = queue.is_closed;
            drop(queue);

            if wants_reopening {
                target.reopen();
            }
            let written = target.write(&batch.text);
            for (end, waiting) in batch.waiting.drain(..) {
                if end <= written {
                    let _ = waiting.send(()); // unless nobody waits any more
                }
            }
            if is_closed {
                return;
            }
            batch.text.clear();
        }
    }
}

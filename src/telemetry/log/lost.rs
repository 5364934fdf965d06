//! The count of log lines that were lost.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use tracing_appender::non_blocking::ErrorCounter;

/// The number of log lines lost since the process started: those that found the queue full, and those that standard
/// output did not accept. Clones share one count.
#[derive(Clone, Debug, Default)]
pub struct LinesLost(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Set once the queue exists.
    dropped: OnceLock<ErrorCounter>,
    unwritten: AtomicU64,
    reported: AtomicU64,
}

impl LinesLost {
    /// Returns the count.
    #[must_use]
    pub fn total(&self) -> u64 {
        let dropped = self.0.dropped.get().map_or(0, ErrorCounter::dropped_lines);
        let dropped = u64::try_from(dropped).unwrap_or(u64::MAX);
        dropped.saturating_add(self.0.unwritten.load(Ordering::Relaxed))
    }

    /// Includes the lines that found a queue full.
    pub(super) fn count_dropped_by(&self, queue: ErrorCounter) {
        self.0
            .dropped
            .set(queue)
            .expect("a log has one queue, set by its start");
    }

    /// Adds the lines of `text`, which could not be written.
    pub(super) fn add_unwritten(&self, text: &[u8]) {
        let lines = memchr::memchr_iter(b'\n', text).count();
        let lines = u64::try_from(lines).unwrap_or(u64::MAX);
        self.0.unwritten.fetch_add(lines, Ordering::Relaxed);
    }

    /// Returns whether lines were lost since the last report.
    pub(super) fn is_unreported(&self) -> bool {
        self.total() > self.0.reported.load(Ordering::Relaxed)
    }

    /// Logs the count if it has grown since the last report. A report that is lost itself makes the count grow, so that
    /// another one follows.
    pub(super) fn report(&self) {
        let total = self.total();
        if self.0.reported.swap(total, Ordering::Relaxed) < total {
            tracing::warn!(total, "log lines lost");
        }
    }
}

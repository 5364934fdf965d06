//! Writes the log's lines to standard output, in the log's thread.

use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use super::lost::LinesLost;
use crate::telemetry::Stdout;

/// Wait after each batch. The lines of the meantime become the next batch: without it, each line of a busy server would
/// wake the thread and cost a system call. A line after a longer silence is written at once.
const PAUSE: Duration = Duration::from_millis(10);

/// Shortest time between two reports of lost lines.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// A writer of whole lines that never fails: lines that cannot be written are counted.
#[derive(Debug)]
pub(super) struct LogWriter {
    stdout: Stdout,
    lines_lost: LinesLost,
    last_report: Option<Instant>,
}

impl LogWriter {
    pub(super) fn new(stdout: Stdout, lines_lost: LinesLost) -> Self {
        Self {
            stdout,
            lines_lost,
            last_report: None,
        }
    }

    fn report_loss(&mut self) {
        let is_due = |last: Instant| last.elapsed() >= REPORT_INTERVAL;
        if self.lines_lost.is_unreported() && self.last_report.is_none_or(is_due) {
            self.last_report = Some(Instant::now());
            self.lines_lost.report();
        }
    }
}

impl Write for LogWriter {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.report_loss(); // now, since the queue has room again for as many lines as these are
        let (written, _) = self.stdout.write(lines, None); // an error could only be logged here
        self.lines_lost.add_unwritten(&lines[written..]);
        Ok(lines.len())
    }

    /// Called when the queue is empty and the batch is written.
    fn flush(&mut self) -> io::Result<()> {
        thread::sleep(PAUSE);
        Ok(())
    }
}

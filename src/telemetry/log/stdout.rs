//! Standard output, as the log's thread writes to it.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::thread;
use std::time::{Duration, Instant};

use super::lost::LinesLost;

/// Wait after each batch. The lines of the meantime become the next batch: without it, each line of a busy server would
/// wake the thread and cost a system call. A line after a longer silence is written at once.
const PAUSE: Duration = Duration::from_millis(10);

/// Shortest time between two reports of lost lines.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// A writer of whole lines that never fails: lines that cannot be written are counted.
#[derive(Debug)]
pub(super) struct Stdout {
    /// `None` if the process has no standard output.
    file: Option<File>,
    lines_lost: LinesLost,
    /// Set while the last line is written in part only.
    is_torn: bool,
    last_report: Option<Instant>,
}

impl Stdout {
    pub(super) fn new(lines_lost: LinesLost) -> Self {
        let descriptor = io::stdout().as_fd().try_clone_to_owned();
        Self {
            file: descriptor.ok().map(File::from),
            lines_lost,
            is_torn: false,
            last_report: None,
        }
    }

    /// Writes `lines` and returns what could not be written.
    fn write_lines<'a>(&mut self, lines: &'a [u8]) -> &'a [u8] {
        // The audit log on standard output takes the same lock, so that neither's lines stand within the other's.
        let _lock = io::stdout().lock();
        let Some(file) = &self.file else {
            return lines;
        };
        if self.is_torn {
            if !write_all(file, b"\n").is_empty() {
                return lines;
            }
            self.is_torn = false;
        }
        let rest = write_all(file, lines);
        let written = &lines[..lines.len() - rest.len()];
        self.is_torn = written.last().is_some_and(|byte| *byte != b'\n');
        rest
    }

    fn report_loss(&mut self) {
        let is_due = |last: Instant| last.elapsed() >= REPORT_INTERVAL;
        if self.lines_lost.is_unreported() && self.last_report.is_none_or(is_due) {
            self.last_report = Some(Instant::now());
            self.lines_lost.report();
        }
    }
}

impl Write for Stdout {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.report_loss(); // now, since the queue has room again for as many lines as these are
        let rest = self.write_lines(lines);
        self.lines_lost.add_unwritten(rest);
        Ok(lines.len())
    }

    /// Called when the queue is empty and the batch is written.
    fn flush(&mut self) -> io::Result<()> {
        thread::sleep(PAUSE);
        Ok(())
    }
}

/// Writes as much of `bytes` as possible and returns the rest.
fn write_all<'a>(mut file: &File, mut bytes: &'a [u8]) -> &'a [u8] {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => break,
            Ok(count) => bytes = &bytes[count..],
            Err(error) => match error.kind() {
                ErrorKind::Interrupted => {}
                // Another process that shares the pipe may have made it non-blocking.
                ErrorKind::WouldBlock => thread::sleep(PAUSE),
                _ => break,
            },
        }
    }
    bytes
}

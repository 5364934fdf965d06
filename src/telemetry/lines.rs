//! Files that receive whole lines: standard output and the audit log.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// A file that receives whole lines. If a line is written only in part, the next write starts with a line break.
#[derive(Debug)]
pub struct LineFile {
    file: File,
    /// Set while the file ends within a line.
    is_torn: bool,
}

impl LineFile {
    /// Wraps `file`; `is_torn` states whether it ends within a line.
    #[must_use]
    pub fn new(file: File, is_torn: bool) -> Self {
        Self { file, is_torn }
    }

    /// Returns the file.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Writes `lines` and returns the number of bytes written, and the error if these are not all. While a non-blocking
    /// pipe is full, waits for its reader, until `timeout` if there is one.
    pub fn write(&mut self, lines: &[u8], timeout: Option<Duration>) -> (usize, io::Result<()>) {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        if self.is_torn {
            let (_, result) = self.write_bytes(b"\n", deadline);
            if result.is_err() {
                return (0, result);
            }
        }
        self.write_bytes(lines, deadline)
    }

    fn write_bytes(&mut self, bytes: &[u8], deadline: Option<Instant>) -> (usize, io::Result<()>) {
        let mut written = 0;
        while written < bytes.len() {
            let result = match self.file.write(&bytes[written..]) {
                Ok(0) => Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    written += count;
                    self.is_torn = bytes[written - 1] != b'\n';
                    Ok(())
                }
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => Ok(()),
                    ErrorKind::WouldBlock => self.wait_for_room(deadline),
                    _ => Err(error),
                },
            };
            if result.is_err() {
                return (written, result);
            }
        }
        (written, Ok(()))
    }

    fn wait_for_room(&self, deadline: Option<Instant>) -> io::Result<()> {
        let timeout = match deadline {
            None => None,
            Some(deadline) => {
                let rest = deadline.saturating_duration_since(Instant::now());
                Some(Timespec::try_from(rest).map_err(io::Error::other)?)
            }
        };
        let mut waited = [PollFd::new(&self.file, PollFlags::OUT)];
        match poll(&mut waited, timeout.as_ref()) {
            Ok(0) => Err(io::Error::new(
                ErrorKind::TimedOut,
                "its reader is too slow",
            )),
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Standard output. Clones share one lock and one state, so that no line is written within another one.
#[derive(Clone, Debug)]
pub struct Stdout(Arc<Mutex<Option<LineFile>>>);

impl Stdout {
    /// Opens standard output. If the process has none, each write fails.
    pub(super) fn open() -> Self {
        let descriptor = io::stdout().as_fd().try_clone_to_owned().ok();
        let file = descriptor.map(|descriptor| LineFile::new(descriptor.into(), false));
        Self(Arc::new(Mutex::new(file)))
    }

    /// Writes `lines` as [`LineFile::write`] does. The timeout does not include the wait for another clone's write.
    pub fn write(&self, lines: &[u8], timeout: Option<Duration>) -> (usize, io::Result<()>) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner); // each state of a `LineFile` is valid
        match file.as_mut() {
            Some(file) => file.write(lines, timeout),
            None => (0, Err(ErrorKind::NotFound.into())),
        }
    }
}

//! Where lines are written to.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::config::AuditLog;

/// A file, or standard output. What has been written has left the process; it is in the hands of the system.
#[derive(Debug)]
pub(super) struct Target {
    /// Nothing for standard output.
    path: Option<PathBuf>,
    file: File,
    /// Whether the last line stops in its middle.
    is_torn: bool,
    is_failing: bool,
}

impl Target {
    /// Nothing for [`AuditLog::Off`].
    pub(super) fn open(log: &AuditLog) -> io::Result<Option<Self>> {
        let (path, file) = match log {
            AuditLog::Off => return Ok(None),
            AuditLog::Stdout => (None, File::from(io::stdout().as_fd().try_clone_to_owned()?)),
            AuditLog::File(path) => (Some(path.clone()), open(path)?),
        };
        Ok(Some(Self {
            path,
            file,
            is_torn: false,
            is_failing: false,
        }))
    }

    /// Whether [`Target::open`] could open it. Leaves nothing behind: whoever asks may be another user than the server's.
    pub(super) fn check(log: &AuditLog) -> io::Result<()> {
        let AuditLog::File(path) = log else {
            return Ok(());
        };
        match OpenOptions::new().append(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let directory = path.parent().unwrap_or(path);
                access(directory, Access::WRITE_OK | Access::EXEC_OK)?;
                Ok(())
            }
            opened => opened.map(drop),
        }
    }

    /// Opens the file by its name again.
    pub(super) fn reopen(&mut self) {
        let Some(path) = &self.path else {
            return;
        };
        match open(path) {
            Ok(file) => {
                self.file = file;
                self.is_torn = false;
                tracing::info!("the audit's file was opened anew");
            }
            Err(error) => {
                tracing::error!(%error, "the audit's file cannot be opened anew; the old one is kept");
            }
        }
    }

    /// Writes whole lines; returns how many bytes have been written.
    pub(super) fn write(&mut self, lines: &[u8]) -> usize {
        if lines.is_empty() {
            return 0;
        }
        let (written, result) = self.try_write(lines);
        match result {
            Ok(()) if self.is_failing => tracing::info!("the audit can be written again"),
            Err(error) if !self.is_failing => {
                tracing::error!(%error, "the audit cannot be written: tokens are refused until it can");
            }
            Ok(()) | Err(_) => {}
        }
        self.is_failing = written < lines.len();
        written
    }

    fn try_write(&mut self, lines: &[u8]) -> (usize, io::Result<()>) {
        // The log's lines are written under the same lock: none stands within another.
        let _turn = self.path.is_none().then(|| io::stdout().lock());
        if self.is_torn {
            if let Err(error) = self.file.write_all(b"\n") {
                return (0, Err(error));
            }
            self.is_torn = false;
        }
        let mut written = 0;
        while written < lines.len() {
            match self.file.write(&lines[written..]) {
                Ok(0) => return (written, Err(io::ErrorKind::WriteZero.into())),
                Ok(count) => {
                    written += count;
                    self.is_torn = lines[written - 1] != b'\n';
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (written, Err(error)),
            }
        }
        (written, Ok(()))
    }
}

/// Lines are added to its end; whoever else uses the machine has no business in it.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(0o600).open(path)
}

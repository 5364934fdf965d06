//! Where lines are written to.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, OFlags, access, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

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
        Ok(match log {
            AuditLog::Off => None,
            AuditLog::Stdout => {
                let file = io::stdout().as_fd().try_clone_to_owned()?;
                Some(Self::new(None, file.into(), false))
            }
            AuditLog::File(path) => {
                let file = open(path, true)?;
                let is_torn = is_torn(path, &file);
                Some(Self::new(Some(path.clone()), file, is_torn))
            }
        })
    }

    pub(super) fn new(path: Option<PathBuf>, file: File, is_torn: bool) -> Self {
        Self {
            path,
            file,
            is_torn,
            is_failing: false,
        }
    }

    /// Whether [`Target::open`] could open it. Leaves nothing behind: whoever asks may be another user than the server's.
    pub(super) fn check(log: &AuditLog) -> io::Result<()> {
        let AuditLog::File(path) = log else {
            return Ok(());
        };
        match open(path, false) {
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
        match open(path, true) {
            Ok(file) => {
                self.is_torn = is_torn(path, &file);
                self.file = file;
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

/// Lines are added to its end; whoever else uses the machine has no business in it. A pipe that nobody reads is an error
/// instead of a wait.
fn open(path: &Path, may_create: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(may_create).mode(0o600);
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let file = options.open(path).map_err(|error| {
        if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) {
            io::Error::new(error.kind(), "it is a pipe that nobody reads yet")
        } else {
            error
        }
    })?;
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

/// Whether a file ends within a line: whoever wrote to it last may have been killed, or have had no room. One that cannot
/// be read is taken to, since an empty line harms less than two in one.
fn is_torn(path: &Path, file: &File) -> bool {
    let last = || -> io::Result<Option<u8>> {
        let Some(place) = file.metadata()?.len().checked_sub(1) else {
            return Ok(None); // empty, or no file that keeps what is written
        };
        let mut byte = [0];
        File::open(path)?.read_exact_at(&mut byte, place)?;
        Ok(Some(byte[0]))
    };
    !matches!(last(), Ok(None | Some(b'\n')))
}

//! Where lines are written to.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Access, OFlags, access};
use rustix::io::Errno;

use crate::config::AuditLog;
use crate::telemetry::{LineFile, Stdout};

/// A file, or standard output. What has been written has left the process; it is in the hands of the system.
#[derive(Debug)]
pub(super) struct Target {
    output: Output,
    is_failing: bool,
    /// The result of the last periodic check.
    last_place: Place,
}

#[derive(Debug)]
enum Output {
    Stdout(Stdout),
    File {
        path: PathBuf,
        /// `None` while the path names a file that cannot be opened.
        file: Option<LineFile>,
    },
    /// A file without a path.
    #[cfg(test)]
    Unnamed(LineFile),
}

/// Whether the path still names the open file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    AtPath,
    /// Renamed, and the path does not exist: a rotation is in progress.
    Moved,
    /// It was deleted, or the path names another file.
    Lost,
}

impl Target {
    /// Nothing for [`AuditLog::Off`].
    pub(super) fn open(log: &AuditLog, stdout: Stdout) -> io::Result<Option<Self>> {
        let output = match log {
            AuditLog::Off => return Ok(None),
            AuditLog::Stdout => Output::Stdout(stdout),
            AuditLog::File(path) => Output::File {
                path: path.clone(),
                file: Some(open_lines(path)?),
            },
        };
        Ok(Some(Self::new(output)))
    }

    /// Writes to a file without a path.
    #[cfg(test)]
    pub(super) fn of_file(file: File) -> Self {
        Self::new(Output::Unnamed(LineFile::new(file, false)))
    }

    fn new(output: Output) -> Self {
        Self {
            output,
            is_failing: false,
            last_place: Place::AtPath,
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

    /// Whether lines cannot be written: the last write failed, or the file is lost and cannot be opened.
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing
    }

    /// Opens the file by its path again. If that fails, the open file stays as long as the path names it.
    pub(super) fn reopen(&mut self) {
        let place = self.place();
        let Output::File { path, file } = &mut self.output else {
            return;
        };
        match open_lines(path) {
            Ok(opened) => {
                *file = Some(opened);
                self.last_place = Place::AtPath;
                tracing::info!("audit log reopened");
            }
            Err(error) if place == Place::AtPath => {
                tracing::error!(%error, "audit log not reopened; the open file is still in place");
            }
            Err(error) => {
                *file = None;
                self.report(Err(error));
            }
        }
    }

    /// Opens the file by its path again if it was deleted or replaced: records in a deleted file would be lost.
    pub(super) fn follow(&mut self) {
        if self.place() == Place::Lost {
            self.reopen();
        }
    }

    /// Checks the path every 500 ms. A moved file is opened again at the second check: before that, its rotation ends with
    /// a new file or SIGHUP.
    pub(super) fn check_periodically(&mut self) {
        match (self.place(), self.last_place) {
            (place @ Place::AtPath, _) | (place @ Place::Moved, Place::AtPath) => {
                self.last_place = place;
            }
            (Place::Moved | Place::Lost, _) => self.reopen(),
        }
    }

    fn place(&self) -> Place {
        let Output::File { path, file } = &self.output else {
            return Place::AtPath;
        };
        let Some(file) = file.as_ref().map(LineFile::file) else {
            return Place::Lost;
        };
        let identity = |of: &fs::Metadata| (of.dev(), of.ino());
        match (file.metadata(), fs::metadata(path)) {
            (Ok(open), Ok(named)) if identity(&open) == identity(&named) => Place::AtPath,
            (Ok(open), Err(error))
                if error.kind() == io::ErrorKind::NotFound && open.nlink() > 0 =>
            {
                Place::Moved
            }
            _ => Place::Lost,
        }
    }

    /// Writes whole lines and returns the number of bytes written. Waits up to `timeout` for the reader of a full pipe.
    pub(super) fn write(&mut self, lines: &[u8], timeout: Duration) -> usize {
        if lines.is_empty() {
            return 0;
        }
        let (written, result) = match &mut self.output {
            Output::Stdout(stdout) => stdout.write(lines, Some(timeout)),
            Output::File {
                file: Some(file), ..
            } => file.write(lines, Some(timeout)),
            Output::File { file: None, .. } => (0, Err(io::ErrorKind::NotFound.into())),
            #[cfg(test)]
            Output::Unnamed(file) => file.write(lines, Some(timeout)),
        };
        self.report(result);
        written
    }

    /// Logs when writing begins to fail, and when it works again.
    fn report(&mut self, result: io::Result<()>) {
        let was_failing = self.is_failing;
        self.is_failing = result.is_err();
        match result {
            Ok(()) if was_failing => tracing::info!("audit log recovered"),
            Err(error) if !was_failing => {
                tracing::error!(%error, "audit log failed; tokens are rejected until it recovers");
            }
            Ok(()) | Err(_) => {}
        }
    }
}

/// Opens the file at `path`, which is created if it does not exist.
fn open_lines(path: &Path) -> io::Result<LineFile> {
    let file = open(path, true)?;
    let is_torn = is_torn(path, &file);
    Ok(LineFile::new(file, is_torn))
}

/// Opens a file to append to; only its owner can read a new one. A pipe is non-blocking: opening it fails without a reader,
/// and a write to a full one has a timeout.
fn open(path: &Path, may_create: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(may_create).mode(0o600);
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    options.open(path).map_err(|error| {
        if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) {
            io::Error::new(error.kind(), "it is a pipe that nobody reads yet")
        } else {
            error
        }
    })
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

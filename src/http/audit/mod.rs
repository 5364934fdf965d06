//! The audit: a line for every token that is issued, and for every one that its caller may not have.
//!
//! Nothing is lost: an answer leaves after its lines have been written, and if they cannot be, it is a 503. The road of
//! every token knows nothing of requests; what is to be written waits in the request's task for its answer.

mod line;
mod target;
#[cfg(test)]
mod tests;
mod writer;

use std::cell::RefCell;
use std::fs;
use std::future::Future;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use prometheus::IntCounter;

use line::{Asked, Asker, Origin};
use target::Target;
use writer::Writer;

use super::error::Error;
use super::metrics::{Counters, Metrics};
use super::request_id::RequestId;
use super::state::AppState;
use super::table::Route;
use crate::access::Caller;
use crate::config::AuditLog;
use crate::issuer::{Issued, TokenRequest};
use crate::telemetry::Stdout;
use crate::token::UnixTime;

tokio::task_local! {
    static RECORD: RefCell<Record>;
}

/// Where it is written down who got which token.
#[derive(Clone, Debug)]
pub struct Audit(Arc<Writer>);

/// What a request has come to so far.
struct Record {
    origin: Origin,
    /// Who was refused what last.
    asked: Option<Box<Asked>>,
    lines: Vec<u8>,
    /// What counts one more once the lines have been written.
    counters: Counters,
}

impl Audit {
    /// Opens where the lines go; nothing when they go nowhere.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn open(
        log: &AuditLog,
        stdout: Stdout,
        clock: fn() -> UnixTime,
    ) -> io::Result<Option<Self>> {
        let Some(target) = Target::open(log, stdout)? else {
            return Ok(None);
        };
        Ok(Some(Self(Arc::new(Writer::start(target, clock)?))))
    }

    /// Whether it could be opened, without making a file.
    ///
    /// # Errors
    ///
    /// When it could not.
    pub fn check(log: &AuditLog) -> io::Result<()> {
        Target::check(log)
    }

    /// Returns the path of the file if it is a symbolic link, unless that is one of the system's own, such as `/dev/stdout`.
    #[must_use]
    pub fn symlink(log: &AuditLog) -> Option<&Path> {
        match log {
            AuditLog::File(path) => (path.is_symlink() && !is_of_system(path)).then_some(path),
            AuditLog::Off | AuditLog::Stdout => None,
        }
    }

    /// Opens the file by its path again, after it was moved away. If that fails, tokens are rejected until it works, unless
    /// the path still names the open file.
    pub fn reopen(&self) {
        self.0.reopen();
    }

    /// Whether records cannot be written now: the last write failed or has not ended, or the file cannot be opened. A token
    /// request still tries to write its own. A success, of a request or of the check twice a second, ends it.
    pub(super) fn is_failing(&self) -> bool {
        self.0.is_failing()
    }

    /// The answer to a request, once its lines have been written; another one if they cannot be.
    pub(super) async fn written(
        &self,
        answer: Pin<&mut impl Future<Output = Result<Response, Error>>>,
        id: &RequestId,
        route: Route,
        state: &AppState,
    ) -> Result<Response, Error> {
        let record = Record {
            origin: Origin {
                id: id.clone(),
                route,
                app_id: state.project().app_id,
            },
            asked: None,
            lines: Vec::new(),
            counters: Counters::new(),
        };
        let mut answer = pin!(RECORD.scope(RefCell::new(record), answer));
        let answered = answer.as_mut().await;
        let mut record = answer.take_value().expect("nobody else takes it");
        let error = match &answered {
            Ok(response) => response
                .extensions()
                .get::<Arc<Error>>()
                .map(|error| error.meaning()),
            Err(error) => Some(error.meaning()),
        };
        if let Some(error) = error.filter(|error| error.status == StatusCode::FORBIDDEN) {
            record.get_mut().refused(error.code, state.now());
        }
        let Record {
            lines, counters, ..
        } = record.into_inner();
        if lines.is_empty() {
            return answered;
        }
        match self.0.write(lines).await {
            Ok(()) => {
                counters.iter().for_each(IntCounter::inc);
                answered
            }
            Err(_) => Err(Error::AuditUnavailable),
        }
    }
}

/// Returns whether a symbolic link in `/dev` leads to a character device or a pipe, or to a descriptor of the process.
fn is_of_system(link: &Path) -> bool {
    let is_descriptor = || {
        let target = fs::read_link(link);
        link.starts_with("/dev/fd")
            || target.is_ok_and(|target| target.starts_with("/proc/self/fd"))
    };
    let is_device = || {
        let target = fs::metadata(link).map(|metadata| metadata.file_type());
        target.is_ok_and(|target| target.is_char_device() || target.is_fifo())
    };
    link.starts_with("/dev") && (is_device() || is_descriptor())
}

/// Remembers what was granted to whom, and the token, which is counted only when that is written down.
pub(super) fn issued(
    caller: &Caller,
    granted: &TokenRequest,
    token: &Issued,
    metrics: Option<&Metrics>,
) {
    with_record(|record| {
        if let Some(metrics) = metrics {
            metrics.will_be_issued(&granted.subject, &mut record.counters);
        }
        let asker = Asker::of(caller);
        record
            .origin
            .issued(&asker, granted, token, &mut record.lines);
    });
}

/// Remembers who was refused what, until the answer says why.
pub(super) fn refused(caller: &Caller, request: &TokenRequest) {
    with_record(|record| {
        record.asked = Some(Box::new(Asked {
            asker: Asker::of(caller).into_owned(),
            request: request.clone(),
        }));
    });
}

/// Panics outside the requests of an audited server: better no token than one without its line.
fn with_record(change: impl FnOnce(&mut Record)) {
    RECORD.with(|record| change(&mut record.borrow_mut()));
}

impl Record {
    fn refused(&mut self, reason: &'static str, now: UnixTime) {
        let asked = self.asked.take();
        let asked = asked.as_deref();
        self.origin.refused(asked, reason, now, &mut self.lines);
    }
}

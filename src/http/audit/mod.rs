//! The audit: a line for every token that is issued, and for every one that its caller may not have.
//!
//! Nothing is lost: an answer leaves after its lines have been written, and if they cannot be, it is a 503. The road of
//! every token knows nothing of requests; what is to be written waits in the request's task for its answer.

mod line;
mod target;
mod writer;

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use line::Asked;
pub(super) use line::Origin;
use target::Target;
use writer::Writer;

use super::error::Error;
use crate::config::AuditLog;
use crate::issuer::{Issued, TokenRequest};
use crate::token::UnixTime;

tokio::task_local! {
    static RECORD: RefCell<Record>;
}

/// Where it is written down who got which token.
#[derive(Clone, Debug)]
pub struct Audit(Arc<Writer>);

/// What a request has come to so far.
#[derive(Default)]
struct Record {
    /// What was asked for last, until it is issued.
    asked: Option<Asked>,
    issued: Vec<(Asked, Issued)>,
}

impl Audit {
    /// Opens where the lines go; nothing when they go nowhere.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn open(log: &AuditLog) -> io::Result<Option<Self>> {
        let Some(target) = Target::open(log)? else {
            return Ok(None);
        };
        Ok(Some(Self(Arc::new(Writer::start(target)?))))
    }

    /// Opens the file by its name again, after it was moved away. If that fails the old one is kept, and the log says
    /// so.
    pub fn reopen(&self) {
        self.0.reopen();
    }

    /// The answer to a request, once its lines have been written; another one if they cannot be.
    pub(super) async fn written(
        &self,
        answer: impl Future<Output = Response>,
        origin: Origin<'_>,
    ) -> Response {
        let mut answer = pin!(RECORD.scope(RefCell::default(), answer));
        let response = answer.as_mut().await;
        let record = answer.take_value().expect("nobody else takes it");
        let lines = record.into_inner().lines(&response, origin);
        if lines.is_empty() {
            return response;
        }
        match self.0.write(&lines).await {
            Ok(()) => response,
            Err(_) => Error::Unaudited.into_response(),
        }
    }
}

/// Remembers who asks, by kind and name, and for what, until it is issued or refused.
pub(super) fn asks(
    caller: &'static str,
    caller_name: Option<&str>,
    request: &TokenRequest,
    now: UnixTime,
) {
    with_record(|record| {
        record.asked = Some(Asked {
            caller,
            caller_name: caller_name.map(str::to_owned),
            now,
            request: request.clone(),
        });
    });
}

/// Remembers that it was issued, and how much of it was granted.
pub(super) fn issued(granted: &TokenRequest, token: &Issued) {
    with_record(|record| {
        if let Some(asked) = record.asked.take() {
            record.issued.push((asked.granted(granted), token.clone()));
        }
    });
}

/// Does nothing outside the requests of an audited server.
fn with_record(change: impl FnOnce(&mut Record)) {
    let _ = RECORD.try_with(|record| change(&mut record.borrow_mut()));
}

impl Record {
    fn lines(self, response: &Response, origin: Origin<'_>) -> Vec<u8> {
        let mut lines = Vec::new();
        for (granted, token) in &self.issued {
            origin.issued(granted, token, &mut lines);
        }
        let error = response.extensions().get::<Arc<Error>>();
        let error = error.map(|error| error.meaning());
        if let Some(error) = error.filter(|error| error.status == StatusCode::FORBIDDEN) {
            origin.refused(self.asked.as_ref(), error.code, &mut lines);
        }
        lines
    }
}

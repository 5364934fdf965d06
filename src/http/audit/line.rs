//! A line of the audit: one JSON object, flat but for the services of a token.
//!
//! Most of it needs no escaping and is copied as it is: names of this server's own, digits, an id of safe characters.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::access::Caller;
use crate::http::request_id::{RequestId, hexadecimal};
use crate::http::table::Route;
use crate::issuer::{Issued, TokenRequest};
use crate::token::explain::rfc3339_bytes;
use crate::token::{AppId, UnixTime};

/// Room for the line of most tokens.
const USUAL_BYTES: usize = 512;

/// Who asks: the kind of caller and, unless it is anonymous, its name.
pub(super) struct Asker<'a> {
    pub(super) kind: &'static str,
    pub(super) name: Option<Cow<'a, str>>,
}

impl<'a> Asker<'a> {
    pub(super) fn of(caller: &'a Caller) -> Self {
        Self {
            kind: caller.kind(),
            name: caller.name().map(Cow::Borrowed),
        }
    }

    pub(super) fn into_owned(self) -> Asker<'static> {
        Asker {
            kind: self.kind,
            name: self.name.map(|name| Cow::Owned(name.into_owned())),
        }
    }
}

/// What was asked for, and by whom.
pub(super) struct Asked {
    pub(super) asker: Asker<'static>,
    pub(super) request: TokenRequest,
}

/// Where it was asked.
pub(super) struct Origin {
    pub(super) id: RequestId,
    pub(super) route: Route,
    pub(super) app_id: AppId,
}

impl Origin {
    /// Adds the line of a token.
    pub(super) fn issued(
        &self,
        asker: &Asker<'_>,
        granted: &TokenRequest,
        token: &Issued,
        lines: &mut Vec<u8>,
    ) {
        let mut line = Line::begin(lines, token.issued_at, "issued");
        line.origin(self);
        line.asker(asker);
        line.request(granted, token.issued_at);
        line.json("expires_at", &token.expires_at.map(UnixTime::seconds));
        line.bytes("fingerprint", &fingerprint(&token.token));
        line.end();
    }

    /// Adds the line of a refusal. What was asked for is not known when the caller was refused before.
    pub(super) fn refused(
        &self,
        asked: Option<&Asked>,
        reason: &'static str,
        now: UnixTime,
        lines: &mut Vec<u8>,
    ) {
        let mut line = Line::begin(lines, now, "refused");
        line.text("reason", reason);
        line.origin(self);
        if let Some(asked) = asked {
            line.asker(&asked.asker);
            line.request(&asked.request, now);
        }
        line.end();
    }
}

/// Adds the line that proves, after writing has failed, that it works again. It marks the end of the gap.
pub(super) fn resumed(now: UnixTime, lines: &mut Vec<u8>) {
    Line::begin(lines, now, "resumed").end();
}

/// A line that is being written.
struct Line<'a>(&'a mut Vec<u8>);

impl<'a> Line<'a> {
    fn begin(lines: &'a mut Vec<u8>, time: UnixTime, audit: &'static str) -> Self {
        lines.reserve(USUAL_BYTES);
        lines.push(b'{');
        let mut line = Self(lines);
        line.bytes("time", &rfc3339_bytes(time.seconds().into()));
        line.text("audit", audit);
        line
    }

    fn origin(&mut self, Origin { id, route, app_id }: &Origin) {
        self.text("request_id", id.as_str());
        self.text("shape", route.shape);
        self.text("route", route.pattern);
        self.text("app_id", app_id.as_str());
    }

    fn asker(&mut self, asker: &Asker<'_>) {
        self.text("caller", asker.kind);
        if let Some(name) = &asker.name {
            self.json("caller_name", name);
        }
    }

    fn request(&mut self, request: &TokenRequest, now: UnixTime) {
        self.text("version", request.version().as_str());
        self.json("services", &request.bound(now));
    }

    /// A field whose text needs no escaping.
    fn text(&mut self, name: &'static str, text: &str) {
        self.bytes(name, text.as_bytes());
    }

    /// The same of its bytes.
    fn bytes(&mut self, name: &'static str, text: &[u8]) {
        self.name(name);
        self.0.push(b'"');
        self.0.extend_from_slice(text);
        self.0.extend_from_slice(b"\",");
    }

    fn json(&mut self, name: &'static str, value: &impl serde::Serialize) {
        self.name(name);
        serde_json::to_writer(&mut *self.0, value).expect("texts and numbers, into memory");
        self.0.push(b',');
    }

    fn name(&mut self, name: &'static str) {
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    fn end(self) {
        self.0.pop(); // the last comma
        self.0.extend_from_slice(b"}\n");
    }
}

/// Finds a token's line without keeping the token: the first 64 bits of its SHA-256, in hexadecimal digits.
fn fingerprint(token: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(token).into();
    let (first, _) = digest.split_first_chunk().expect("8 of 32 bytes");
    hexadecimal(*first)
}

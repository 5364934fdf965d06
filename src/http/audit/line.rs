//! A line of the audit: flat but for the services of a token, one JSON object.

use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::http::request_id::RequestId;
use crate::http::state::AppState;
use crate::http::table::Route;
use crate::issuer::{Bound, Issued, TokenRequest};
use crate::token::UnixTime;
use crate::token::explain::rfc3339;

/// What was asked for, by whom, and when.
pub(super) struct Asked {
    pub(super) caller: &'static str,
    pub(super) caller_name: Option<String>,
    pub(super) now: UnixTime,
    pub(super) request: TokenRequest,
}

impl Asked {
    /// The same, as far as it was granted.
    pub(super) fn granted(self, request: &TokenRequest) -> Self {
        Self {
            request: request.clone(),
            ..self
        }
    }
}

/// A request, as its lines tell of it.
#[derive(Clone, Copy)]
pub(in crate::http) struct Origin<'a> {
    pub(in crate::http) id: &'a RequestId,
    pub(in crate::http) route: Route,
    pub(in crate::http) state: &'a AppState,
}

/// Its fields, in their order.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    audit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    request_id: &'a str,
    shape: &'static str,
    route: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller_name: Option<&'a str>,
    app_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    services: Vec<Bound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<&'a str>,
}

impl Origin<'_> {
    /// Adds the line of a token.
    pub(super) fn issued(self, granted: &Asked, token: &Issued, lines: &mut Vec<u8>) {
        self.line(Some(granted), None, Some(token), lines);
    }

    /// Adds the line of a refusal. What was asked for is not known when the caller was refused before.
    pub(super) fn refused(self, asked: Option<&Asked>, reason: &'static str, lines: &mut Vec<u8>) {
        self.line(asked, Some(reason), None, lines);
    }

    fn line(
        self,
        asked: Option<&Asked>,
        reason: Option<&'static str>,
        token: Option<&Issued>,
        lines: &mut Vec<u8>,
    ) {
        let now = asked.map_or_else(|| self.state.now(), |asked| asked.now);
        let fingerprint = token.map(|issued| fingerprint(&issued.token));
        let app_id = self.state.project().app_id;
        let line = Line {
            time: rfc3339(now.seconds().into()),
            audit: if token.is_some() { "issued" } else { "refused" },
            reason,
            request_id: self.id.as_str(),
            shape: self.route.shape,
            route: self.route.pattern,
            caller: asked.map(|asked| asked.caller),
            caller_name: asked.and_then(|asked| asked.caller_name.as_deref()),
            app_id: app_id.as_str(),
            version: asked.map(|asked| asked.request.version().as_str()),
            services: asked
                .map(|asked| asked.request.bound(now))
                .unwrap_or_default(),
            expires_at: token.map(|issued| issued.expires_at.seconds()),
            fingerprint: fingerprint.as_deref(),
        };
        serde_json::to_writer(&mut *lines, &line).expect("texts and numbers, into memory");
        lines.push(b'\n');
    }
}

/// Finds a token's line without keeping the token: the first 64 bits of its SHA-256, in hexadecimal digits.
fn fingerprint(token: &str) -> String {
    let mut digits = String::with_capacity(16);
    for byte in &Sha256::digest(token)[..8] {
        write!(digits, "{byte:02x}").expect("into memory");
    }
    digits
}

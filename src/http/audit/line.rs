//! A line of the audit: one JSON object, flat but for the services of a token.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::http::request_id::{RequestId, hexadecimal};
use crate::http::table::Route;
use crate::issuer::{Bound, Issued, TokenRequest};
use crate::token::explain::rfc3339;
use crate::token::{AppId, UnixTime};

/// What was asked for, and by whom.
pub(super) struct Asked {
    pub(super) caller: &'static str,
    pub(super) caller_name: Option<String>,
    pub(super) request: TokenRequest,
}

/// Where it was asked.
pub(super) struct Origin {
    pub(super) id: RequestId,
    pub(super) route: Route,
    pub(super) app_id: AppId,
}

/// The fields, in their order.
#[derive(Serialize)]
pub(super) struct Line<'a> {
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
    app_id: AppId,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    services: Vec<Bound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<Fingerprint>,
}

impl<'a> Line<'a> {
    /// The line of a token.
    pub(super) fn issued(
        origin: &'a Origin,
        asked: Option<&'a Asked>,
        granted: &TokenRequest,
        token: &Issued,
    ) -> Self {
        Self {
            expires_at: Some(token.expires_at.seconds()),
            fingerprint: Some(Fingerprint::of(&token.token)),
            ..Self::new("issued", origin, asked, Some(granted), token.issued_at)
        }
    }

    /// The line of a refusal; what was asked for is not known when the caller was refused before.
    pub(super) fn refused(
        origin: &'a Origin,
        asked: Option<&'a Asked>,
        reason: &'static str,
        now: UnixTime,
    ) -> Self {
        Self {
            reason: Some(reason),
            ..Self::new(
                "refused",
                origin,
                asked,
                asked.map(|asked| &asked.request),
                now,
            )
        }
    }

    fn new(
        audit: &'static str,
        origin: &'a Origin,
        asked: Option<&'a Asked>,
        request: Option<&TokenRequest>,
        now: UnixTime,
    ) -> Self {
        Self {
            time: rfc3339(now.seconds().into()),
            audit,
            reason: None,
            request_id: origin.id.as_str(),
            shape: origin.route.shape,
            route: origin.route.pattern,
            caller: asked.map(|asked| asked.caller),
            caller_name: asked.and_then(|asked| asked.caller_name.as_deref()),
            app_id: origin.app_id,
            version: request.map(|request| request.version().as_str()),
            services: request
                .map(|request| request.bound(now))
                .unwrap_or_default(),
            expires_at: None,
            fingerprint: None,
        }
    }

    pub(super) fn write(&self, lines: &mut Vec<u8>) {
        lines.reserve(512);
        serde_json::to_writer(&mut *lines, self).expect("texts and numbers, into memory");
        lines.push(b'\n');
    }
}

/// Finds a token's line without keeping the token: the first 64 bits of its SHA-256, in hexadecimal digits.
struct Fingerprint([u8; 16]);

impl Fingerprint {
    fn of(token: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(token).into();
        let (first, _) = digest.split_first_chunk().expect("8 of 32 bytes");
        Self(hexadecimal(*first))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(str::from_utf8(&self.0).expect("hexadecimal digits"))
    }
}

//! Answers, with the headers that belong to their kind.

use axum::body::{Body, HttpBody};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, EXPIRES, PRAGMA,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::budget::{Repeatable, Shared};
use super::cors::Allowed;
use super::error::Meaning;
use super::request_id;

/// A header that is the same in every answer of a kind: checked when the server is compiled.
type Header = (HeaderName, HeaderValue);

const fn header(name: HeaderName, value: &'static str) -> Header {
    (name, HeaderValue::from_static(value))
}

const NOSNIFF: Header = header(X_CONTENT_TYPE_OPTIONS, "nosniff");

const JSON: &str = "application/json; charset=utf-8";

/// The headers of an answer that has none of its own: it is in JSON, and nobody may keep it. They are copied as they are,
/// since a map that grows asks for more than the allocator keeps at hand.
#[derive(Debug)]
pub(super) struct Usual {
    headers: HeaderMap,
    /// The same, with a place for the id of a request.
    with_id: HeaderMap,
    /// Who may read an answer with these.
    allowed: Allowed,
}

impl Usual {
    /// Those where most answers may be read by whom `allowed` says.
    pub(super) fn new(allowed: Allowed) -> Self {
        let mut headers = HeaderMap::with_capacity(8);
        headers.extend(private(JSON));
        allowed.stamp(&mut headers);
        let mut with_id = headers.clone();
        with_id.insert(request_id::NAME, HeaderValue::from_static("-"));
        Self {
            headers,
            with_id,
            allowed,
        }
    }

    /// Those of an answer that says an id or does not, and that others than usual may read.
    pub(super) fn copy(&self, allowed: &Allowed, has_id: bool) -> HeaderMap {
        let headers = if has_id { &self.with_id } else { &self.headers };
        let mut headers = headers.clone();
        if *allowed != self.allowed {
            allowed.stamp(&mut headers);
        }
        headers
    }
}

/// An answer in JSON that nobody may keep, with the [`Usual`] headers, which it gets on its way out: a token is for the
/// one who asked, and its time runs. Whoever gives it a header of its own gives it all of them.
pub(super) fn in_json(body: impl Into<Body>) -> Response {
    Response::new(body.into())
}

/// A JSON response to a request that changed nothing: see [`Repeatable`].
pub(super) fn repeatable_json(body: impl Into<Body>) -> Response {
    let mut response = in_json(body);
    response.extensions_mut().insert(Repeatable);
    response
}

/// An answer in JSON that is the same for everyone for as long as the server runs.
pub(super) fn public_json(body: impl Into<Body>) -> Response {
    public(JSON, body)
}

/// A file for pages of any origin.
pub(super) fn file(content_type: &'static str, body: &'static str) -> Response {
    public(content_type, body)
}

fn public(content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = [
        header(CONTENT_TYPE, content_type),
        header(CACHE_CONTROL, "no-cache"),
        NOSNIFF,
    ];
    response.extensions_mut().insert(Shared);
    stamp(&mut response, headers);
    response
}

/// What the server has counted until now.
pub(super) fn exposition(body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.extensions_mut().insert(Repeatable);
    stamp(
        &mut response,
        private("text/plain; version=0.0.4; charset=utf-8"),
    );
    response
}

/// A part of a page that runs no code and loads nothing from elsewhere.
pub(super) fn page(content_type: &'static str, body: impl Into<Body>) -> Response {
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; \
                  frame-ancestors 'none'";
    guarded(content_type, HeaderValue::from_static(policy), body.into())
}

/// A part of a page whose code is the server's own, and asks this server alone.
pub(super) fn page_with_code(content_type: &'static str, body: impl Into<Body>) -> Response {
    let policy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
                  base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    guarded(content_type, HeaderValue::from_static(policy), body.into())
}

/// A page that also runs the Web SDK of an origin, which talks to the vendor's network at ports of its own.
pub(super) fn page_with_sdk(html: impl Into<Body>, policy: HeaderValue) -> Response {
    guarded("text/html; charset=utf-8", policy, html.into())
}

/// The one style attribute that the SDK writes: that of a video in which it measures what a camera sends.
const SDK_STYLE: &str = "position: fixed; top: 0; left: 0; width: 1px; height: 1px";

/// What such a page may do. In Safari the SDK reads what is sent beside the media in a worker of its own making. No form
/// is sent anywhere, so that a key which is typed there stands in no URL.
pub(super) fn policy_with_sdk(origin: &str) -> HeaderValue {
    let style = BASE64_STANDARD.encode(Sha256::digest(SDK_STYLE));
    let policy = format!(
        "default-src 'none'; script-src 'self' {origin}; connect-src 'self' https://*.agora.io:* wss://*.agora.io:* \
         https://*.sd-rtn.com:* wss://*.sd-rtn.com:*; style-src 'self'; \
         style-src-attr 'unsafe-hashes' 'sha256-{style}'; img-src 'self'; worker-src blob:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("an origin is printable ASCII")
}

fn guarded(content_type: &'static str, policy: HeaderValue, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = [
        header(CONTENT_TYPE, content_type),
        header(CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, policy),
        header(REFERRER_POLICY, "no-referrer"),
        NOSNIFF,
    ];
    response.extensions_mut().insert(Shared);
    stamp(&mut response, headers);
    response
}

/// A body, and what it is.
#[derive(Debug)]
pub(super) enum Payload {
    Json(String),
    /// Problem details in JSON (RFC 9457).
    Problem(String),
    Text(String),
}

/// The error of most servers: `{"error":"…"}`.
pub(super) fn plain_error(_meaning: Meaning, message: &str) -> Payload {
    Payload::Json(json!({ "error": message }).to_string())
}

/// Gives a response the body of an error, and leaves it the headers that it has.
pub(super) fn fill(response: &mut Response, payload: Payload) {
    let (content_type, body) = match payload {
        Payload::Json(json) => (JSON, json),
        Payload::Problem(json) => ("application/problem+json", json),
        Payload::Text(text) => ("text/plain; charset=utf-8", text),
    };
    *response.body_mut() = body.into();
    stamp(response, private(content_type));
}

/// Leaves of an answer what a `HEAD` is answered with: everything but the body, whose length is said.
pub(super) fn leave_head(response: &mut Response) {
    let length = response.body().size_hint().exact();
    *response.body_mut() = Body::empty();
    if let Some(length) = length {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
}

/// The headers of an answer that nobody may keep. `Cache-Control`, `Expires` and `Pragma` are those of the Node sample.
const fn private(content_type: &'static str) -> [Header; 5] {
    [
        header(CONTENT_TYPE, content_type),
        header(
            CACHE_CONTROL,
            "private, no-cache, no-store, must-revalidate",
        ),
        header(EXPIRES, "-1"),
        header(PRAGMA, "no-cache"),
        NOSNIFF,
    ]
}

fn stamp<const N: usize>(response: &mut Response, headers: [Header; N]) {
    response.headers_mut().reserve(2 * N); // CORS adds some
    for (name, value) in headers {
        response.headers_mut().insert(name, value);
    }
}

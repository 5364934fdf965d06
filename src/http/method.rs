//! Methods by name, where a name becomes a part of a log or a metric: a method may be any word of any length.

use axum::http::Method;

/// The names, with one for all others.
pub(super) const NAMES: [&str; 9] = [
    "GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "other",
];

/// Where a method's name stands among them.
pub(super) fn position(method: &Method) -> usize {
    let known = NAMES.iter().position(|name| *name == method.as_str());
    known.unwrap_or(NAMES.len() - 1)
}

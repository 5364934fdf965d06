//! The module for web pages, as it also stands in `clients/web/` for npm.

use axum::response::Response;

use crate::http::answer;

const MODULE: &str = include_str!("../../../clients/web/token-client.js");
const TYPES: &str = include_str!("../../../clients/web/token-client.d.ts");

pub(in crate::http) async fn module() -> Response {
    answer::file("text/javascript; charset=utf-8", MODULE)
}

/// Its types, where an editor looks for them.
pub(in crate::http) async fn types() -> Response {
    answer::file("application/typescript; charset=utf-8", TYPES)
}

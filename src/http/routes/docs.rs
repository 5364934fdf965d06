//! The description of the server: for programs `/openapi.json`, for people `/docs`.

use axum::body::Bytes;
use axum::response::Response;

use crate::http::answer;

/// What the pages have in common.
const STYLE: &str = include_str!("../../web/style.css");
const ELEMENTS: &str = include_str!("../../web/elements.js");
const ICON: &str = include_str!("../../web/icon.svg");
const HTML: &str = include_str!("../../web/docs.html");
const CSS: &str = include_str!("../../web/docs.css");
const JS: &str = include_str!("../../web/docs.js");

/// A document that was written when it was first asked for.
pub(in crate::http) fn openapi(document: Bytes) -> Response {
    answer::public_json(document)
}

pub(in crate::http) async fn style() -> Response {
    answer::page("text/css; charset=utf-8", STYLE)
}

pub(in crate::http) async fn elements() -> Response {
    answer::page_with_code("text/javascript; charset=utf-8", ELEMENTS)
}

/// Asked for by browsers that show an answer in JSON, too.
pub(in crate::http) async fn icon() -> Response {
    answer::page("image/svg+xml", ICON)
}

/// The page; its script reads the document and tries what is described there.
pub(in crate::http) async fn html() -> Response {
    answer::page_with_code("text/html; charset=utf-8", HTML)
}

pub(in crate::http) async fn css() -> Response {
    answer::page_with_code("text/css; charset=utf-8", CSS)
}

pub(in crate::http) async fn js() -> Response {
    answer::page_with_code("text/javascript; charset=utf-8", JS)
}

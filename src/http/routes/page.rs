//! The page at `/`: the server runs, and here is a link to try.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::Response;

use crate::http::state::AppState;

const HTML: &str = include_str!("../../web/page.html");
const ICON: &str = include_str!("../../web/icon.svg");
const CSS: &str = include_str!("../../web/page.css");

/// Where the page says what kind of server this is.
const NOTICE: &str = "<!-- notice -->";

pub(in crate::http) async fn html(State(state): State<AppState>) -> Response {
    let notice = state.settings().notice.map_or_else(String::new, |text| {
        format!("<p class=\"notice\">{text}</p>")
    });
    static_file(
        "text/html; charset=utf-8",
        HTML.replacen(NOTICE, &notice, 1),
    )
}

pub(in crate::http) async fn css() -> Response {
    static_file("text/css; charset=utf-8", CSS.to_owned())
}

/// Asked for by browsers that show an answer in JSON, too.
pub(in crate::http) async fn icon() -> Response {
    static_file("image/svg+xml", ICON.to_owned())
}

fn static_file(content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
    );
    response
}

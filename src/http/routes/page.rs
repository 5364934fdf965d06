//! The page at `/`: the server runs, and here is a link to try.

use axum::extract::State;
use axum::response::Response;

use crate::http::answer;
use crate::http::state::AppState;

const HTML: &str = include_str!("../../web/page.html");
const CSS: &str = include_str!("../../web/page.css");
const ICON: &str = include_str!("../../web/icon.svg");

/// Where the page says what kind of server this is.
const NOTICE: &str = "<!-- notice -->";

pub(in crate::http) async fn html(State(state): State<AppState>) -> Response {
    let notice = state.settings().notice.map_or_else(String::new, |text| {
        format!("<p class=\"notice\">{text}</p>")
    });
    answer::page(
        "text/html; charset=utf-8",
        HTML.replacen(NOTICE, &notice, 1),
    )
}

pub(in crate::http) async fn css() -> Response {
    answer::page("text/css; charset=utf-8", CSS)
}

/// Asked for by browsers that show an answer in JSON, too.
pub(in crate::http) async fn icon() -> Response {
    answer::page("image/svg+xml", ICON)
}

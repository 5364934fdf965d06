//! The server: which URL does what, and what surrounds every answer.

mod answer;
mod app;
mod auth;
mod body;
mod cors;
mod error;
mod extract;
mod guard;
mod input;
mod log;
mod methods;
mod openapi;
mod patience;
mod routes;
mod serve;
mod state;
mod table;

use crate::config::Compat;
use answer::plain_error;
pub use app::App;
pub use guard::log_panics;
use methods::get;
pub use serve::{Limits, serve};
pub use state::{AppState, Settings};
use table::Table;

/// Every URL that the server answers. What surrounds them is in [`App`].
fn table(compat: &Compat) -> Table {
    use routes::{about, docs, health, inspect, page, tokens};
    let pages = Table::default()
        .route("/", get(page::html), plain_error)
        .route("/page.css", get(page::css), plain_error)
        .route("/favicon.ico", get(page::icon), plain_error)
        .route("/docs", get(docs::html), plain_error)
        .route("/docs.css", get(docs::css), plain_error)
        .route("/docs.js", get(docs::js), plain_error);
    // The server's own API, then the clients of other token servers.
    routes::compat::routes(inspect::routes(tokens::routes(pages)), compat)
        // For platforms.
        .section(about::HEALTH)
        .both_ways("/healthz", get(health::healthz), plain_error, || vec![about::healthz()])
        .both_ways("/ping", get(health::ping), plain_error, || vec![about::ping()])
        .section(about::DOCUMENT)
        .documented("/openapi.json", docs::openapi, plain_error, || vec![about::openapi()])
}

//! The server: which URL does what, and what surrounds every answer.

mod answer;
mod app;
mod body;
mod cors;
mod error;
mod extract;
mod input;
mod log;
mod routes;
mod serve;
mod state;
mod table;

use axum::routing::get;

use crate::config::Compat;
use answer::plain_error;
pub use app::App;
use error::Error;
pub use serve::serve;
pub use state::{AppState, Settings};
use table::Table;

/// Every URL that the server answers. What surrounds them is in [`App`].
fn table(compat: &Compat) -> Table {
    use routes::{health, inspect, page, tokens};
    let own = Table::default()
        // For people.
        .route("/", get(page::html), plain_error)
        .route("/page.css", get(page::css), plain_error)
        .route("/favicon.ico", get(page::icon), plain_error)
        // For platforms.
        .both_ways("/healthz", get(health::healthz), plain_error)
        .both_ways("/ping", get(health::ping), plain_error);
    // The server's own API, then the clients of other token servers.
    routes::compat::routes(inspect::routes(tokens::routes(own)), compat)
        .otherwise(not_found, method_not_allowed)
}

async fn not_found() -> Error {
    Error::NotFound
}

async fn method_not_allowed() -> Error {
    Error::MethodNotAllowed
}

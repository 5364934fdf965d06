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

pub use app::App;
use error::Error;
pub use serve::serve;
pub use state::{AppState, Settings};
use table::Table;

/// Every URL that the server answers. What surrounds them is in [`App`].
fn table() -> Table {
    use routes::{compat, health, page};
    Table::default()
        // For people.
        .route("/", get(page::html))
        .route("/page.css", get(page::css))
        .route("/favicon.ico", get(page::icon))
        // For platforms.
        .both_ways("/healthz", get(health::healthz))
        .both_ways("/ping", get(health::ping))
        // For the clients of other token servers.
        .both_ways("/access_token", get(compat::access_token::answer))
        .otherwise(async || Error::NotFound, async || Error::MethodNotAllowed)
}

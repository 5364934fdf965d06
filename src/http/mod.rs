//! The server: which URL does what, and what surrounds every answer.

mod answer;
mod app;
mod audit;
mod auth;
mod body;
mod budget;
mod contain;
mod cors;
mod error;
mod extract;
mod input;
mod limit;
mod log;
mod method;
mod methods;
mod metrics;
mod openapi;
mod patience;
mod posted;
mod request_id;
mod routes;
mod serve;
mod state;
mod table;
mod watch;

use crate::config::Compat;
use answer::plain_error;
pub use app::App;
pub use audit::Audit;
pub use budget::Budget;
pub use contain::log_panics;
pub use limit::{Client, Limiter, Peer};
use methods::get;
pub use metrics::{Connected, Metrics};
pub use serve::{Limits, serve};
pub use state::{AppState, Settings};
use table::Table;

/// Every URL that the server answers. What surrounds them is in [`App`].
fn table(compat: &Compat, state: &AppState) -> Table {
    use routes::{about, client, docs, health, inspect, page, tokens};
    let pages = page::routes(Table::default().shape("page"), state, compat)
        .route("/style.css", get(docs::style), plain_error)
        .route("/elements.js", get(docs::elements), plain_error)
        .route("/favicon.ico", get(docs::icon), plain_error)
        .route("/docs", get(docs::html), plain_error)
        .route("/docs.css", get(docs::css), plain_error)
        .route("/docs.js", get(docs::js), plain_error)
        .route("/token-client.js", get(client::module), plain_error)
        .route("/token-client.d.ts", get(client::types), plain_error);
    // The server's own API, then the clients of other token servers.
    let table = routes::compat::routes(inspect::routes(tokens::routes(pages)), compat)
        // For platforms.
        .shape("platform")
        .section(about::HEALTH)
        .both_ways("/healthz", get(health::healthz), plain_error, || vec![about::healthz()])
        .both_ways("/readyz", get(health::readyz), plain_error, || vec![about::readyz()])
        .both_ways("/ping", get(health::ping), plain_error, || vec![about::ping()])
        .section(about::DOCUMENT)
        .documented("/openapi.json", docs::openapi, plain_error, || vec![about::openapi()]);
    let metrics = state.settings().metrics.as_ref();
    if metrics.is_some_and(Metrics::is_on_main) {
        with_metrics(table)
    } else {
        table
    }
}

/// The URLs of a port of its own, for whoever watches the server.
fn watching() -> Table {
    use routes::health;
    with_metrics(Table::default().shape("platform"))
        .route("/healthz", get(health::healthz), plain_error)
        .route("/readyz", get(health::readyz), plain_error)
}

/// Adds what the server counts.
fn with_metrics(table: Table) -> Table {
    table.route("/metrics", get(routes::metrics::metrics), plain_error)
}

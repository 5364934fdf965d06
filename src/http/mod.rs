//! The server: which URL does what, and what surrounds every answer.

mod body;
mod cors;
mod error;
mod extract;
mod headers;
mod input;
mod log;
mod routes;
mod serve;
mod state;

use axum::Router;
use axum::middleware;
use axum::routing::{MethodRouter, get};

use crate::config::AllowedOrigins;
use error::Error;
pub use serve::serve;
pub use state::{AppState, Settings};

/// Every URL that the server answers.
pub fn router(state: AppState, origins: &AllowedOrigins) -> Router {
    use routes::{compat, health, page};
    Router::new()
        // For people.
        .route("/", get(page::html))
        .route("/page.css", get(page::css))
        .route("/favicon.ico", get(page::icon))
        // For platforms.
        .both_ways("/healthz", get(health::healthz))
        .both_ways("/ping", get(health::ping))
        // For the clients of other token servers.
        .both_ways("/access_token", get(compat::access_token::answer))
        .fallback(async || Error::NotFound)
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .with_state(state)
        // A request passes the last layer first.
        .layer(middleware::from_fn(body::read))
        .layer(cors::layer(origins))
        .layer(middleware::from_fn(log::log))
}

/// Routes with and without a slash at their end, answered alike: clients send both, and a redirect would lose some.
trait BothWays {
    fn both_ways(self, path: &str, route: MethodRouter<AppState>) -> Self;
}

impl BothWays for Router<AppState> {
    fn both_ways(self, path: &str, route: MethodRouter<AppState>) -> Self {
        self.route(path, route.clone())
            .route(&format!("{path}/"), route)
    }
}

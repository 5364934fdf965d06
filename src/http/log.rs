//! The request log: one line a request, with the route's pattern instead of the path and without the query, since
//! both can hold a channel and a uid.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Level;

use super::error::Failure;

pub(super) async fn log(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;

    let status = response.status().as_u16();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let elapsed_us = start.elapsed().as_micros();
    match response.extensions().get::<Failure>() {
        None => tracing::info!(%method, route, status, elapsed_us, "answered"),
        Some(Failure {
            code,
            level: Level::ERROR,
        }) => {
            tracing::error!(%method, route, status, elapsed_us, error = code, "failed");
        }
        Some(Failure { code, .. }) => {
            tracing::info!(%method, route, status, elapsed_us, error = code, "refused");
        }
    }
    response
}

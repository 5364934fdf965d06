//! The yardstick for the server's own overhead: bare axum routes, served by
//! `axum::serve`, that answer a fixed JSON text from the environment's `BODY`.
//! One of them reads what is posted.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};
use axum::{Router, response::IntoResponse};

#[expect(clippy::disallowed_methods, reason = "it has no configuration")]
#[tokio::main]
async fn main() {
    let port = std::env::var("PORT").expect("PORT");
    let body: &'static str = std::env::var("BODY").expect("BODY").leak();
    let answer = move || ([(CONTENT_TYPE, "application/json")], body).into_response();
    let app = Router::new()
        .route("/access_token", get(async move || answer()))
        .route("/v1/tokens", post(async move |_posted: Bytes| answer()));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .expect("bind");
    axum::serve(listener, app).await.expect("serve");
}

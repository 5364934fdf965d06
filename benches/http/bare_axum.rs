//! The yardstick for the server's own overhead: one axum route, served by
//! `axum::serve`, that answers a fixed JSON text from the environment's `BODY`.

use axum::{Router, http::header::CONTENT_TYPE, routing::get};

#[expect(clippy::disallowed_methods, reason = "it has no configuration")]
#[tokio::main]
async fn main() {
    let port = std::env::var("PORT").expect("PORT");
    let body: &'static str = std::env::var("BODY").expect("BODY").leak();
    let answer = move || async move { ([(CONTENT_TYPE, "application/json")], body) };
    let app = Router::new().route("/access_token", get(answer));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .expect("bind");
    axum::serve(listener, app).await.expect("serve");
}

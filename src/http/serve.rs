//! Serving connections until told to stop.

use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How long requests may take to finish after the signal to stop. Heroku kills 30 seconds after it.
const DRAIN: Duration = Duration::from_secs(25);

/// Answers connections with a router until `shutdown` is ready; then finishes the requests that have begun, for 25
/// seconds at most.
///
/// Socket and signal belong to the caller, so that a test can have its own.
///
/// # Errors
///
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopping, stopped) = oneshot::channel();
    let signal = async move {
        shutdown.await;
        tracing::info!("stopping: no new connections, finishing the requests that have begun");
        let _ = stopping.send(()); // the deadline is gone only when serving has ended
    };
    let deadline = async move {
        match stopped.await {
            Ok(()) => tokio::time::sleep(DRAIN).await,
            Err(_) => std::future::pending().await,
        }
    };
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
    });
    tokio::select! {
        ended = axum::serve(listener, router).with_graceful_shutdown(signal) => ended,
        () = deadline => {
            tracing::warn!(seconds = DRAIN.as_secs(), "connections were still open at the deadline");
            Ok(())
        }
    }
}

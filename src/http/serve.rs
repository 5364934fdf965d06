//! Serving connections until told to stop.

use std::future::{Future, pending};
use std::io;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::sleep;
use tower::make::Shared;

use super::app::App;

/// How long requests may take to finish after the signal to stop. Heroku kills 30 seconds after it.
const DRAIN: Duration = Duration::from_secs(25);

/// How long connections are still taken after the signal. What was sent before it is read by then, and a load
/// balancer has noticed; answers already close their connections.
const SETTLE: Duration = Duration::from_millis(500);

/// Answers connections with an app until `shutdown` is ready; then finishes what has begun, for 25 seconds at most.
///
/// Socket and signal belong to the caller, so that a test can have its own.
///
/// # Errors
///
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    app: App,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopping, stopped) = oneshot::channel();
    let ending = app.clone();
    let signal = async move {
        shutdown.await;
        tracing::info!("stopping: finishing the requests that have begun");
        ending.stop();
        let _ = stopping.send(()); // the deadline is gone only when serving has ended
        sleep(SETTLE).await;
    };
    let deadline = async move {
        match stopped.await {
            Ok(()) => sleep(DRAIN).await,
            Err(_) => pending().await,
        }
    };
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
    });
    tokio::select! {
        ended = axum::serve(listener, Shared::new(app)).with_graceful_shutdown(signal) => ended,
        () = deadline => {
            tracing::warn!(seconds = DRAIN.as_secs(), "connections were still open at the deadline");
            Ok(())
        }
    }
}

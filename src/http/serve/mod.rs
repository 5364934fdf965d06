//! Serving connections until told to stop.

mod accept;
mod clocks;
mod connection;
mod evict;
mod head;
mod phase;
mod request_body;
mod socket;

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_send_buffer_size};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use super::app::App;
use clocks::Clocks;
pub(super) use head::HeadError;

/// How many connections there may be, and how long each may take over what.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many are open at once; for one more, an idle one is closed.
    pub connections: u32,
    /// The share of one address (one /64 of IPv6) while the server is full: connections above it are evicted first.
    pub per_address: Option<NonZeroU32>,
    /// From the first byte of a request to the end of its head.
    pub head: Duration,
    /// Without a request: before the first and between two.
    pub idle: Duration,
    /// From the end of the request headers to the start of the response, and from there until it is sent.
    pub answer: Duration,
    /// How long connections are still taken after the signal to stop. What was sent before it is read by then, and a
    /// load balancer has noticed; answers already close their connections.
    pub settle: Duration,
    /// How long after the signal to stop the server ends, whatever is still open.
    pub drain: Duration,
}

impl Limits {
    /// The limits for a server on the internet, with as many connections at once.
    #[must_use]
    pub const fn of(connections: u32) -> Self {
        Self {
            connections,
            per_address: None,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(97), // Heroku's router keeps connections for 90
            answer: Duration::from_secs(30),
            settle: Duration::from_millis(500),
            drain: Duration::from_secs(25), // Heroku kills after 30
        }
    }
}

/// Bytes of a response that the kernel holds for a client that reads slowly. Linux allocates twice as much, and without
/// a limit some megabytes per connection.
const SEND_BUFFER: usize = 16 * 1024;

/// Bytes that the kernel holds of what a client has sent and the server has not read. Linux allocates twice as much.
const RECEIVE_BUFFER: usize = 8 * 1024;

/// Answers connections with an app until `shutdown` is ready; then finishes what has begun, until the time to drain is
/// over.
///
/// Socket and signal belong to the caller, so that a test can have its own.
pub async fn serve(
    listener: TcpListener,
    app: App,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) {
    // Accepted sockets inherit both.
    let limited = set_socket_send_buffer_size(&listener, SEND_BUFFER)
        .and_then(|()| set_socket_recv_buffer_size(&listener, RECEIVE_BUFFER));
    if let Err(error) = limited {
        tracing::warn!(%error, "socket buffers not limited; connections take more memory than documented");
    }
    let clocks = Arc::new(Clocks::new(limits));
    let slots = Arc::new(Semaphore::new(limits.connections as usize));
    let served = async {
        let deadline = {
            let mut taken = pin!(accept::run(&listener, &app, &clocks, &slots));
            tokio::select! {
                never = &mut taken => match never {},
                () = shutdown => tracing::info!("stopping: finishing the requests that have begun"),
            }
            app.stop();
            let deadline = Instant::now() + limits.drain;
            tokio::select! {
                never = &mut taken => match never {},
                () = sleep(limits.settle) => deadline,
            }
        };
        drop(listener);
        sleep(limits.settle / 10).await; // for what the last connections that were taken have sent
        clocks.drain();
        let all = slots.acquire_many(limits.connections);
        if timeout_at(deadline, all).await.is_err() {
            let open = limits.connections as usize - slots.available_permits();
            let seconds = limits.drain.as_secs();
            tracing::warn!(open, seconds, "connections were still open at the deadline");
        }
    };
    tokio::select! {
        () = served => {}
        never = clocks.watch(&app) => match never {},
    }
}

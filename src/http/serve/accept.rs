//! Taking connections: not more than there is room for, and not fewer when the system has none for a while.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::clocks::Clocks;
use super::connection;
use super::evict::AddressFull;
use crate::http::app::App;
use crate::http::limit::network;

/// Time until the next attempt to accept a connection after the system had no descriptor or no memory for one, and until
/// the next eviction while a new connection waits for a slot.
const PAUSE: Duration = Duration::from_millis(100);

/// Time in which further connections of an address are rejected without another search for one to evict.
const REJECTION: Duration = Duration::from_millis(10);

/// Time that a new connection waits before fresh requests are evicted for it: longer than it takes until an incomplete
/// request or an unread response is evicted.
const MAX_WAIT: Duration = Duration::from_millis(2500);

/// Time after such an eviction in which further new connections do not wait as long.
const RELAPSE: Duration = Duration::from_secs(2);

/// Minimum time between two log lines about the same problem.
const SILENCE: Duration = Duration::from_secs(10);

/// Accepts connections and serves each in a task of its own, as many at a time as there are slots.
pub(super) async fn run(
    listener: &TcpListener,
    app: &App,
    clocks: &Arc<Clocks>,
    slots: &Arc<Semaphore>,
) -> Infallible {
    let mut slots = Slots::new(clocks, slots);
    let mut exhausted = Trouble::default();
    let mut address_full = Trouble::default();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                if exhausted.is_news() {
                    tracing::warn!(%error, "no connection can be taken; idle ones are closed");
                }
                let is_made = clocks.evict(None).is_ok_and(|count| count > 0);
                sleep(if is_made { PAUSE / 10 } else { PAUSE }).await;
                continue;
            }
        };
        let address = network(peer.ip());
        let Ok(slot) = slots.acquire(address).await else {
            app.connection_rejected();
            if address_full.is_news() {
                tracing::warn!("connection rejected: address above MAX_CONNECTIONS_PER_ADDRESS");
            }
            continue;
        };
        let counted = app.connected();
        let (app, clocks, progress) = (app.clone(), Arc::clone(clocks), clocks.begin(address));
        tokio::spawn(async move {
            connection::run(&app, &clocks, &progress, stream, peer).await;
            drop((slot, counted));
        });
    }
}

/// The slots of connections.
#[derive(Debug)]
struct Slots<'a> {
    clocks: &'a Clocks,
    free: &'a Arc<Semaphore>,
    full: Trouble,
    /// The last time that fresh requests were evicted because there was nothing else.
    stuck: Option<Instant>,
    /// The address of the last connection that was rejected, and when.
    rejected: Option<(IpAddr, Instant)>,
}

impl<'a> Slots<'a> {
    fn new(clocks: &'a Clocks, free: &'a Arc<Semaphore>) -> Self {
        Self {
            clocks,
            free,
            full: Trouble::default(),
            stuck: None,
            rejected: None,
        }
    }

    /// Waits for a slot. If there is none, connections are evicted.
    ///
    /// # Errors
    ///
    /// [`AddressFull`] if the address is above its share and none of its connections can be evicted.
    async fn acquire(&mut self, address: IpAddr) -> Result<OwnedSemaphorePermit, AddressFull> {
        let began = Instant::now();
        loop {
            if let Ok(slot) = Arc::clone(self.free).try_acquire_owned() {
                return Ok(slot);
            }
            if self.full.is_news() {
                tracing::warn!(
                    "MAX_CONNECTIONS are open; connections without a complete request are closed for new ones"
                );
            }
            if self.was_just_rejected(address) {
                return Err(AddressFull);
            }
            if let Err(error) = self.clocks.evict(Some(address)) {
                self.rejected = Some((address, Instant::now()));
                return Err(error);
            }
            if let Ok(Ok(slot)) = timeout(PAUSE, Arc::clone(self.free).acquire_owned()).await {
                return Ok(slot);
            }
            let is_stuck = self
                .stuck
                .is_some_and(|stuck: Instant| stuck.elapsed() < RELAPSE);
            if is_stuck || began.elapsed() > MAX_WAIT {
                self.stuck = Some(Instant::now());
                self.clocks.evict_from_busiest();
            }
        }
    }

    fn was_just_rejected(&self, address: IpAddr) -> bool {
        self.rejected
            .is_some_and(|(rejected, at)| rejected == address && at.elapsed() < REJECTION)
    }
}

/// The client was gone before it was taken.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// When something was last told of.
#[derive(Debug, Default)]
struct Trouble(Option<Instant>);

impl Trouble {
    fn is_news(&mut self) -> bool {
        let is_news = self.0.is_none_or(|told| told.elapsed() >= SILENCE);
        if is_news {
            self.0 = Some(Instant::now());
        }
        is_news
    }
}

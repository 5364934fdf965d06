//! Taking connections: not more than there is room for, and not fewer when the system has none for a while.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use super::addresses::Addresses;
use super::clocks::Clocks;
use super::connection;
use crate::http::app::App;
use crate::http::limit::network;

/// How long nothing is taken after the system had no descriptor or no memory for a connection, and how long one that
/// was taken waits before more room is made for it.
const PAUSE: Duration = Duration::from_millis(100);

/// How often at most the same trouble is told of.
const SILENCE: Duration = Duration::from_secs(10);

/// Takes connections and has each answered, as many at a time as there are slots.
pub(super) async fn run(
    listener: &TcpListener,
    app: &App,
    clocks: &Arc<Clocks>,
    addresses: &Arc<Addresses>,
    slots: &Arc<Semaphore>,
) -> Infallible {
    let mut full = Trouble::default();
    let mut exhausted = Trouble::default();
    let mut crowded = Trouble::default();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                if exhausted.is_news() {
                    tracing::warn!(%error, "no connection can be taken; idle ones are closed");
                }
                let is_made = clocks.evict(None) > 0;
                sleep(if is_made { PAUSE / 10 } else { PAUSE }).await;
                continue;
            }
        };
        let address = network(peer.ip());
        let Ok(place) = addresses.admit(address, clocks) else {
            if crowded.is_news() {
                tracing::warn!(
                    "an address has MAX_CONNECTIONS_PER_ADDRESS open requests; its new connections are closed"
                );
            }
            continue;
        };
        let slot = loop {
            if let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
                break slot;
            }
            if full.is_news() {
                tracing::warn!(
                    "MAX_CONNECTIONS are open; connections without a complete request are closed for new ones"
                );
            }
            clocks.evict(None);
            if let Ok(Ok(slot)) = timeout(PAUSE, Arc::clone(slots).acquire_owned()).await {
                break slot;
            }
        };
        let counted = app.connected();
        let (app, clocks, progress) = (app.clone(), Arc::clone(clocks), clocks.begin(address));
        tokio::spawn(async move {
            connection::run(&app, &clocks, &progress, stream, peer).await;
            drop((slot, place, counted));
        });
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

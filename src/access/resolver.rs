//! Resolves host names on a few threads.
//!
//! The system's resolver (getaddrinfo) knows `/etc/hosts`, `/etc/nsswitch.conf` and search domains, but it blocks a thread,
//! for half a minute while no name server responds, and cannot be cancelled. So lookups of the same name share a thread,
//! and a lookup counts against the limit until its thread is free, not until its caller gives up. After a name server has
//! not responded for several seconds, all threads can be busy: then lookups fail until one of them gives up, after up to
//! 30 s, even if the name server responds again.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::SetOnce;
use tokio::task::spawn_blocking;

/// Lookups in progress at once: one thread each.
const MAX_LOOKUPS: usize = 4;

/// Age up to which a lookup is shared. An older one probably waits for a name server that does not respond; a new one may
/// reach it.
const MAX_SHARED_AGE: Duration = Duration::from_secs(2);

pub(super) type Lookup = fn(&str) -> io::Result<Vec<SocketAddr>>;

type Outcome = Arc<SetOnce<Result<Vec<SocketAddr>, Arc<io::Error>>>>;

#[derive(Clone, Debug)]
pub(super) struct Resolver {
    lookup: Lookup,
    running: Arc<Mutex<Vec<Running>>>,
}

#[derive(Debug)]
struct Running {
    name: String,
    since: Instant,
    outcome: Outcome,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_LOOKUPS} host name lookups are in progress")]
struct TooManyLookups;

impl Resolver {
    /// A resolver that asks the system.
    pub(super) fn new() -> Self {
        Self::with(|name| Ok((name, 0).to_socket_addrs()?.collect()))
    }

    /// A resolver with another way to look names up.
    pub(super) fn with(lookup: Lookup) -> Self {
        Self {
            lookup,
            running: Arc::default(),
        }
    }

    /// Joins a lookup of the name, or starts one.
    fn start(&self, name: &str, now: Instant) -> Result<Outcome, TooManyLookups> {
        let mut running = self.running();
        let is_recent = |other: &&Running| {
            other.name == name && now.saturating_duration_since(other.since) < MAX_SHARED_AGE
        };
        if let Some(recent) = running.iter().find(is_recent) {
            return Ok(Arc::clone(&recent.outcome));
        }
        if running.len() >= MAX_LOOKUPS {
            return Err(TooManyLookups);
        }
        let outcome = Outcome::default();
        running.push(Running {
            name: name.to_owned(),
            since: now,
            outcome: Arc::clone(&outcome),
        });
        drop(running);
        let (resolver, name) = (self.clone(), name.to_owned());
        let set = Arc::clone(&outcome);
        spawn_blocking(move || {
            let found = (resolver.lookup)(&name).map_err(Arc::new);
            let is_other = |other: &Running| !Arc::ptr_eq(&other.outcome, &set);
            resolver.running().retain(is_other);
            set.set(found).expect("only this thread sets it");
        });
        Ok(outcome)
    }

    fn running(&self) -> MutexGuard<'_, Vec<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner) // no code panics while it holds the lock
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let started = self.start(name.as_str(), Instant::now());
        Box::pin(async move {
            let addresses = started?.wait().await.clone()?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Condvar, LazyLock};

    use super::*;

    #[tokio::test]
    async fn resolves_a_name_of_etc_hosts_and_rejects_an_invalid_one() {
        let resolver = Resolver::new();
        let name = |name: &str| name.parse::<Name>().expect("a name");
        let found = resolver.resolve(name("localhost")).await;
        let mut found = found.expect("a name that each machine knows");
        assert!(found.all(|address| address.ip().is_loopback()));
        assert!(
            resolver
                .resolve(name("no-such-name.invalid"))
                .await
                .is_err()
        );
        assert!(resolver.running().is_empty());
    }

    #[tokio::test]
    async fn shares_lookups_and_limits_their_threads_while_names_do_not_resolve() {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        static MAY_END: LazyLock<(Mutex<bool>, Condvar)> = LazyLock::new(Default::default);
        let resolver = Resolver::with(|_| {
            STARTED.fetch_add(1, Ordering::Relaxed);
            let (may_end, changed) = &*MAY_END;
            let may_end = may_end.lock().expect("no panic");
            let waited = changed.wait_while(may_end, |may_end| !*may_end);
            drop(waited.expect("no panic"));
            Ok(vec![([127, 0, 0, 1], 0).into()])
        });
        let start = Instant::now();
        let mut outcomes = Vec::new();
        for second in 0..10 {
            for _ in 0..100 {
                outcomes.push(resolver.start("example.com", start + Duration::from_secs(second)));
            }
        }
        // A thread each for the seconds 0, 2, 4 and 6; the last one is too old after second 7.
        let (shared, rejected): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((shared.len(), rejected.len()), (800, 200));
        assert_eq!(resolver.running().len(), MAX_LOOKUPS);

        *MAY_END.0.lock().expect("no panic") = true;
        MAY_END.1.notify_all();
        for outcome in shared {
            let outcome = outcome.expect("one of the shared");
            assert!(outcome.wait().await.is_ok());
        }
        assert_eq!(STARTED.load(Ordering::Relaxed), MAX_LOOKUPS);
        assert!(resolver.running().is_empty());
    }
}

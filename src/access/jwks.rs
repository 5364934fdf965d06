//! The public keys of an identity provider, which change over time.
//!
//! They are kept, and fetched anew now and then, while requests go on with those that are there. A JWT with a key that
//! is not among them is a reason to look at once, but not more often than once a minute: whoever makes up keys causes
//! no more. While the provider is down, the last keys stay; when it says that there are none, they go.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use jsonwebtoken::jwk::Jwk;
use reqwest::Client;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::client::{self, Pool};
use super::resolver::Resolver;
use crate::config::{PublicKey, PublicKeyError};
use crate::token::UnixTime;

/// How long the provider may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most that is read of its answer.
const MAX_ANSWER: usize = 256 * 1024;

/// How old keys get before they are fetched anew, in seconds.
const MAX_AGE: u32 = 10 * 60;

/// How long ago it was tried to fetch them before nobody is let in by them until it has been tried again: a quiet server
/// would know a key that was taken back.
const STALE_AGE: u32 = 2 * MAX_AGE;

/// How long after one attempt the next one may begin, in seconds.
const PAUSE: u32 = 60;

/// The same while there are no keys at all: nobody gets in until there are.
const FIRST_PAUSE: u32 = 2;

/// Maximum requests that wait for a fetch at once. Each holds a connection that cannot be evicted.
const MAX_WAITING: usize = 64;

/// Time after which requests no longer wait for a fetch.
const MAX_WAIT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Jwks {
    url: Url,
    client: Client,
    /// Nothing until they have been fetched once.
    keys: RwLock<Option<Kept>>,
    /// Whether there were keys at any time since the start.
    was_loaded: AtomicBool,
    /// The last fetch took longer than `MAX_WAIT`.
    was_slow: AtomicBool,
    /// The current fetch or the last one.
    fetch: Mutex<Option<Fetch>>,
    waiting: Semaphore,
}

#[derive(Clone, Debug)]
struct Fetch {
    since: UnixTime,
    began: Instant,
    /// Closed when the fetch ends.
    running: watch::Receiver<()>,
    /// The previous fetch took longer than `MAX_WAIT`, so this one probably does too.
    is_slow: bool,
}

#[derive(Clone, Debug)]
struct Kept {
    keys: Arc<[Named]>,
    since: UnixTime,
    /// When it was tried last to fetch newer ones. It stays when that fails, so that nobody waits for the next attempt.
    tried: UnixTime,
}

#[derive(Debug)]
struct Named {
    id: Option<String>,
    key: Arc<PublicKey>,
}

/// Why there is no key.
pub(super) enum Unknown {
    /// It is not among those that are there.
    Key,
    /// There are none yet, or a fetch has to end before they are valid again.
    Set,
}

impl Jwks {
    pub(super) fn new(url: Url) -> io::Result<Self> {
        Ok(Self {
            url,
            client: client::new(PATIENCE, Pool::Reuse, &Arc::new(Resolver::new()))?,
            keys: RwLock::default(),
            was_loaded: AtomicBool::new(false),
            was_slow: AtomicBool::new(false),
            fetch: Mutex::default(),
            waiting: Semaphore::new(MAX_WAITING),
        })
    }

    pub(super) async fn prepare(self: &Arc<Self>, now: UnixTime) {
        self.refresh(now).ended().await;
    }

    /// Whether a key set was ever loaded. If not, it is fetched in the background: while `/readyz` fails there are no
    /// requests that would do it.
    pub(super) fn is_ready(self: &Arc<Self>, now: UnixTime) -> bool {
        let was_loaded = self.was_loaded.load(Ordering::Relaxed);
        if !was_loaded {
            self.refresh(now);
        }
        was_loaded
    }

    /// Returns the keys of that ID for an algorithm, of which a set may have several; without an ID, the only key for the
    /// algorithm. Never none.
    pub(super) async fn keys(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: &str,
        now: UnixTime,
    ) -> Result<Vec<Arc<PublicKey>>, Unknown> {
        if let Some(kept) = self.kept()
            && let Some(keys) = kept.find(id, algorithm)
            && !is_over(kept.tried, STALE_AGE, now)
        {
            if is_over(kept.since, MAX_AGE, now) {
                self.refresh(now);
            }
            return Ok(keys);
        }
        Box::pin(self.look_again(id, algorithm, now)).await
    }

    /// Fetches the keys, unless they were fetched just now, and waits a short time for the fetch.
    async fn look_again(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: &str,
        now: UnixTime,
    ) -> Result<Vec<Arc<PublicKey>>, Unknown> {
        let fetch = self.refresh(now);
        if !fetch.is_slow
            && let Ok(_permit) = self.waiting.try_acquire()
        {
            let _ = timeout_at(fetch.began + MAX_WAIT, fetch.ended()).await; // decided by the keys below
        }
        let kept = self.kept().ok_or(Unknown::Set)?;
        let keys = kept.find(id, algorithm).ok_or(Unknown::Key)?;
        if is_over(kept.tried, STALE_AGE, now) {
            return Err(Unknown::Set);
        }
        Ok(keys)
    }

    fn pause(&self) -> u32 {
        if self.kept().is_some() {
            PAUSE
        } else {
            FIRST_PAUSE
        }
    }

    /// Begins a fetch unless one is running or the last one began just now. Returns the current fetch or the last one.
    ///
    /// The fetch runs in a task of its own, so that it goes on when the client of the request disconnects.
    fn refresh(self: &Arc<Self>, now: UnixTime) -> Fetch {
        let mut last = self.fetch.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fetch) = &*last
            && (fetch.is_running() || !is_over(fetch.since, self.pause(), now))
        {
            return fetch.clone();
        }
        let (guard, running) = watch::channel(());
        let fetch = Fetch {
            since: now,
            began: Instant::now(),
            running,
            is_slow: self.was_slow.load(Ordering::Relaxed),
        };
        *last = Some(fetch.clone());
        let (jwks, began) = (Arc::clone(self), fetch.began);
        tokio::spawn(async move {
            jwks.fetch(now).await;
            let is_slow = began.elapsed() > MAX_WAIT;
            jwks.was_slow.store(is_slow, Ordering::Relaxed);
            drop(guard);
        });
        fetch
    }

    async fn fetch(&self, now: UnixTime) {
        match self.ask().await {
            Ok(keys) if keys.is_empty() => {
                tracing::warn!(
                    "JWT_JWKS_URL has no key for RS256, ES256 or EdDSA signatures: nobody is let in by a JWT"
                );
                *self.keys_mut() = None;
            }
            Ok(keys) => {
                tracing::debug!(keys = keys.len(), "JWT_JWKS_URL was fetched");
                self.was_loaded.store(true, Ordering::Relaxed);
                *self.keys_mut() = Some(Kept {
                    keys,
                    since: now,
                    tried: now,
                });
            }
            Err(reason) => {
                tracing::warn!(%reason, "JWT_JWKS_URL cannot be fetched");
                if let Some(kept) = &mut *self.keys_mut() {
                    kept.tried = now;
                }
            }
        }
    }

    async fn ask(&self) -> Result<Arc<[Named]>, String> {
        let response = self.client.get(self.url.clone()).send().await;
        let response = response.map_err(client::reason)?;
        if !response.status().is_success() {
            return Err(format!("it answers {}", response.status()));
        }
        let body = client::body(response, MAX_ANSWER).await?;
        read(&body).map_err(|error| format!("the answer is no JWKS: {}", client::said(&error)))
    }

    fn keys_mut(&self) -> RwLockWriteGuard<'_, Option<Kept>> {
        self.keys.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> Option<Kept> {
        let kept = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }
}

impl Fetch {
    fn is_running(&self) -> bool {
        self.running.has_changed().is_ok()
    }

    /// Waits until the fetch has ended.
    async fn ended(mut self) {
        while self.running.changed().await.is_ok() {}
    }
}

impl Kept {
    fn find(&self, id: Option<&str>, algorithm: &str) -> Option<Vec<Arc<PublicKey>>> {
        let fitting = self.keys.iter().filter(|named| {
            named.key.algorithm().name() == algorithm
                && id.is_none_or(|id| named.id.as_deref() == Some(id))
        });
        let keys: Vec<_> = fitting.map(|named| Arc::clone(&named.key)).collect();
        match (id, keys.len()) {
            (Some(_), 1..) | (None, 1) => Some(keys),
            _ => None,
        }
    }
}

/// The keys of a set that are used here. One that cannot be read does not spoil the others.
fn read(json: &[u8]) -> serde_json::Result<Arc<[Named]>> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = serde_json::from_slice(json)?;
    let keys = set.keys.into_iter().filter_map(|key| {
        let jwk: Jwk = serde_json::from_value(key).ok()?;
        let key = PublicKey::from_jwk(&jwk);
        let id = jwk.common.key_id;
        if matches!(key, Err(PublicKeyError::SmallOrder)) {
            let kid = client::said(id.as_ref().unwrap_or(&String::new()));
            tracing::warn!(%kid, "JWKS entry ignored: its Ed25519 key has a small order, so anyone can forge its signatures");
        }
        let key = Arc::new(key.ok()?);
        Some(Named { id, key })
    });
    Ok(keys.collect())
}

/// Whether so many seconds have passed; or as many back, for a clock that was set.
fn is_over(since: UnixTime, seconds: u32, now: UnixTime) -> bool {
    now.seconds().abs_diff(since.seconds()) >= seconds
}

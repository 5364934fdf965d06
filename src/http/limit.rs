//! How often a client may ask for tokens.
//!
//! The generic cell rate algorithm: of each client only the time is kept until which it has used up what it may. The
//! times stand in a table of a fixed size, so a million clients take no more memory, and no more time, than one.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName};

use super::error::Error;
use crate::config::RateLimit;

/// Who has connected. Where there is no connection, and the app is called as a service, an extension of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client<'a> {
    /// Whoever shows no credentials, or wrong ones.
    Address(IpAddr),
    /// Whoever has shown credentials: their kind, and the name in it.
    Caller(&'a str, &'a str),
}

/// Counts the requests of clients, and refuses those that are too many.
#[derive(Clone)]
pub struct Limiter(Arc<Inner>);

struct Inner {
    rate: RateLimit,
    hops: u8,
    clock: Clock,
    /// Keyed anew with each start, so that nobody can choose addresses that meet in a set.
    hasher: RandomState,
    sets: Box<[Mutex<Set>]>,
}

/// The time since some moment.
type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// Sets of places, 2.2 MB in all. A client has its place in one of them.
const SETS: usize = 1 << 14;

type Set = [Place; 8];

/// What is known of one client.
#[derive(Clone, Copy, Default)]
struct Place {
    client: u64,
    /// When all that it has sent is paid for, in nanoseconds of the clock.
    paid_at: u64,
}

impl Limiter {
    /// A limiter that believes the addresses which that many proxies have added to `X-Forwarded-For`.
    #[must_use]
    pub fn new(rate: RateLimit, trusted_proxy_hops: u8) -> Self {
        let start = Instant::now();
        Self::with_clock(rate, trusted_proxy_hops, move || start.elapsed())
    }

    /// The same with another clock: the time since some moment.
    #[must_use]
    pub fn with_clock(
        rate: RateLimit,
        trusted_proxy_hops: u8,
        clock: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            rate,
            hops: trusted_proxy_hops,
            clock: Box::new(clock),
            hasher: RandomState::new(),
            sets: (0..SETS).map(|_| Mutex::default()).collect(),
        }))
    }

    /// Counts a request, unless it is one too many.
    pub(super) fn admit(&self, client: Client<'_>) -> Result<(), Error> {
        self.spend(client).map_err(|wait| Error::RateLimited {
            rate: self.0.rate,
            seconds: whole_seconds(wait),
        })
    }

    /// Counts a request, unless it is one too many.
    ///
    /// # Errors
    ///
    /// How long it is until the next one is admitted.
    pub fn spend(&self, client: Client<'_>) -> Result<(), Duration> {
        let now = nanoseconds((self.0.clock)());
        let (client, mut set) = self.set(client);
        // A client that is new takes the place of the one that has been quiet for longest.
        let known = set.iter().position(|place| place.client == client);
        let place = if let Some(known) = known {
            &mut set[known]
        } else {
            let quiet = set.iter_mut().min_by_key(|place| place.paid_at);
            let quiet = quiet.expect("a set has places");
            *quiet = Place {
                client,
                paid_at: now,
            };
            quiet
        };
        place.paid_at = self.paid_at(place.paid_at, now)?;
        Ok(())
    }

    /// Checks whether one more request is admitted, without counting it.
    ///
    /// # Errors
    ///
    /// How long it is until the next one is admitted.
    pub fn check(&self, client: Client<'_>) -> Result<(), Duration> {
        let now = nanoseconds((self.0.clock)());
        let (client, set) = self.set(client);
        let known = set.iter().find(|place| place.client == client);
        let paid_at = known.map_or(now, |place| place.paid_at);
        self.paid_at(paid_at, now).map(drop)
    }

    /// Returns the set that a client belongs to, and its number there.
    fn set(&self, client: Client<'_>) -> (u64, MutexGuard<'_, Set>) {
        let client = self.0.hasher.hash_one(client);
        let index = usize::try_from(client % SETS as u64).unwrap_or_default();
        let set = self.0.sets[index].lock();
        (client, set.unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the time at which one more request is paid for, or the wait until it is admitted.
    fn paid_at(&self, paid_at: u64, now: u64) -> Result<u64, Duration> {
        let rate = self.0.rate;
        let price = nanoseconds(rate.time()) / u64::from(rate.count());
        let most = price * u64::from(rate.count());
        // Nobody can have spent more than there is: then the clock was set back.
        let is_possible = paid_at <= now.saturating_add(most);
        let begin = if is_possible { paid_at.max(now) } else { now };
        let paid_at = begin + price;
        match (paid_at - now).saturating_sub(most) {
            0 => Ok(paid_at),
            wait => Err(Duration::from_nanos(wait)),
        }
    }

    /// Where a request comes from: who has connected, or what the first of the trusted proxies has written down. What
    /// clients write there themselves stands further left, and is not looked at. When there is no address where the
    /// proxy should have written one, it is who has connected.
    pub(super) fn address(&self, headers: &HeaderMap, peer: Option<Peer>) -> IpAddr {
        if self.0.hops == 0 && headers.contains_key(FORWARDED) {
            static TOLD: Once = Once::new();
            TOLD.call_once(|| {
                tracing::warn!(
                    "X-Forwarded-For is not believed, since TRUSTED_PROXY_HOPS is 0: clients behind a proxy share one limit"
                );
            });
        }
        let peer = peer.map(|Peer(peer)| peer.ip());
        let address = forwarded(headers, self.0.hops).or(peer);
        address.map_or(Ipv4Addr::UNSPECIFIED.into(), network) // no connection: all are one
    }
}

/// The part of an address that identifies a client: all of IPv4, the first 64 bits of IPv6, of which each client has as
/// many addresses as it likes.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// The entry of `X-Forwarded-For` that is so far from its end.
fn forwarded(headers: &HeaderMap, hops: u8) -> Option<IpAddr> {
    let from_end = usize::from(hops).checked_sub(1)?;
    let lines = headers.get_all(FORWARDED).iter().rev();
    let entry = lines
        .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','))
        .nth(from_end)?;
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    // Some proxies write an address of IPv6 as it stands in a URL, or with the name of a network of their own.
    let bare = entry.trim_matches(['[', ']']).split('%').next()?;
    bare.parse().ok().or_else(with_port)
}

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Rounds a wait up, as `Retry-After` has it.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    let seconds = wait.as_nanos().div_ceil(1_000_000_000);
    seconds.try_into().unwrap_or(u64::MAX)
}

/// Some 584 years at most.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Limiter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { rate, hops, .. } = &*self.0;
        formatter
            .debug_struct("Limiter")
            .field("rate", rate)
            .field("hops", hops)
            .finish_non_exhaustive()
    }
}

//! Eviction: closing connections without a complete request for new ones when the server is full.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::clocks::{Clocks, Progress};
use super::phase::{Moment, Phase};

/// Minimum age of an incomplete request before eviction. Younger connections without a request are evicted last.
const FRESH: Duration = Duration::from_secs(1);

/// Minimum age of an unread response before eviction, from the start of the response.
const UNREAD: Duration = Duration::from_secs(2);

/// One of this many open connections is evicted at a time, so that a busy server does not scan them for each new one.
const BATCH: usize = 16;

/// The same for fresh requests: fewer, because their clients are probably about to send or read the rest.
const FRESH_BATCH: usize = 256;

/// The new connection is above its address's share, and no connection can be evicted for it.
#[derive(Debug)]
pub(super) struct AddressFull;

impl Clocks {
    /// Evicts connections for a new one from `newcomer`, or from an unknown address. Returns their number.
    ///
    /// The order is: connections without any request, idle connections, connections that are closing, incomplete request
    /// headers and bodies, unread responses, connections without a request in their first second. Within each, the oldest
    /// is first. A request that is being handled is never closed, and neither is a connection without a request in its first
    /// second for an address with more connections than its own.
    ///
    /// Connections of addresses above their share are evicted first, also requests that have just begun to arrive and
    /// responses that have just begun to be sent. A new connection above the share of its address evicts only
    /// connections of addresses with at least as many connections.
    ///
    /// # Errors
    ///
    /// [`AddressFull`] if the new connection is above its address's share and there is none to evict.
    pub(super) fn evict(&self, newcomer: Option<IpAddr>) -> Result<usize, AddressFull> {
        let now = self.now(); // once, because the order must not change while it is sorted
        let open: Vec<_> = self.open().iter().filter_map(Weak::upgrade).collect();
        let mut evictable: Vec<_> = open
            .iter()
            .filter_map(|progress| self.evictable(progress, now))
            .collect();
        // Among fresh ones, new connections are last: they have probably sent something that has not been read yet, which
        // makes their eviction void.
        evictable.sort_unstable_by_key(|one| {
            let is_new = one.priority == Priority::Fresh;
            (one.priority.min(Priority::Fresh), one.moment.tick(), is_new)
        });
        let counts = counts(&open, newcomer);
        let of_newcomer = newcomer.map_or(0, |address| counts[&address]);
        let mut excess = self.excess(&counts, of_newcomer);
        let is_full = newcomer.is_some_and(|address| excess.contains_key(&address));
        let of_full_addresses = evictable.iter().filter(|one| {
            let excess = excess.get_mut(&one.progress.address());
            excess.is_some_and(|excess| {
                let is_above = *excess > 0;
                *excess = excess.saturating_sub(1);
                is_above
            })
        });
        let count = end(of_full_addresses, open.len());
        if count > 0 {
            return Ok(count);
        }
        if is_full {
            return Err(AddressFull);
        }
        let is_usual = |one: &&Evictable<'_>| match one.priority {
            Priority::FreshRequest => false,
            Priority::Fresh => counts[&one.progress.address()] >= of_newcomer,
            _ => true,
        };
        Ok(end(evictable.iter().filter(is_usual), open.len()))
    }

    /// Evicts fresh requests of the addresses with the most connections, the oldest connections first.
    ///
    /// A connection that begins its next request before the last one is a second old stays fresh for ever, so that a few
    /// addresses, each below its share, could keep a full server to themselves.
    pub(super) fn evict_from_busiest(&self) {
        let now = self.now();
        let open: Vec<_> = self.open().iter().filter_map(Weak::upgrade).collect();
        let counts = counts(&open, None);
        let most = counts.values().copied().max().unwrap_or_default();
        let of_busiest = open.iter(); // in the order in which they were opened
        of_busiest
            .filter(|progress| counts[&progress.address()] == most)
            .filter_map(|progress| self.evictable(progress, now))
            .take(open.len() / BATCH + 1)
            .for_each(|one| one.progress.end(one.moment));
    }

    /// Returns the addresses above their share that have at least `least` connections, each with the number of connections
    /// above its share.
    fn excess(&self, counts: &HashMap<IpAddr, usize>, least: usize) -> HashMap<IpAddr, usize> {
        let Some(share) = self.per_address() else {
            return HashMap::new();
        };
        let above = counts
            .iter()
            .filter(|(_, count)| **count > share && **count >= least);
        above
            .map(|(address, count)| (*address, count - share))
            .collect()
    }

    fn evictable<'a>(&self, progress: &'a Progress, now: u64) -> Option<Evictable<'a>> {
        let moment = progress.moment();
        Some(Evictable {
            priority: self.priority(moment, now)?,
            moment,
            progress,
        })
    }

    /// Closes all connections whose request body is incomplete for more than 1 s or whose response is unread for
    /// more than 2 s, because these hold memory of the budget for large bodies and responses.
    pub(super) fn free_memory(&self) {
        let now = self.now();
        for progress in self.open().iter().filter_map(Weak::upgrade) {
            let moment = progress.moment();
            let holds_memory = matches!(moment.phase(), Phase::Body | Phase::Answered);
            let priority = self.priority(moment, now);
            if holds_memory && priority.is_some_and(|priority| priority < Priority::Fresh) {
                progress.end(moment);
            }
        }
    }

    /// Returns the place in the order of eviction; `None` for a request that is being handled.
    fn priority(&self, moment: Moment, now: u64) -> Option<Priority> {
        let age = now.saturating_sub(moment.tick());
        let is_older = |time: Duration| age > self.ticks(time);
        match moment.phase() {
            Phase::New if is_older(FRESH) => Some(Priority::Unused),
            Phase::New => Some(Priority::Fresh),
            Phase::Idle => Some(Priority::Idle),
            Phase::Lingering => Some(Priority::Closing),
            Phase::Head | Phase::Body if is_older(FRESH) => Some(Priority::Incomplete),
            Phase::Answered if is_older(UNREAD) => Some(Priority::Unread),
            Phase::Head | Phase::Body | Phase::Answered => Some(Priority::FreshRequest),
            Phase::Answering => None,
        }
    }
}

/// Returns the number of connections of each address, the new connection included. Evicted ones that are still open do not
/// count.
fn counts(open: &[Arc<Progress>], newcomer: Option<IpAddr>) -> HashMap<IpAddr, usize> {
    let mut counts = HashMap::new();
    for progress in open {
        *counts.entry(progress.address()).or_default() += usize::from(!progress.has_timed_out());
    }
    if let Some(address) = newcomer {
        *counts.entry(address).or_default() += 1;
    }
    counts
}

/// Ends the first of these connections: a batch, but no fresh ones beside older ones. Returns their number. One that was
/// ended before and is still open counts again, so that a slow end does not cost further connections.
fn end<'a>(sorted: impl Iterator<Item = &'a Evictable<'a>>, open: usize) -> usize {
    let mut sorted = sorted.peekable();
    let Some(first) = sorted.peek().map(|one| one.priority) else {
        return 0;
    };
    let last = first.max(Priority::Unread);
    let batch = match first {
        Priority::FreshRequest => FRESH_BATCH,
        _ => BATCH,
    };
    let batch = sorted
        .take_while(|one| one.priority <= last)
        .take(open / batch + 1);
    batch.map(|one| one.progress.end(one.moment)).count()
}

/// A connection that can be evicted.
struct Evictable<'a> {
    priority: Priority,
    moment: Moment,
    progress: &'a Progress,
}

/// The order of eviction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Priority {
    Unused,
    Idle,
    Closing,
    Incomplete,
    Unread,
    Fresh,
    /// Evicted only from addresses above their share, or with the most connections if nothing else helps.
    FreshRequest,
}

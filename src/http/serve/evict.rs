//! Eviction: closing connections without a complete request for new ones.

use std::net::IpAddr;
use std::sync::Weak;
use std::time::Duration;

use super::clocks::Clocks;
use super::phase::{Moment, Phase};

/// Time in which a client sends its first request, and the rest of a request that has begun to arrive.
const FRESH: Duration = Duration::from_secs(1);

/// Time in which a client reads its response, from the end of its request headers.
const UNREAD: Duration = Duration::from_secs(2);

impl Clocks {
    /// Closes up to a sixteenth of the connections, or of those of one address. Returns how many.
    ///
    /// The order is: connections without any request, idle connections, connections that are closing, incomplete request
    /// headers and bodies, unread responses. Within each, the oldest is first. New connections are last: they are closed
    /// in their first second only if there is nothing else to close. An address at its limit then also loses requests
    /// that have just begun to arrive and responses that it has just got. A request that is being handled is never
    /// closed.
    pub(super) fn evict(&self, address: Option<IpAddr>) -> usize {
        let now = self.now(); // once, because the order must not change while it is sorted
        let open: Vec<_> = self.open().iter().filter_map(Weak::upgrade).collect();
        let is_candidate = |other: IpAddr| address.is_none_or(|address| address == other);
        let mut count = 0;
        let mut evictable: Vec<_> = open
            .iter()
            .filter(|progress| is_candidate(progress.address()))
            .inspect(|_| count += 1)
            // Others of the address may have been closed just now.
            .filter(|progress| address.is_none() || progress.too_long().is_none())
            .filter_map(|progress| {
                let moment = progress.moment();
                let priority = self.priority(moment, now)?;
                let may_close = address.is_some() || priority < Priority::FreshRequest;
                may_close.then_some((priority, moment.tick(), moment, progress))
            })
            .collect();
        evictable.sort_unstable_by_key(|(priority, tick, ..)| (*priority, *tick));
        if let Some((first, ..)) = evictable.first() {
            let last = *first.max(&Priority::Unread);
            evictable.truncate(evictable.partition_point(|(priority, ..)| *priority <= last));
        }
        evictable.truncate(count / 16 + 1);
        for (_, _, moment, progress) in &evictable {
            progress.end(*moment);
        }
        evictable.len()
    }

    /// The place in the order of eviction; nothing for a connection that is not closed for another one.
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

/// The order of eviction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Priority {
    Unused,
    Idle,
    Closing,
    Incomplete,
    Unread,
    Fresh,
    /// Closed only for connections of the same address.
    FreshRequest,
}

//! The limit of connections per client address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clocks::Clocks;

/// The open connections of each address. An address without any takes no memory.
#[derive(Debug)]
pub(super) struct Addresses {
    limit: Option<NonZeroU32>,
    open: Mutex<HashMap<IpAddr, Open>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Open {
    connections: u32,
    /// Evicted connections that have not ended yet. One that receives a request just then goes on; then the number is
    /// too high until another one ends.
    leaving: u32,
    /// The tick at which there was nothing to evict: the search is not repeated before the next one.
    exhausted_at: Option<u64>,
}

/// A connection that counts for its address until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    addresses: Arc<Addresses>,
    address: IpAddr,
}

impl Addresses {
    pub(super) fn new(limit: Option<NonZeroU32>) -> Self {
        Self {
            limit,
            open: Mutex::default(),
        }
    }

    /// Counts a new connection. At the limit, connections of the same address are evicted for it.
    ///
    /// # Errors
    ///
    /// [`Full`] if the address is at its limit and none of its connections can be evicted.
    pub(super) fn admit(
        self: &Arc<Self>,
        address: IpAddr,
        clocks: &Clocks,
    ) -> Result<Option<Place>, Full> {
        let Some(limit) = self.limit else {
            return Ok(None);
        };
        let now = clocks.now();
        let mut addresses = self.open();
        let open = addresses.entry(address).or_default();
        if open.connections.saturating_sub(open.leaving) >= limit.get() {
            if open.exhausted_at == Some(now) {
                return Err(Full);
            }
            let evicted = clocks.evict(Some(address));
            if evicted == 0 {
                open.exhausted_at = Some(now);
                return Err(Full);
            }
            open.leaving += u32::try_from(evicted).unwrap_or(u32::MAX);
        }
        open.connections += 1;
        Ok(Some(Place {
            addresses: Arc::clone(self),
            address,
        }))
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address has too many connections.
#[derive(Debug)]
pub(super) struct Full;

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = self.addresses.open();
        let Some(open) = addresses.get_mut(&self.address) else {
            return;
        };
        open.connections = open.connections.saturating_sub(1);
        open.leaving = open.leaving.saturating_sub(1);
        if open.connections == 0 {
            addresses.remove(&self.address);
        }
    }
}

//! The process's limit of open files (`RLIMIT_NOFILE`), and the number of connections that it allows.

use std::fmt;

/// Open files that connections to `PORT` cannot take: 64 connections to `METRICS_PORT`, 64 calls of the authorization
/// webhook, and 32 for listeners, logs, the audit log, host names and JWKS.
const RESERVE: u64 = 160;

/// A `MAX_CONNECTIONS` above the number of connections that the limit of open files allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenFilesExceeded {
    /// The limit of open files.
    limit: u64,
    /// The value of `MAX_CONNECTIONS`.
    configured: u32,
    /// The maximum number of connections, which applies instead.
    allowed: u32,
}

impl OpenFilesExceeded {
    pub(super) fn check(configured: u32, limit: Option<u64>) -> Option<Self> {
        let limit = limit?;
        let allowed = connections_in(limit);
        (configured > allowed).then_some(Self {
            limit,
            configured,
            allowed,
        })
    }

    /// Returns the maximum number of connections that the limit allows.
    pub(super) const fn allowed(self) -> u32 {
        self.allowed
    }
}

impl fmt::Display for OpenFilesExceeded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            limit,
            configured,
            allowed,
        } = self;
        let needed = u64::from(*configured) + RESERVE;
        write!(
            formatter,
            "MAX_CONNECTIONS is {configured}, but the limit of {limit} open files allows {allowed} connections, so \
             {allowed} is used; raise the limit to at least {needed} (ulimit -Hn {needed}, or LimitNOFILE={needed} in a \
             systemd unit)"
        )
    }
}

/// Returns the number of connections that leave the reserve free, or half of a small limit; at least 1.
fn connections_in(limit: u64) -> u32 {
    let connections = limit.saturating_sub(RESERVE).max(limit / 2).max(1);
    u32::try_from(connections).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_a_reserve_of_open_files() {
        for (limit, expected) in [
            (0, 1),
            (3, 1),
            (256, 128),
            (1_024, 864),
            (20_000, 19_840),
            (u64::MAX, u32::MAX),
        ] {
            assert_eq!(connections_in(limit), expected, "{limit}");
        }
    }
}

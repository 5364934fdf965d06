//! How much is taken at once.

use super::Variable;

/// The maximum number of open connections.
pub const MAX_CONNECTIONS: Variable = Variable::new(
    "MAX_CONNECTIONS",
    "Maximum open connections, 1 to 1000000; idle ones are closed for new ones. Default: as many as fit into the container's memory limit, at most 16384",
);

/// The share of a client address in the connections of a full server.
pub const MAX_CONNECTIONS_PER_ADDRESS: Variable = Variable::new(
    "MAX_CONNECTIONS_PER_ADDRESS",
    "Connections per client address above which a full server closes its connections first; 0, no limit; default: a quarter of MAX_CONNECTIONS, or no limit if TRUSTED_PROXY_HOPS > 0",
);

/// The time that requests have to finish after the signal to stop.
pub const SHUTDOWN_TIMEOUT: Variable = Variable {
    default: Some("25"),
    ..Variable::new(
        "SHUTDOWN_TIMEOUT",
        "Maximum time in seconds (1 to 3600) to finish requests after SIGTERM",
    )
};

/// How often a client may ask.
pub const RATE_LIMIT: Variable = Variable::new(
    "RATE_LIMIT",
    "Requests for tokens, and to inspect, that each client may send, such as 100/min; also /s and /h; unset, no limit",
);

/// The limit for invalid API keys.
pub const FAILED_AUTH_LIMIT: Variable = Variable {
    default: Some("60/min"),
    ..Variable::new(
        "FAILED_AUTH_LIMIT",
        "Rate limit for invalid API keys per client address, e.g. 60/min. Above it, API keys from that address get a 429 if they are invalid or configured as a digest. off: no limit",
    )
};

/// Who says which client it is.
pub const TRUSTED_PROXY_HOPS: Variable = Variable {
    default: Some("0"),
    ..Variable::new(
        "TRUSTED_PROXY_HOPS",
        "Proxies in front of the server that add to X-Forwarded-For: the client is that entry from its end; 0, whoever connects",
    )
};

pub(super) const ALL: &[&Variable] = &[
    &MAX_CONNECTIONS,
    &MAX_CONNECTIONS_PER_ADDRESS,
    &SHUTDOWN_TIMEOUT,
    &RATE_LIMIT,
    &FAILED_AUTH_LIMIT,
    &TRUSTED_PROXY_HOPS,
];

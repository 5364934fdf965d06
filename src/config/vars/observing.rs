//! What is seen from outside.

use super::Variable;

/// How much is logged.
pub const LOG_LEVEL: Variable = Variable {
    default: Some("info"),
    ..Variable::new(
        "LOG_LEVEL",
        "off, error, warn, info (a line a request), debug or trace",
    )
};

/// How it is logged.
pub const LOG_FORMAT: Variable = Variable {
    default: Some("text"),
    ..Variable::new("LOG_FORMAT", "text or json")
};

/// Where the metrics are served.
pub const METRICS_PORT: Variable = Variable::new(
    "METRICS_PORT",
    "Port on HOST that serves /metrics for Prometheus, and nothing else of use; 0 takes any free one",
);

/// Who may read the metrics.
pub const METRICS_KEY: Variable = Variable::new(
    "METRICS_KEY",
    "What a reader of /metrics shows (Authorization: Bearer), 32 or more characters, a secret; without METRICS_PORT it is served on PORT",
);

/// The same as [`METRICS_KEY`], in a file.
pub const METRICS_KEY_FILE: Variable = Variable::new(
    "METRICS_KEY_FILE",
    "Path of a file with the key, instead of METRICS_KEY",
);

/// Where it is written down who got which token.
pub const AUDIT_LOG: Variable = Variable {
    default: Some("off"),
    ..Variable::new(
        "AUDIT_LOG",
        "Where a line of JSON is written for each token, before it is answered: off, stdout or the path of a file",
    )
};

pub(super) const ALL: &[&Variable] = &[
    &LOG_LEVEL,
    &LOG_FORMAT,
    &METRICS_PORT,
    &METRICS_KEY,
    &METRICS_KEY_FILE,
    &AUDIT_LOG,
];

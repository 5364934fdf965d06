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

pub(super) const ALL: &[&Variable] = &[&LOG_LEVEL, &LOG_FORMAT];

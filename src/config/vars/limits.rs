//! How much is taken at once.

use super::Variable;

/// How many connections are open at once.
pub const MAX_CONNECTIONS: Variable = Variable {
    default: Some("16384"),
    ..Variable::new(
        "MAX_CONNECTIONS",
        "Connections open at once; for one more, an idle one is closed",
    )
};

pub(super) const ALL: &[&Variable] = &[&MAX_CONNECTIONS];

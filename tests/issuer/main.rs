//! From a written request to a token: every service, and everything that can be wrong with one.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "a request is written where it is used"
)]

mod refused;
mod salts;
mod services;
mod support;

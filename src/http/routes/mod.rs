//! What each URL does: a parse and a render.

pub(super) mod about;
pub(super) mod client;
pub(super) mod compat;
pub(super) mod docs;
pub(super) mod health;
pub(super) mod inspect;
pub(super) mod metrics;
pub(super) mod page;
pub(super) mod tokens;

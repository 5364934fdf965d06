//! What clients send: decoded, then read into the types of a token. Nothing behind this sees a raw text.

mod error;
mod fields;
mod query;

pub(super) use error::InputError;
pub(super) use fields::{channel, lifetime, role, uid, until};
pub(super) use query::Query;

//! What clients send: decoded, then read into the types of a token. Nothing behind this sees a raw text.

mod decode;
mod error;
mod fields;
mod json;
mod names;
mod parameters;
mod unread;

pub(super) use error::InputError;
pub(super) use fields::{account, channel, lifetime, numeric_uid, role, uid, until, user_id, word};
pub(super) use json::Json;
pub(super) use parameters::{Parameter, Parameters};
pub(super) use unread::{Names, ReadNames};

//! The `DemoServer` of Agora's npm packages, described.

use serde_json::json;

use crate::http::input::InputError;
use crate::http::openapi::examples::TOKEN_007;
use crate::http::openapi::{Operation, Section, field};

pub(in super::super) const SECTION: Section = ("DemoServer", "The server in Agora's npm packages.");

pub(in super::super) fn rtc_token() -> Operation {
    Operation::get("A token for a channel, for a publisher")
        .query([field::channel("channelName"), field::uid("uid")])
        .answers(&json!({ "key": TOKEN_007 }))
        .fails(InputError::ChannelRequired)
}

pub(in super::super) fn rtm_token() -> Operation {
    Operation::get("A token for signaling")
        .query([field::signaling_user("account")])
        .answers(&json!({ "key": TOKEN_007 }))
        .fails(InputError::Required { name: "account" })
}

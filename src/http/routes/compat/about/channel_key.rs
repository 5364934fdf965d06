//! The keys of the Node sample before 2019, described.

use serde_json::json;

use crate::http::input::InputError;
use crate::http::openapi::examples::KEY_005;
use crate::http::openapi::{Operation, Section, field};

pub(in super::super) const SECTION: Section = (
    "Node sample before 2019",
    "Keys of version 005, for SDKs before 2.1.",
);

pub(in super::super) fn channel_key() -> Operation {
    Operation::get("A key to join a channel")
        .query([
            field::channel("channel"),
            field::numeric_uid("uid"),
            field::end("expiredTs"),
        ])
        .answers(&json!({ "channel_key": KEY_005 }))
        .fails(InputError::ChannelRequired)
}

pub(in super::super) fn permission_key() -> Operation {
    let permission = "What may be sent: `0` is nothing, `3` audio and video.";
    Operation::get("A key that changes what a user may send")
        .query([
            field::channel("channel"),
            field::numeric_uid("uid"),
            field::word("permission", permission, &["0", "3"]),
            field::end("expiredTs"),
        ])
        .answers(&json!({ "in_channel_permission_key": KEY_005 }))
        .fails(InputError::ChannelRequired)
}

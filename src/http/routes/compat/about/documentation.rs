//! The servers of the documentation's "use tokens" samples, described.

use serde_json::json;

use crate::http::input::InputError;
use crate::http::openapi::examples::TOKEN_007;
use crate::http::openapi::{Operation, Section, field};

pub(in super::super) const SECTION: Section = (
    "Documentation samples",
    "The servers of the documentation's \"use tokens\" samples. `code` is a text, and a failure stands where the token \
     would.",
);

pub(in super::super) fn rtc_token() -> Operation {
    Operation::post("A token for a channel")
        .fields(&[
            field::channel("ChannelName"),
            field::uid("uid"),
            field::role(),
        ])
        .answers(&json!({ "code": "200", "token": TOKEN_007 }))
        .fails(InputError::ChannelRequired)
}

pub(in super::super) fn rtm_token() -> Operation {
    Operation::post("A token for signaling")
        .fields(&[field::signaling_user("uid")])
        .answers(&json!({ "code": "200", "token": TOKEN_007 }))
        .fails(InputError::Required { name: "uid" })
}

//! The conversational-AI quick start, described.

use serde_json::json;

use crate::http::input::InputError;
use crate::http::openapi::examples::TOKEN_007;
use crate::http::openapi::{Operation, Section, field};
use crate::token::Excerpt;

pub(in super::super) const SECTION: Section = (
    "Conversational-AI quick start",
    "Both parameters may be left out. Without `uid` the token is valid for any user, also in signaling. The response has `uid` \
     as a string.",
);

pub(in super::super) fn answer() -> Operation {
    Operation::get("A token for a publisher in a channel, and for signaling")
        .query([
            field::channel("channel")
                .optional()
                .about("The channel; without it, one is made up."),
            field::uid("uid").at_most(64),
        ])
        .answers(&json!({ "token": TOKEN_007, "uid": "1234", "channel": "test" }))
        .fails(InputError::Placeholder {
            name: "channel",
            found: Excerpt::of(":channel"),
        })
}

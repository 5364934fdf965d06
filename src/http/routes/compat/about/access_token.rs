//! `/access_token`, described.

use serde_json::json;

use crate::http::input::InputError;
use crate::http::openapi::examples::TOKEN_006;
use crate::http::openapi::{Operation, Section, field};
use crate::token::{Excerpt, TimeError};

pub(in super::super) const SECTION: Section = (
    "Node sample and tutorial",
    "Agora's Node sample on Heroku, and a widely copied tutorial.",
);

pub(in super::super) fn answer() -> Operation {
    Operation::get("A token for a channel")
        .about(
            "The sample sends `channel`, `uid` and `expiredTs`, the tutorial `channelName`, `uid`, `role` and \
             `expireTime`. One of `channel` and `channelName` is needed. The token version is 006 by default, \
             and 007 for callers who may not have every channel, user and service.",
        )
        .query([
            field::channel("channel").optional(),
            field::channel("channelName")
                .optional()
                .about("The same, as the tutorial calls it.")
                .without_example(),
            field::uid("uid"),
            field::role(),
            field::end("expiredTs").without_example(),
            field::seconds("expireTime"),
        ])
        .answers(&json!({ "token": TOKEN_006 }))
        .fails(InputError::ChannelRequired)
        .fails(InputError::Time {
            name: "expireTime",
            error: TimeError::Zero,
            found: Excerpt::of("0"),
        })
}

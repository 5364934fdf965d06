//! The Go service, described.

use serde_json::json;

use crate::http::input::InputError;
use crate::http::openapi::examples::TOKEN_007;
use crate::http::openapi::{Field, Operation, Section, field};
use crate::token::Excerpt;

pub(in super::super) const SECTION: Section = (
    "Go service",
    "The service that the video UIKits and much of the documentation call. `expiry` and `expire` are in seconds from \
     now.",
);

pub(in super::super) fn rtc_token() -> Operation {
    Operation::get("A token for a channel")
        .path(in_channel("uid"))
        .query([field::seconds("expiry")])
        .answers(&json!({ "rtcToken": TOKEN_007 }))
        .fails(unknown_role())
}

pub(in super::super) fn rtm_token() -> Operation {
    Operation::get("A token for signaling")
        .path([field::signaling_user("uid")])
        .query([field::seconds("expiry")])
        .answers(&json!({ "rtmToken": TOKEN_007 }))
        .fails(InputError::PathNotUtf8)
}

pub(in super::super) fn both_tokens() -> Operation {
    let operation =
        Operation::get("A token for a channel, and one for signaling for the same user")
            .about("`rtcuid` names the user of signaling too, so that `0` is rejected.")
            .path(in_channel("rtcuid"));
    with_both_tokens(operation)
}

pub(in super::super) fn both_tokens_for_two() -> Operation {
    let operation = Operation::get("A token for a channel, and one for signaling")
        .path(in_channel("rtcuid"))
        .path([field::signaling_user("rtmuid")]);
    with_both_tokens(operation)
}

pub(in super::super) fn chat_app() -> Operation {
    Operation::get("A token for chat's server API")
        .query([field::seconds("expiry")])
        .answers(&json!({ "chatToken": TOKEN_007 }))
}

pub(in super::super) fn chat_account() -> Operation {
    Operation::get("A token for a user of chat")
        .path([field::user_id("id")])
        .query([field::seconds("expiry")])
        .answers(&json!({ "chatToken": TOKEN_007 }))
        .fails(InputError::PathNotUtf8)
}

pub(in super::super) fn any_token() -> Operation {
    let token_type = "`rtc` for a channel; `rtm` for signaling, with a channel for one of its stream channels too; \
                      `chat` for a user of chat, without uid for its server API.";
    Operation::post("A token for a channel, signaling or chat")
        .about("`rtc` needs `channel`, and `rtm` needs `uid`.")
        .fields(&[
            field::word("tokenType", token_type, &["rtc", "rtm", "chat"]),
            field::channel("channel").optional(),
            field::uid("uid"),
            field::role(),
            field::seconds("expire"),
        ])
        .answers(&json!({ "token": TOKEN_007 }))
        .fails(InputError::Required { name: "tokenType" })
}

fn in_channel(uid: &'static str) -> [Field; 4] {
    let token_type = "Whether the user is a number or a user account.";
    [
        field::channel("channel"),
        field::role(),
        field::word("tokenType", token_type, &["uid", "userAccount"]),
        field::user_of_path(uid),
    ]
}

fn with_both_tokens(operation: Operation) -> Operation {
    operation
        .query([field::seconds("expiry")])
        .answers(&json!({ "rtcToken": TOKEN_007, "rtmToken": TOKEN_007 }))
        .fails(unknown_role())
}

fn unknown_role() -> InputError {
    InputError::Role {
        name: "role",
        found: Excerpt::of("boss"),
    }
}

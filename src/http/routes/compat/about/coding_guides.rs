//! `/api/agora/token`, described.

use serde_json::{Value, json};

use crate::http::input::InputError;
use crate::http::openapi::examples::TOKEN_007;
use crate::http::openapi::{Field, Operation, Section, field};

pub(in super::super) const SECTION: Section = (
    "Coding guides",
    "Servers written from the vendor's coding guides.",
);

pub(in super::super) fn of_query() -> Operation {
    described(Operation::get("A token for a channel").query(fields()))
}

pub(in super::super) fn of_body() -> Operation {
    described(Operation::post("A token for a channel").fields(&fields()))
}

fn fields() -> [Field; 4] {
    [
        field::channel("channelName").optional(),
        field::channel("channel")
            .optional()
            .about("The same; one of them is needed.")
            .without_example(),
        field::uid("uid"),
        field::role(),
    ]
}

fn described(operation: Operation) -> Operation {
    operation
        .about("`uid` is a number, or a text when it is a user account; `expiresAt` is a Unix time in seconds.")
        .answers_like(&answer(), &json!({ "uid": { "type": ["integer", "string"] } }))
        .fails(InputError::ChannelRequired)
}

fn answer() -> Value {
    json!({
        "token": TOKEN_007,
        "appId": "970CA35de60c44645bbae8a215061b33",
        "channelName": "test",
        "uid": 1234,
        "expiresAt": 1_700_003_600,
    })
}

//! The documentation's Docker image and the API examples' hosted service, described.

use serde_json::{Value, json};

use crate::http::input::InputError;
use crate::http::openapi::examples::TOKEN_007;
use crate::http::openapi::{Field, Operation, Section, field};

pub(in super::super) const SECTION: Section = (
    "Docker image and API examples",
    "The documentation's Docker image, and the hosted service that Agora's API examples post to. All times are in \
     seconds from now, whatever they are called. App ID and certificate that a client posts are not looked at.",
);

pub(in super::super) fn docker_image() -> Operation {
    Operation::post("One token for several services")
        .about("At least one service must be enabled. The channel is needed for RTC, the uid for RTM.")
        .fields(&[
            field::channel("channelName").optional(),
            field::uid("uid"),
            field::seconds("tokenExpireTs"),
            field::seconds("privilegeExpireTs").about("How long the privileges last; without it, as long as the token."),
            service("serviceRtc", "A channel.", &json!({ "enable": flag(), "role": if_enabled("As everywhere: `publisher` or `1`, `subscriber` or `2`.") }), json!({ "enable": true, "role": 1 })),
            service("serviceRtm", "Signaling.", &json!({ "enable": flag() }), json!({ "enable": true })),
            service("serviceFpa", "Full-path acceleration.", &json!({ "enable": flag() }), json!({ "enable": false })),
            service(
                "serviceChat",
                "Chat: for a user, its server API, or both as two services of one token.",
                &json!({ "enableUser": flag(), "enableApp": flag(), "userUuid": if_enabled("The user of chat.") }),
                json!({ "enableUser": false }),
            ),
            service(
                "serviceApaas",
                "Flexible classroom: for a user in a room, a user, its server API, or several of them, each as a service of its own.",
                &json!({
                    "enable": flag(), "enableRoomUser": flag(), "enableUser": flag(), "enableApp": flag(),
                    "roomUuid": if_enabled("The room."), "userUuid": if_enabled("The user."),
                    "role": if_enabled("The role in the room, a number; -1 by default."),
                }),
                json!({ "enableApp": false }),
            ),
        ])
        .answers(&json!({ "code": 0, "message": "Success", "data": { "token": TOKEN_007 } }))
        .fails(InputError::NoService {
            known: "serviceRtc, serviceRtm, serviceFpa, serviceChat, serviceApaas",
        })
}

pub(in super::super) fn hosted_one() -> Operation {
    let kind = field::other(
        "type",
        "`1` is RTC, the default, and `2` is RTM.",
        json!({ "enum": [1, 2, "1", "2", "", null] }),
        json!(1),
    );
    hosted("A token for a channel or signaling", kind)
}

pub(in super::super) fn hosted_several() -> Operation {
    let kinds = field::other(
        "types",
        "`1` is RTC, the default, and `2` is RTM.",
        json!({ "type": ["array", "null"], "items": { "enum": [1, 2, "1", "2"] }, "minItems": 1 }),
        json!([1, 2]),
    );
    hosted("One token for a channel and signaling", kinds)
}

fn hosted(summary: &'static str, kinds: Field) -> Operation {
    Operation::post(summary)
        .about("The channel is needed for RTC, the uid for RTM.")
        .fields(&[
            field::channel("channelName").optional(),
            field::uid("uid"),
            field::seconds("expire"),
            kinds,
        ])
        .answers(&json!({ "code": 0, "data": { "token": TOKEN_007 } }))
        .fails(InputError::ChannelRequired)
}

fn service(name: &'static str, about: &'static str, properties: &Value, example: Value) -> Field {
    field::other(
        name,
        about,
        json!({ "type": ["object", "null"], "properties": properties }),
        example,
    )
}

fn flag() -> Value {
    json!({ "enum": [true, false, 1, 0, "1", "0", "true", "false", "", null] })
}

/// Of whatever type: it is looked at only where the service is enabled.
fn if_enabled(description: &str) -> Value {
    json!({ "description": description })
}

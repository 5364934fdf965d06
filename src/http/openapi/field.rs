//! The parameters that clients of most servers send, whether in a URL or in a body.

use serde_json::{Value, json};

use crate::token::{ChannelName, UserAccount, UserId};

/// A parameter, or a field of a body.
#[derive(Clone, Debug)]
pub(in crate::http) struct Field {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) is_required: bool,
    pub(super) example: Value,
    /// How it is written in a URL.
    pub(super) in_url: Value,
    /// How it is written in JSON.
    pub(super) in_json: Value,
}

/// The characters that Agora's SDKs accept.
const SDK_CHARACTERS: &str = r"[a-zA-Z0-9 !#$%&()+\-:;<=.>?@\[\]^_{}|~,]";
const MAX_UID: u32 = u32::MAX;
/// From here on a number of seconds is refused as an absolute time.
const MAX_SECONDS: u32 = 999_999_999;

/// The channel that the client joins.
pub(in crate::http) fn channel(name: &'static str) -> Field {
    let max = ChannelName::MAX_BYTES;
    let pattern = format!("^{SDK_CHARACTERS}+$");
    let about = "The channel: 1 to 64 characters of those that Agora's SDKs accept.";
    Field {
        name,
        about,
        is_required: true,
        example: json!("test"),
        in_url: json!({ "type": "string", "minLength": 1, "maxLength": max, "pattern": pattern }),
        in_json: json!({ "type": ["string", "number"], "minLength": 1, "maxLength": max, "pattern": pattern }),
    }
}

/// A number or a user account; nothing, empty or 0 is any user.
pub(in crate::http) fn uid(name: &'static str) -> Field {
    let max = UserAccount::MAX_BYTES;
    let pattern = format!("^{SDK_CHARACTERS}*$");
    Field {
        name,
        about: "The user: a number of 32 bits, or else a user account. Missing, empty or 0, any user can join.",
        is_required: false,
        example: json!(1234),
        in_url: json!({ "type": "string", "maxLength": max, "pattern": pattern }),
        in_json: json!({
            "type": ["string", "integer", "null"], "maxLength": max, "pattern": pattern, "minimum": 0, "maximum": MAX_UID,
        }),
    }
}

/// A user account, which is a text even where it looks like a number.
pub(in crate::http) fn account(name: &'static str) -> Field {
    Field {
        about: "The user account, for clients that join with a text.",
        is_required: false,
        example: json!("alice"),
        ..user_of_path(name)
    }
}

/// A uid that can be no user account.
pub(in crate::http) fn numeric_uid(name: &'static str) -> Field {
    let schema = json!({ "type": "integer", "minimum": 0, "maximum": MAX_UID });
    Field {
        name,
        about: "The user: a number of 32 bits; 0 is any user.",
        is_required: false,
        example: json!(1234),
        in_url: schema.clone(),
        in_json: schema,
    }
}

/// A user in a path, where there is one, and the token type says of which kind.
pub(in crate::http) fn user_of_path(name: &'static str) -> Field {
    let max = UserAccount::MAX_BYTES;
    let pattern = format!("^{SDK_CHARACTERS}+$");
    let schema = json!({ "type": "string", "minLength": 1, "maxLength": max, "pattern": pattern });
    Field {
        name,
        about: "The user: a number of 32 bits, or a user account, as the token type says.",
        is_required: true,
        example: json!(1234),
        in_url: schema.clone(),
        in_json: schema,
    }
}

/// The user that logs in to signaling, where a `0` is no user.
pub(in crate::http) fn signaling_user(name: &'static str) -> Field {
    let mut field = user_id(name);
    field.in_url["not"] = json!({ "const": "0" });
    field.in_json["not"] = json!({ "enum": ["0", 0] });
    field.about("The user that logs in: a text of 1 to 64 bytes without control characters. `0` is rejected, except from a \
                 user with a JWT, for whom it is the user itself.")
}

/// Who logs in to signaling or chat.
pub(in crate::http) fn user_id(name: &'static str) -> Field {
    let max = UserId::MAX_BYTES;
    let pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$";
    Field {
        name,
        about: "Who logs in: a text of 1 to 64 bytes without control characters.",
        is_required: true,
        example: json!("alice"),
        in_url: json!({ "type": "string", "minLength": 1, "maxLength": max, "pattern": pattern }),
        in_json: json!({ "type": ["string", "number"], "minLength": 1, "maxLength": max, "pattern": pattern }),
    }
}

/// What the client may do in the channel.
pub(in crate::http) fn role() -> Field {
    let words = [
        "publisher",
        "host",
        "broadcaster",
        "1",
        "subscriber",
        "audience",
        "2",
    ];
    let mut in_json: Vec<Value> = words.iter().map(|word| json!(word)).collect();
    in_json.extend([json!(1), json!(2), json!(""), json!(null)]);
    Field {
        name: "role",
        about: "`publisher` (also `1`, `host`, `broadcaster`) may join and publish; `subscriber` (also `2`, \
                `audience`), the default, may join.",
        is_required: false,
        example: json!("publisher"),
        in_url: json!({ "type": "string", "enum": words }),
        in_json: json!({ "enum": in_json }),
    }
}

/// How long the token lasts.
pub(in crate::http) fn seconds(name: &'static str) -> Field {
    Field {
        name,
        about: "How long the token lasts, in seconds from now: 3,600 unless the server is told otherwise; more than \
                86,400 is cut to that.",
        is_required: false,
        example: json!(600),
        in_url: json!({ "type": "integer", "minimum": 1, "maximum": MAX_SECONDS }),
        in_json: json!({
            "type": ["integer", "string", "null"], "minimum": 1, "maximum": MAX_SECONDS, "pattern": "^([1-9][0-9]{0,8})?$",
        }),
    }
}

/// When the token ends.
pub(in crate::http) fn end(name: &'static str) -> Field {
    let schema = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    Field {
        name,
        about: "When it ends: a Unix time in seconds, not in the past. Later than 24 hours from now is cut to that; 0 \
                is no end of its own.",
        is_required: false,
        example: json!(4_102_444_800_u32),
        in_url: schema.clone(),
        in_json: schema,
    }
}

/// One of some words.
pub(in crate::http) fn word(
    name: &'static str,
    about: &'static str,
    words: &[&'static str],
) -> Field {
    let schema = json!({ "type": "string", "enum": words });
    Field {
        name,
        about,
        is_required: true,
        example: json!(words.first()),
        in_url: schema.clone(),
        in_json: schema,
    }
}

/// Something else in a body.
pub(in crate::http) fn other(
    name: &'static str,
    about: &'static str,
    in_json: Value,
    example: Value,
) -> Field {
    Field {
        name,
        about,
        is_required: false,
        example,
        in_url: in_json.clone(),
        in_json,
    }
}

impl Field {
    /// Not needed; in a body, where it is read, as good as an empty text or null.
    pub(in crate::http) fn optional(mut self) -> Self {
        self.in_json = json!({ "anyOf": [self.in_json, { "enum": ["", null] }] });
        self.is_required = false;
        self
    }

    /// Left out of examples: another parameter says the same.
    pub(in crate::http) fn without_example(mut self) -> Self {
        self.example = Value::Null;
        self
    }

    /// A number alone, where it is written in a URL.
    pub(in crate::http) fn digits(mut self) -> Self {
        self.in_url = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
        self
    }

    /// A text of so many characters at most.
    pub(in crate::http) fn at_most(mut self, characters: usize) -> Self {
        self.in_url["maxLength"] = json!(characters);
        self
    }

    pub(in crate::http) fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// As a parameter of a URL. Examples are text there.
    pub(super) fn parameter(&self, place: &'static str) -> Value {
        let is_number = self.in_url["type"] == "integer";
        let example = match &self.example {
            Value::Number(number) if !is_number => json!(number.to_string()),
            example => example.clone(),
        };
        let mut parameter = json!({
            "name": self.name,
            "in": place,
            "description": self.about,
            "required": self.is_required || place == "path",
            "schema": self.in_url,
        });
        if !example.is_null() {
            parameter["example"] = example;
        }
        if place == "query" && !self.is_required {
            parameter["allowEmptyValue"] = json!(true);
        }
        parameter
    }

    /// As a property of a body.
    pub(super) fn property(&self) -> Value {
        let mut property = self.in_json.clone();
        property["description"] = json!(self.about);
        property
    }
}

//! What a URL does for a method.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::field::Field;
use super::schema::{self, Schemas};
use crate::access::{Refusal, Unauthenticated};
use crate::http::answer::Payload;
use crate::http::body;
use crate::http::budget::Overloaded;
use crate::http::contain;
use crate::http::error::Error;
use crate::http::extract::MAX_QUERY_BYTES;
use crate::http::input::InputError;
use crate::http::serve::HeadError;
use crate::http::table::ErrorShape;
use crate::token::Excerpt;

/// What a URL does for a method, as far as it is the operation's own.
#[derive(Debug)]
pub(in crate::http) struct Operation {
    method: &'static str,
    summary: &'static str,
    about: Option<&'static str>,
    parameters: Vec<Value>,
    body: Option<Value>,
    answer: Value,
    errors: Vec<Error>,
    is_limited: bool,
    schemas: Schemas,
    access: Access,
}

/// Whom a guarded server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Access {
    /// Everyone.
    Everyone,
    /// Callers; others get less of an answer.
    CallersFirst,
    /// Callers alone, who may be refused: it makes tokens.
    Callers,
}

impl Operation {
    pub(in crate::http) fn get(summary: &'static str) -> Self {
        Self::new("get", summary)
    }

    pub(in crate::http) fn post(summary: &'static str) -> Self {
        Self::new("post", summary)
    }

    fn new(method: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            summary,
            about: None,
            parameters: Vec::new(),
            body: None,
            answer: json!({}),
            errors: unasked(),
            is_limited: true,
            schemas: Schemas::new(),
            access: Access::Callers,
        }
    }

    /// Whom a guarded server answers, when not callers alone.
    pub(in crate::http) fn for_whom(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// What the summary has no room for.
    pub(in crate::http) fn about(mut self, about: &'static str) -> Self {
        self.about = Some(about);
        self
    }

    pub(in crate::http) fn path(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        let parameters = fields.into_iter().map(|field| field.parameter("path"));
        self.parameters.extend(parameters);
        self
    }

    pub(in crate::http) fn query(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        let parameters = fields.into_iter().map(|field| field.parameter("query"));
        self.parameters.extend(parameters);
        self.fails(Error::QueryTooLong {
            bytes: 2 * MAX_QUERY_BYTES,
            limit: MAX_QUERY_BYTES,
        })
    }

    /// A body whose fields are read one by one, and others ignored.
    pub(in crate::http) fn fields(mut self, fields: &[Field]) -> Self {
        let properties: BTreeMap<_, _> = fields
            .iter()
            .map(|field| (field.name, field.property()))
            .collect();
        let required: Vec<_> = fields
            .iter()
            .filter(|field| field.is_required)
            .map(|field| field.name)
            .collect();
        let example: BTreeMap<_, _> = fields
            .iter()
            .filter(|field| !field.example.is_null())
            .map(|field| (field.name, &field.example))
            .collect();
        let content = json!({ "application/json": {
            "schema": { "type": "object", "properties": properties, "required": required },
            "example": example,
        }});
        self.body = Some(json!({ "required": true, "content": content }));
        self
    }

    /// A body that is read into a type.
    pub(in crate::http) fn body<T: ToSchema>(
        mut self,
        examples: impl IntoIterator<Item = (&'static str, &'static str, Value)>,
    ) -> Self {
        let schema = schema::of_type::<T>(&mut self.schemas);
        let examples: BTreeMap<_, _> = examples
            .into_iter()
            .map(|(name, summary, value)| (name, json!({ "summary": summary, "value": value })))
            .collect();
        let content = json!({ "application/json": { "schema": schema, "examples": examples } });
        self.body = Some(json!({ "required": true, "content": content }));
        self.fails(Error::UnsupportedMediaType)
    }

    /// The answer, of which every one has the form of the example.
    pub(in crate::http) fn answers(mut self, example: &Value) -> Self {
        self.answer = json!({ "schema": schema::of_example(example), "example": example });
        self
    }

    /// The same, but for properties that have a schema of their own.
    pub(in crate::http) fn answers_like(self, example: &Value, properties: &Value) -> Self {
        let mut operation = self.answers(example);
        for (name, schema) in properties.as_object().into_iter().flatten() {
            operation.answer["schema"]["properties"][name] = schema.clone();
        }
        operation
    }

    /// The answer, which is written from a type.
    pub(in crate::http) fn answers_with<T: ToSchema>(mut self, example: &Value) -> Self {
        let schema = schema::of_type::<T>(&mut self.schemas);
        self.answer = json!({ "schema": schema, "example": example });
        self
    }

    /// An answer whose form is said elsewhere.
    pub(in crate::http) fn answers_any(mut self, about: &'static str) -> Self {
        self.answer = json!({ "schema": { "type": "object", "description": about } });
        self
    }

    /// Asked by platforms: it has no limit of requests.
    pub(in crate::http) fn without_limit(mut self) -> Self {
        self.is_limited = false;
        self
    }

    /// An error that can come.
    pub(in crate::http) fn fails(mut self, error: impl Into<Error>) -> Self {
        self.errors.push(error.into());
        self
    }

    /// The method, and the description of all.
    pub(super) fn describe(
        mut self,
        is_guarded: bool,
        pattern: &str,
        section: Option<&str>,
        errors: ErrorShape,
        schemas: &mut Schemas,
    ) -> (&'static str, Value) {
        let id = format!("{} {pattern}", self.method);
        let words: Vec<&str> = id
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let mut responses = BTreeMap::from([(
            "200".to_owned(),
            json!({ "description": "Done.", "content": { "application/json": self.answer } }),
        )]);
        self.errors.extend(self.access.errors(is_guarded));
        for error in &self.errors {
            add_error(&mut responses, error, errors);
        }
        if self.is_limited {
            add_error(&mut responses, &rate_limited(), errors);
        }
        schemas.extend(self.schemas);
        let mut described = json!({
            "operationId": words.join("_"),
            "summary": self.summary,
            "tags": section.as_slice(),
            "parameters": self.parameters,
            "responses": responses,
        });
        if is_guarded {
            described["security"] = match self.access {
                Access::Everyone => json!([]),
                Access::CallersFirst => json!([{}, { "bearer": [] }, { "key": [] }]),
                Access::Callers => json!([{ "bearer": [] }, { "key": [] }]),
            };
        }
        if let Some(about) = self.about {
            described["description"] = json!(about);
        }
        if let Some(body) = self.body {
            described["requestBody"] = body;
        }
        (self.method, described)
    }
}

impl Access {
    /// How callers, and what they ask for, can be refused.
    fn errors(self, is_guarded: bool) -> Vec<Error> {
        let claim = Unauthenticated::Claim {
            claim: "sub".to_owned(),
            problem: "is missing: it says who the user is".to_owned(),
        };
        let unknown: [Error; 7] = [
            Error::CredentialsDiffer,
            Unauthenticated::Missing.into(),
            Unauthenticated::Invalid { reason: "" }.into(),
            Unauthenticated::Expired.into(),
            Unauthenticated::Unavailable.into(),
            claim.into(),
            Error::TooManyInvalidKeys { seconds: 1 },
        ];
        let another_user = Refusal::AnotherUser {
            found: Excerpt::of("bob"),
            caller: Excerpt::of("alice"),
        };
        let role = Refusal::Role {
            role: "subscriber",
            wanted: "publish_audio".into(),
        };
        let channel = Excerpt::of("test");
        let unread = InputError::Unread {
            name: Excerpt::of("user-id"),
            advice: "use uid".into(),
        };
        let refused: [Error; 4] = [
            unread.into(),
            Refusal::ClosedChannel { channel }.into(),
            Refusal::Unavailable.into(),
            Error::AuditUnavailable,
        ];
        let mut errors = Vec::new();
        if is_guarded && self != Self::Everyone {
            errors.extend(unknown);
        }
        if self == Self::Callers {
            if is_guarded {
                errors.extend([another_user, role].map(Error::from));
            }
            errors.extend(refused);
        }
        errors
    }
}

/// What can go wrong wherever a request goes.
fn unasked() -> Vec<Error> {
    let heads = HeadError::ALL.into_iter().map(Error::from);
    heads
        .chain(body::errors())
        .chain(contain::errors())
        .chain([Error::from(Overloaded)])
        .collect()
}

fn rate_limited() -> Error {
    Error::RateLimited {
        rate: "100/min".parse().expect("a rate"),
        seconds: 1,
    }
}

/// Adds an error to those that are answered with the same status.
fn add_error(responses: &mut BTreeMap<String, Value>, error: &Error, errors: ErrorShape) {
    let meaning = error.meaning();
    let (content_type, example, schema) = match errors(meaning, &error.to_string()) {
        Payload::Json(json) => of_json("application/json", &json),
        Payload::Problem(json) => of_json("application/problem+json", &json),
        Payload::Text(text) => ("text/plain", json!(text), json!({ "type": "string" })),
    };
    let response = responses
        .entry(meaning.status.as_str().to_owned())
        .or_insert_with(|| json!({ "description": about(meaning.status) }));
    if error.retry_after().is_some() {
        response["headers"]["Retry-After"] = json!({
            "description": "Seconds after which to try again.",
            "schema": { "type": "integer", "minimum": 1 },
        });
    }
    if error.challenge().is_some() {
        response["headers"]["WWW-Authenticate"] = json!({
            "description": "The scheme of the credentials, and what is wrong with those that were shown (RFC 6750).",
            "schema": { "type": "string" },
        });
    }
    let content = &mut response["content"][content_type];
    content["schema"] = schema;
    content["examples"][meaning.code] = json!({ "value": example });
}

fn of_json(content_type: &'static str, json: &str) -> (&'static str, Value, Value) {
    let example: Value = serde_json::from_str(json).expect("an error's body is JSON");
    let schema = schema::of_example(&example);
    (content_type, example, schema)
}

fn about(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "The caller is not known.",
        StatusCode::FORBIDDEN => "The caller does not get this token, and the answer says why.",
        StatusCode::REQUEST_TIMEOUT => "The request did not arrive in time.",
        StatusCode::PAYLOAD_TOO_LARGE => "The body is too long.",
        StatusCode::URI_TOO_LONG => "The URL is too long.",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "The head of the request is too long.",
        StatusCode::TOO_MANY_REQUESTS => "The client has sent too many requests.",
        StatusCode::INTERNAL_SERVER_ERROR => "Something is broken in the server.",
        StatusCode::SERVICE_UNAVAILABLE => "The server cannot answer now.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "The body is of a kind that is not read.",
        _ => "Something in the request is wrong, and the answer says what.",
    }
}

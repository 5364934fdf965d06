//! The server's own URLs, described for the document.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::inspect::Inspection;

use crate::access::Unauthenticated;
use crate::http::error::Error;
use crate::http::input::InputError;
use crate::http::openapi::examples::TOKEN_007;
use crate::http::openapi::{Access, Field, Operation, Section, field};
use crate::issuer::Receipt;
use crate::issuer::written::{WrittenError, WrittenRequest, WrittenService};
use crate::token::Excerpt;
use crate::token::explain::Report;

pub(in crate::http) const HEALTH: Section = ("Health", "What platforms and uptime probes ask.");

pub(in crate::http) const TOKENS: Section = (
    "Tokens",
    "The server's own API: every token of every version, and what is wrong with one. Errors are problem details (RFC \
     9457); their `code` stays the same where the words may not.",
);

pub(in crate::http) const DOCUMENT: Section = ("Description", "This document.");

pub(in crate::http) fn healthz() -> Operation {
    Operation::get("Whether the process answers")
        .for_whom(Access::Everyone)
        .without_limit()
        .answers(&json!({ "status": "ok" }))
}

pub(in crate::http) fn readyz() -> Operation {
    Operation::get("Whether new requests are welcome")
        .for_whom(Access::Everyone)
        .about(
            "Not while the server shuts down, while `AUDIT_LOG` cannot be written, or until the keys of `JWT_JWKS_URL` \
             were loaded for the first time.",
        )
        .without_limit()
        .answers(&json!({ "status": "ready" }))
        .fails(Error::Stopping)
        .fails(Error::AuditUnavailable)
        .fails(Unauthenticated::Unavailable)
}

pub(in crate::http) fn ping() -> Operation {
    Operation::get("The same, as the Go service has it")
        .for_whom(Access::Everyone)
        .without_limit()
        .answers(&json!({ "message": "pong" }))
}

pub(in crate::http) fn openapi() -> Operation {
    Operation::get("The description of this server")
        .for_whom(Access::Everyone)
        .without_limit()
        .answers_any("An OpenAPI document.")
}

pub(super) fn token_of_query() -> Operation {
    Operation::get("A token for one service, from an address bar")
        .about(
            "A service's fields beside `version` and `ttl`; RTC if no service is named. Fields that are lists or \
             objects need the POST. A parameter that is not the service's is refused.",
        )
        .query(query())
        .answers_with::<Receipt>(&answer())
        .fails(InputError::RepeatedName {
            name: Excerpt::of("channel"),
        })
        .fails(unreadable::<WrittenRequest>(br#"{"services":[{"service":"rtc","chanel":"test"}]}"#))
        .fails(WrittenError::both("uid", "account"))
}

pub(super) fn token_of_body() -> Operation {
    let rtc = json!({ "services": [{ "service": "rtc", "channel": "test", "uid": 1234, "role": "publisher" }] });
    let both = json!({
        "ttl": 3600,
        "services": [
            { "service": "rtc", "channel": "test", "account": "alice", "privileges": { "join_channel": null, "publish_audio": 600 } },
            { "service": "rtm", "user_id": "alice" },
        ],
    });
    let old = json!({ "version": "006", "services": [{ "service": "rtc", "channel": "test", "uid": 1234 }] });
    Operation::post("A token for one service or several")
        .about(
            "A token of version 007 is for 1 to 32 services, one of 005 or 006 for one. What a token is bound to is \
             said in the answer, so that a mismatch is seen before the SDK refuses it.",
        )
        .body::<WrittenRequest>([
            ("channel", "A publisher in a channel", rtc),
            ("several", "A channel and signaling, with privileges that end on their own", both),
            ("version_006", "A token of version 006", old),
        ])
        .answers_with::<Receipt>(&answer())
        .fails(unreadable::<WrittenRequest>(br#"{"services":[{"service":"rtc","chanel":"test"}]}"#))
        .fails(WrittenError::both("uid", "account"))
}

pub(super) fn inspect() -> Operation {
    let alone = json!({ "token": TOKEN_007 });
    let expected = json!({
        "token": TOKEN_007, "channel": "test", "uid": 1234, "service": "rtc", "role": "publisher", "error_code": 110,
    });
    Operation::post("What is wrong with a token")
        .for_whom(Access::CallersFirst)
        .about(
            "Reads a token, also a damaged one, and holds it against what a client uses it for and the error that its \
             SDK reports. Whatever is not given is not checked; nor is the signature, when the server wants to know its \
             callers and this is none.",
        )
        .body::<Inspection>([
            ("token", "A token alone", alone),
            ("expected", "A token, and what it should be good for", expected),
        ])
        .answers_with::<Report>(&report())
        .fails(unreadable::<Inspection>(br#"{"tokn":""}"#))
        .fails(WrittenError::both("uid", "account"))
}

fn query() -> [Field; 8] {
    let version = "The format: `005`, `006` or `007`, which is the default.";
    let service = "What the token is for; `rtc` by default.";
    let role = "What the client may do in the channel.";
    [
        field::channel("channel").optional(),
        field::uid("uid")
            .about("The numeric uid; without it and `account`, any user can join.")
            .digits(),
        field::account("account").without_example(),
        field::word("role", role, &["subscriber", "publisher"]).optional(),
        field::seconds("ttl"),
        field::word("version", version, &["007", "006", "005"]).optional(),
        field::word("service", service, &WrittenService::NAMES).optional(),
        field::user_id("user_id")
            .optional()
            .about("Who logs in to signaling or chat.")
            .without_example(),
    ]
}

fn answer() -> Value {
    json!({
        "token": TOKEN_007,
        "version": "007",
        "app_id": "970CA35de60c44645bbae8a215061b33",
        "issued_at": 1_700_000_000,
        "expires_at": 1_700_003_600,
        "renew_at": 1_700_003_570,
        "services": [{
            "service": "rtc", "channel": "test", "uid": 1234, "privileges": { "join_channel": 1_700_003_600 },
        }],
    })
}

fn report() -> Value {
    json!({
        "version": "007",
        "app_id": "970CA35de60c44645bbae8a215061b33",
        "issued_at": 1_700_000_000,
        "expires_at": 1_700_003_600,
        "salt": 1,
        "signature": "valid",
        "services": [{
            "type": 1, "name": "rtc", "channel": "test", "uid": "1234", "privileges": { "join_channel": 1_700_003_600 },
        }],
        "findings": [{
            "code": "channel_differs", "severity": "error", "message": "The token is for channel \"test\".",
            "advice": "Ask for a token for the channel that the client joins.",
        }],
    })
}

/// What is said about such a body.
fn unreadable<T: DeserializeOwned>(body: &[u8]) -> WrittenError {
    WrittenError::reading::<T>(body)
        .map(drop)
        .expect_err("the example is wrong on purpose")
}

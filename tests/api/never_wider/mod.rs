//! No token is for another user, or expires later, than the request says, under whichever name.
//!
//! Every URL of the OpenAPI description that issues tokens gets generated names of a user and of a lifetime, in several
//! spellings, in the query and in the body, with and without the URL's own parameter.

mod names;

use std::collections::{BTreeSet, HashSet};

use agora_token_server::token::{Binding, Scope, Service, UnverifiedToken};
use serde_json::{Map, Value, json};

use crate::compat::redacted;
use crate::openapi::{bodies, document, object, send, with_examples};
use crate::support::{Answer, NOW, TestApp, project};

/// A user that no example is for.
const USER: &str = "4711";
/// Less than every default; the examples' own lifetimes are longer.
const SECONDS: u32 = 60;

/// An operation of the description, with an example of its body.
struct Call {
    method: String,
    target: String,
    body: Option<Value>,
}

/// A call for each operation that issues tokens, and each of its examples.
async fn calls(app: &TestApp) -> Vec<Call> {
    let keys = "web:0123456789abcdef0123456789abcdef";
    let protected = document(&TestApp::told(&[("API_KEYS", keys)])).await;
    let mut calls = Vec::new();
    for (path, operations) in object(&protected["paths"]) {
        for (method, operation) in object(operations) {
            let security = operation["security"].as_array().unwrap();
            if security.is_empty() || security.contains(&json!({})) {
                continue;
            }
            for body in bodies(operation) {
                let (method, target) = (method.clone(), with_examples(path, operation));
                let answer = send(app, &method, &target, body.as_ref()).await;
                assert_eq!(answer.status, 200, "{method} {target}: {}", answer.body);
                calls.push(Call {
                    method,
                    target,
                    body,
                });
            }
        }
    }
    assert!(calls.len() > 24, "only {}", calls.len());
    calls
}

/// Leaves out what has one of these names, however deep.
fn without(value: &Value, names: &HashSet<String>) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !is_among(name, names))
            .map(|(name, value)| (name.clone(), without(value, names)))
            .collect(),
        Value::Array(entries) => entries.iter().map(|entry| without(entry, names)).collect(),
        other => other.clone(),
    }
}

fn is_among(name: &str, names: &HashSet<String>) -> bool {
    names.contains(&name.replace('_', "").to_ascii_lowercase())
}

impl Call {
    /// The call without its own parameters of these names.
    fn without(&self, names: &HashSet<String>) -> Self {
        let (path, query) = self.target.split_once('?').unwrap();
        let kept = query.split('&').filter(|pair| {
            let (name, _) = pair.split_once('=').unwrap_or_default();
            !is_among(name, names)
        });
        Self {
            method: self.method.clone(),
            target: format!("{path}?{}", kept.collect::<Vec<_>>().join("&")),
            body: self.body.as_ref().map(|body| without(body, names)),
        }
    }

    fn with_query(&self, name: &str, value: &str) -> Self {
        Self {
            method: self.method.clone(),
            target: format!("{}&{name}={value}", self.target),
            body: self.body.clone(),
        }
    }

    /// The call with a field at the top of its body, and one with it in each service that is enabled.
    fn with_field(&self, name: &str, value: &Value) -> Vec<Self> {
        let Some(body) = &self.body else {
            return Vec::new();
        };
        let add = |fields: &mut Map<String, Value>| {
            fields.insert(name.to_owned(), value.clone());
        };
        let mut changed = vec![body.clone()];
        add(changed[0].as_object_mut().unwrap());
        for (key, service) in object(body) {
            if service["enable"] == true {
                let mut body = body.clone();
                add(body[key].as_object_mut().unwrap());
                changed.push(body);
            }
        }
        let with = |body| Self {
            method: self.method.clone(),
            target: self.target.clone(),
            body: Some(body),
        };
        changed.into_iter().map(with).collect()
    }

    async fn answer(&self, app: &TestApp) -> Answer {
        send(app, &self.method, &self.target, self.body.as_ref()).await
    }

    fn shown(&self, answer: &Answer) -> String {
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        format!("{} {} {body}: {}", self.method, self.target, answer.body)
    }
}

/// The calls that say something under a name, in every place and with and without the URL's own parameters.
fn naming(call: &Call, own: &HashSet<String>, name: &str, values: &[Value]) -> Vec<Call> {
    let mut calls = Vec::new();
    for base in [call.without(own), call.without(&HashSet::new())] {
        for value in values {
            if let Some(text) = value.as_str() {
                calls.push(base.with_query(name, text));
            }
            calls.extend(base.with_field(name, value));
        }
        calls.push(base.with_query(&format!("{name}[]"), "1"));
    }
    calls
}

fn tokens(answer: &Answer) -> Vec<UnverifiedToken> {
    let (_, tokens) = redacted(&answer.body);
    assert!(!tokens.is_empty(), "{}", answer.body);
    tokens
        .iter()
        .map(|token| UnverifiedToken::parse(token).unwrap())
        .collect()
}

fn users(Service { scope, .. }: &Service) -> Vec<&str> {
    match scope {
        Scope::Rtc { uid: user, .. }
        | Scope::Streaming { account: user, .. }
        | Scope::Fcdn { account: user, .. }
        | Scope::Rtm { user_id: user }
        | Scope::Rtm2 { user_id: user, .. }
        | Scope::Chat { user_id: user }
        | Scope::Apaas { user, .. } => vec![user.as_str()],
        Scope::Fpa | Scope::ConvoAi | Scope::Stt => Vec::new(),
    }
}

/// Returns whether a token is for that user alone. The examples' channel is `test`.
fn is_for(token: &UnverifiedToken, user: &str) -> bool {
    match token {
        UnverifiedToken::V007(token) => {
            let services = token.message.services.known().iter();
            services.flat_map(users).all(|found| found == user)
        }
        other => {
            let binding = Binding {
                channel: "test",
                uid: user,
            };
            other.verify(&project(), Some(binding)).is_ok()
        }
    }
}

/// Returns whether every privilege of a token expires within that time; 0 is no expiry of its own. The token may live longer, as
/// one of the Docker image does for `privilegeExpireTs`.
fn lasts_at_most(token: &UnverifiedToken, seconds: u32) -> bool {
    let until = |end: u32| (NOW..=NOW + seconds).contains(&end);
    match token {
        UnverifiedToken::V007(token) => {
            let services = token.message.services.known().iter();
            let mut ends = services.flat_map(|service| service.privileges.iter());
            ends.all(|(_, end)| (1..=seconds).contains(&end))
        }
        UnverifiedToken::V006(token) => token.message.privileges.iter().all(|(_, end)| until(end)),
        UnverifiedToken::V005(token) => until(token.message.ends_at.seconds()),
    }
}

/// Makes the calls. Each is rejected with status 400, or all of its tokens keep a rule. Returns the number of responses
/// with tokens.
async fn rejected_or(
    app: &TestApp,
    calls: Vec<Call>,
    keeps: impl Fn(&UnverifiedToken) -> bool,
) -> usize {
    let mut issued = 0;
    for call in calls {
        let answer = call.answer(app).await;
        if answer.status == 400 {
            continue;
        }
        assert_eq!(answer.status, 200, "{}", call.shown(&answer));
        assert!(
            tokens(&answer).iter().all(&keeps),
            "{}",
            call.shown(&answer)
        );
        issued += 1;
    }
    issued
}

/// Checks that all errors of an app are about a user or a lifetime that is not read, is repeated or has another type.
async fn all_errors_are_about_names(app: &TestApp, more: &[&str]) {
    let text = app.metrics_text().await;
    let codes = text.lines().filter_map(|line| {
        let (_, code) = line.split_once("agora_requests_refused_total{reason=\"")?;
        let (code, count) = code.split_once("\"} ")?;
        (count != "0").then_some(code)
    });
    let expected = [
        "unread_parameter",
        "parameters_differ",
        "field_type",
        "parameter_array",
        "parameter_repeated",
        "request_unreadable", // an unknown field in the body of /v1/tokens
    ];
    let expected: BTreeSet<&str> = expected.iter().chain(more).copied().collect();
    assert_eq!(codes.collect::<BTreeSet<_>>(), expected);
}

/// Returns whether a call gets a name: every call gets the short ones, and one of four the others.
fn gets(call: usize, index: usize, words: &str) -> bool {
    !words.contains(' ') || (call + index).is_multiple_of(4)
}

#[tokio::test]
async fn issues_no_token_for_another_user_than_the_request_names() {
    let app = TestApp::counting();
    let values = [
        json!(USER),
        json!(4711),
        json!("alice7"),
        json!(true),
        json!({ "id": 4711 }),
        json!([4711]),
    ];
    let names = names::users();
    let own = names::joined(&names);
    let mut issued = 0;
    for (number, call) in calls(&app).await.iter().enumerate() {
        for (index, name) in names.iter().enumerate() {
            if !gets(number, index, name) {
                continue;
            }
            for (turn, spelling) in names::spellings(name).iter().enumerate() {
                let value = &values[(number + index / 4 + turn) % values.len()];
                let calls = naming(call, &own, spelling, std::slice::from_ref(value));
                let user = value.as_str().unwrap_or(USER);
                issued += rejected_or(&app, calls, |token| is_for(token, user)).await;
            }
        }
    }
    assert!(issued > 50, "only {issued} tokens");
    all_errors_are_about_names(&app, &["uid_invalid", "fields_exclude_one_another"]).await;
}

#[tokio::test]
async fn issues_no_token_with_a_longer_lifetime_than_the_request_names() {
    let app = TestApp::counting();
    let values = [
        json!(SECONDS.to_string()),
        json!(SECONDS),
        json!(true),
        json!({ "seconds": SECONDS }),
    ];
    let names = names::lifetimes();
    let own = names::joined(&names);
    let mut issued = 0;
    for (number, call) in calls(&app).await.iter().enumerate() {
        for (index, name) in names.iter().enumerate() {
            if !gets(number, index, name) {
                continue;
            }
            let spellings = names::spellings(name);
            let spelling = &spellings[(number + index / 16) % spellings.len()];
            let values = if name.contains(' ') {
                std::slice::from_ref(&values[(number + index / 4) % values.len()])
            } else {
                &values
            };
            let calls = naming(call, &own, spelling, values);
            issued += rejected_or(&app, calls, |token| lasts_at_most(token, SECONDS)).await;
        }
    }
    assert!(issued > 20, "only {issued} tokens");
    all_errors_are_about_names(&app, &[]).await;
}

//! The description of the server: it says what the server does, all of it, and nothing else.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::support::{Answer, TestApp};

pub(crate) async fn document(app: &TestApp) -> Value {
    let answer = app.get("/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    serde_json::from_str(&answer.body).unwrap()
}

pub(crate) fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

#[tokio::test]
async fn a_path_answers_the_methods_that_are_described_and_no_others() {
    let app = TestApp::new();
    let document = document(&app).await;
    let paths = object(&document["paths"]);
    assert!(paths.len() > 20, "only {} paths", paths.len());
    for (path, operations) in paths {
        let mut described: BTreeSet<String> = object(operations)
            .keys()
            .map(|method| method.to_uppercase())
            .collect();
        if described.contains("GET") {
            described.insert("HEAD".to_owned());
        }
        let answer = app.send(Method::DELETE, &filled(path), &[]).await;
        assert_eq!(answer.status, 405, "{path}");
        let answered: BTreeSet<String> = answer
            .header("allow")
            .unwrap()
            .split(',')
            .map(str::to_owned)
            .collect();
        assert_eq!(answered, described, "{path}");
    }
}

#[tokio::test]
async fn what_is_switched_off_is_not_described() {
    let document = document(&TestApp::new().compat("none")).await;
    let paths: Vec<&String> = object(&document["paths"]).keys().collect();
    assert_eq!(
        paths,
        [
            "/healthz",
            "/openapi.json",
            "/ping",
            "/readyz",
            "/v1/tokens",
            "/v1/tokens/inspect"
        ]
    );
    let document = self::document(&TestApp::new().compat("demo_server")).await;
    assert!(document["paths"]["/rtcToken"].is_object());
    assert!(document["paths"]["/access_token"].is_null());
}

#[tokio::test]
async fn every_example_works_and_is_answered_with_the_fields_of_the_example() {
    let app = TestApp::new();
    let document = document(&app).await;
    let mut sent = 0;
    for (path, operations) in object(&document["paths"]) {
        for (method, operation) in object(operations) {
            let target = with_examples(path, operation);
            let expected = &operation["responses"]["200"]["content"]["application/json"]["example"];
            for body in bodies(operation) {
                let answer = send(&app, method, &target, body.as_ref()).await;
                assert_eq!(answer.status, 200, "{method} {target}: {}", answer.body);
                let answered: Value = serde_json::from_str(&answer.body).unwrap();
                if let Some(expected) = expected.as_object() {
                    let names: Vec<&String> = object(&answered).keys().collect();
                    assert_eq!(
                        names,
                        expected.keys().collect::<Vec<_>>(),
                        "{method} {target}"
                    );
                }
                sent += 1;
            }
        }
    }
    assert!(sent > 25, "only {sent} examples");
}

#[tokio::test]
async fn every_name_that_is_referred_to_is_there() {
    let document = document(&TestApp::new()).await;
    let text = document.to_string();
    let schemas = object(&document["components"]["schemas"]);
    let referred: BTreeSet<&str> = text
        .split("\"#/components/schemas/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(
        referred,
        schemas.keys().map(String::as_str).collect::<BTreeSet<_>>()
    );
}

/// Every operation that makes tokens: where, and its answers.
fn minting(document: &Value) -> Vec<(String, &Map<String, Value>)> {
    let mut minting = Vec::new();
    for (path, operations) in object(&document["paths"]) {
        for (method, operation) in object(operations) {
            // Without exception for whoever shows nothing.
            let ways = operation["security"].as_array().unwrap();
            if !ways.is_empty() && !ways.contains(&json!({})) {
                let name = format!("{method} {path}");
                minting.push((name, object(&operation["responses"])));
            }
        }
    }
    minting
}

/// The codes that an answer of this status has examples of.
fn codes(responses: &Map<String, Value>, status: &str) -> BTreeSet<String> {
    let contents = object(&responses[status]["content"]).values();
    let codes = contents.flat_map(|content| object(&content["examples"]).keys().cloned());
    codes.collect()
}

#[tokio::test]
async fn whatever_makes_tokens_says_how_a_guarded_server_refuses_them() {
    let keys = "web:0123456789abcdef0123456789abcdef";
    let document = document(&TestApp::told(&[("API_KEYS", keys)])).await;
    let minting = minting(&document);
    assert!(minting.len() > 20, "only {}", minting.len());
    for (name, responses) in minting {
        let expected: [(&str, &[&str]); 4] = [
            (
                "401",
                &[
                    "credentials_missing",
                    "credentials_invalid",
                    "credentials_expired",
                ],
            ),
            (
                "403",
                &[
                    "claim_invalid",
                    "channel_refused",
                    "role_refused",
                    "user_refused",
                ],
            ),
            ("429", &["rate_limited", "too_many_invalid_keys"]),
            (
                "503",
                &[
                    "answer_too_slow",
                    "audit_unavailable",
                    "authorization_unavailable",
                    "keys_unavailable",
                    "overloaded",
                ],
            ),
        ];
        for (status, expected) in expected {
            let expected = expected.iter().map(ToString::to_string).collect();
            assert_eq!(codes(responses, status), expected, "{name}");
        }
        let has = |status: &str, header: &str| responses[status]["headers"][header].is_object();
        assert!(has("401", "WWW-Authenticate"), "{name}");
        assert!(has("429", "Retry-After"), "{name}");
        assert!(!has("403", "WWW-Authenticate"), "{name}");
    }
}

#[tokio::test]
async fn an_open_server_describes_only_what_it_can_answer() {
    let document = document(&TestApp::new()).await;
    let responses = object(&document["paths"]["/v1/tokens"]["post"]["responses"]);
    assert!(!responses.contains_key("401"));
    assert_eq!(
        codes(responses, "403"),
        BTreeSet::from(["channel_refused".to_owned()])
    );
    assert!(codes(responses, "503").contains("audit_unavailable"));
}

#[tokio::test]
async fn the_documented_status_of_a_code_is_the_one_that_is_described() {
    let list = std::fs::read_to_string("docs/api.md").unwrap();
    let keys = "web:0123456789abcdef0123456789abcdef";
    let document = document(&TestApp::told(&[("API_KEYS", keys)])).await;
    let responses = object(&document["paths"]["/v1/tokens"]["post"]["responses"]);
    let mut seen = 0;
    for status in responses.keys().filter(|status| *status != "200") {
        for code in codes(responses, status) {
            let row = format!("\n| `{code}` | {status} | ");
            assert!(list.contains(&row), "{row}");
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen}");
}

pub(crate) async fn send(
    app: &TestApp,
    method: &str,
    target: &str,
    body: Option<&Value>,
) -> Answer {
    match body {
        None => {
            assert_eq!(method, "get");
            app.get(target).await
        }
        Some(body) => {
            assert_eq!(method, "post");
            let body = Body::from(body.to_string());
            app.post(target, "application/json", body).await
        }
    }
}

/// A path with something in each of its places.
fn filled(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

pub(crate) fn with_examples(path: &str, operation: &Value) -> String {
    let mut target = path.to_owned();
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().unwrap() {
        let (name, example) = (parameter["name"].as_str().unwrap(), &parameter["example"]);
        let example = match example {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            number => number.to_string(),
        };
        match parameter["in"].as_str().unwrap() {
            "path" => target = target.replace(&format!("{{{name}}}"), &example),
            _ => query.push(format!("{name}={example}")),
        }
    }
    format!("{target}?{}", query.join("&"))
}

pub(crate) fn bodies(operation: &Value) -> Vec<Option<Value>> {
    let content = &operation["requestBody"]["content"]["application/json"];
    match (&content["example"], &content["examples"]) {
        (Value::Null, Value::Null) => vec![None],
        (Value::Null, examples) => object(examples)
            .values()
            .map(|example| Some(example["value"].clone()))
            .collect(),
        (example, _) => vec![Some(example.clone())],
    }
}

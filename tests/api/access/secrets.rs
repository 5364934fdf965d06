//! What is secret does not come out: not in answers, not in the description, not in debug output.

use agora_token_server::access::Guard;
use agora_token_server::config::{Config, Environment};

use super::{KEY, SECRET, alice, hs256};
use crate::support::{TestApp, project};

#[tokio::test]
async fn no_answer_and_no_description_holds_a_secret() {
    let keys = format!("web:{KEY}");
    let app = TestApp::told(&[("API_KEYS", &keys), ("JWT_SECRET", SECRET)]);
    let jwt = hs256(&alice());
    let key = format!("Bearer {KEY}");
    let user = format!("Bearer {jwt}");
    for target in [
        "/openapi.json",
        "/",
        "/access_token",
        "/access_token?channel=closed",
        "/v1/tokens?chanel=a",
        "/nothing",
    ] {
        for shown in ["", "Bearer x", &key, &user] {
            let headers = [("authorization", shown)];
            let answer = app.send(axum::http::Method::GET, target, &headers).await;
            let said = format!("{:?}{}", answer.headers, answer.body);
            for secret in [KEY, SECRET, &jwt, "5CFd2fd1755d40ecb72977518be15d3b"] {
                assert!(!said.contains(secret), "{target}: {said}");
            }
        }
    }
}

#[test]
fn debug_output_holds_no_secret() {
    let variables = [
        ("API_KEYS", format!("web:{KEY}")),
        ("JWT_SECRET", SECRET.to_owned()),
        ("AUTHORIZE_URL", "http://127.0.0.1:1/".to_owned()),
        ("AUTHORIZE_TOKEN", "open-sesame-please".to_owned()),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let nothing = || Err(std::io::ErrorKind::NotFound.into());
    let environment = Environment::new(variables, nothing(), |_| {
        Err(std::io::ErrorKind::NotFound.into())
    });
    let config = Config::read(&environment, Some(project())).unwrap();
    let said = format!("{config:?}");
    let said = format!("{said}{:?}", Guard::new(config.access).unwrap());
    for secret in [KEY, SECRET, "open-sesame-please"] {
        assert!(!said.contains(secret), "{said}");
        let bytes = format!("{:?}", secret.as_bytes());
        assert!(!said.contains(bytes.trim_matches(['[', ']'])), "{said}");
    }
    assert!(said.contains("web:[redacted]"), "{said}");
}

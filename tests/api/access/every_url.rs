//! Every URL that is described, with every kind of wrong credentials: no token, and the right status.

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::server::Provider;
use super::{KEY, RSA_PUBLIC, alice_with, eddsa, get_as, hs256, rs256};
use crate::access::{ED25519, alice};
use crate::compat::redacted;
use crate::openapi::{bodies, document, object, with_examples};
use crate::support::{Answer, NOW, TestApp};

/// A request of the description: method, target, body, and the credentials that it takes.
pub(super) type Example = (String, String, Option<Value>, Value);

/// Whether it issues tokens: it requires credentials on a protected server.
pub(super) fn is_minting((.., security): &Example) -> bool {
    let ways = security.as_array();
    ways.is_some_and(|ways| !ways.is_empty() && !ways.contains(&json!({})))
}

/// A request of every example of the description.
pub(super) async fn requests(app: &TestApp) -> Vec<Example> {
    let document = document(app).await;
    let mut requests = Vec::new();
    for (path, operations) in object(&document["paths"]) {
        for (method, operation) in object(operations) {
            let target = with_examples(path, operation);
            let security = &operation["security"];
            for body in bodies(operation) {
                let method = method.to_uppercase();
                if method == "GET" {
                    requests.push(("HEAD".to_owned(), target.clone(), None, security.clone()));
                }
                requests.push((method, target.clone(), body, security.clone()));
            }
        }
    }
    assert!(requests.len() > 40, "only {}", requests.len());
    requests
}

pub(super) async fn send(
    app: &TestApp,
    (method, target, body, _): &Example,
    headers: &[(&str, String)],
) -> Answer {
    let mut request = Request::builder().method(method.as_str()).uri(target);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = match body {
        None => request.body(Body::empty()),
        Some(body) => request
            .header("content-type", "application/json")
            .body(body.to_string().into()),
    };
    app.answer(request.unwrap()).await
}

fn bearer(shown: &str) -> Vec<(&'static str, String)> {
    vec![("authorization", format!("Bearer {shown}"))]
}

/// A JWT whose header and signature are made by hand.
fn by_hand(header: &Value, claims: &Value, sign: impl Fn(&str) -> Vec<u8>) -> String {
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(&message));
    format!("{message}.{signature}")
}

fn hmac(key: &str) -> impl Fn(&str) -> Vec<u8> {
    move |message| {
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.chain_update(message).finalize().into_bytes().to_vec()
    }
}

/// A name, headers, and the status for them.
type Wrong = (&'static str, Vec<(&'static str, String)>, u16);

/// Wrong credentials for a server with an API key and the RSA key.
#[expect(clippy::too_many_lines, reason = "a table")]
fn wrong() -> Vec<Wrong> {
    let good = rs256(&alice());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let payload = URL_SAFE_NO_PAD.encode(alice_with(json!({ "sub": "mallory" })).to_string());
    let hs = json!({ "alg": "HS256", "typ": "JWT" });
    let none = |alg: &str| by_hand(&json!({ "alg": alg }), &alice(), |_| Vec::new());
    let exp = |exp: Value| bearer(&rs256(&alice_with(json!({ "exp": exp }))));
    vec![
        ("nothing", vec![], 401),
        (
            "another key",
            bearer("ffffffffffffffffffffffffffffffff"),
            401,
        ),
        (
            "another key in its header",
            vec![("x-api-key", KEY.to_uppercase())],
            401,
        ),
        ("an empty key", vec![("x-api-key", String::new())], 401),
        (
            "a password",
            vec![("authorization", "Basic YTpi".to_owned())],
            401,
        ),
        (
            "two keys",
            vec![
                ("x-api-key", KEY.to_owned()),
                ("authorization", "Bearer x".to_owned()),
            ],
            400,
        ),
        ("an expired JWT", exp(json!(NOW - 61)), 401),
        ("exp as text", exp(json!((NOW + 600).to_string())), 401),
        ("no exp", exp(Value::Null), 401),
        ("exp in a list", exp(json!([NOW + 600])), 401),
        (
            "nbf in the future",
            bearer(&rs256(&alice_with(json!({ "nbf": NOW + 61 })))),
            401,
        ),
        (
            "nbf as text",
            bearer(&rs256(&alice_with(json!({ "nbf": "0" })))),
            401,
        ),
        ("alg none", bearer(&none("none")), 401),
        ("alg None", bearer(&none("None")), 401),
        (
            "alg nothing",
            bearer(&by_hand(&json!({}), &alice(), |_| Vec::new())),
            401,
        ),
        (
            "HMAC with the public key",
            bearer(&by_hand(&hs, &alice(), hmac(RSA_PUBLIC))),
            401,
        ),
        (
            "HMAC with its text trimmed",
            bearer(&by_hand(&hs, &alice(), hmac(RSA_PUBLIC.trim()))),
            401,
        ),
        ("HMAC with another secret", bearer(&hs256(&alice())), 401),
        (
            "HMAC under the name RS256",
            bearer(&by_hand(
                &json!({ "alg": "RS256" }),
                &alice(),
                hmac(RSA_PUBLIC),
            )),
            401,
        ),
        (
            "another algorithm",
            bearer(&eddsa(ED25519, None, &alice())),
            401,
        ),
        (
            "RS512 in the header",
            bearer(&format!(
                "{}.{}",
                good.replacen(header, &URL_SAFE_NO_PAD.encode(r#"{"alg":"RS512"}"#), 1),
                ""
            )),
            401,
        ),
        (
            "other claims",
            bearer(&format!("{header}.{payload}.{signature}")),
            401,
        ),
        ("no signature", bearer(&format!("{message}.")), 401),
        (
            "a signature cut short",
            bearer(&good[..good.len() - 4]),
            401,
        ),
        ("five parts", bearer(&format!("{good}.a.b")), 401),
        (
            "its own key in the header",
            bearer(&by_hand(
                &json!({ "alg": "HS256", "jwk": { "kty": "oct", "k": "AAAA" } }),
                &alice(),
                hmac("\0\0\0"),
            )),
            401,
        ),
        (
            "an audience",
            bearer(&rs256(&alice_with(json!({ "aud": "someone" })))),
            401,
        ),
        (
            "no user",
            bearer(&rs256(&alice_with(json!({ "sub": null })))),
            403,
        ),
        (
            "any user",
            bearer(&rs256(&alice_with(json!({ "sub": "0" })))),
            403,
        ),
        (
            "an unknown role",
            bearer(&rs256(&alice_with(json!({ "agora_role": "boss" })))),
            403,
        ),
    ]
}

/// How many requests had the status that they should have, and no token.
async fn refused(app: &TestApp, wrong: &[Wrong]) -> usize {
    let mut sent = 0;
    for request in requests(app).await {
        let likes_callers = request
            .3
            .as_array()
            .is_some_and(|ways| ways.contains(&json!({})));
        let wants_callers = request.3.as_array().is_some_and(|ways| !ways.is_empty());
        for (name, headers, status) in wrong {
            let answer = send(app, &request, headers).await;
            let is_nobody = answer.status == 200 && ["nothing", "a password"].contains(name);
            // Without any key for JWTs the server is not ready.
            let is_unready = *status == 503 && request.1.starts_with("/readyz");
            let expected = match (wants_callers, likes_callers && is_nobody) {
                (false, _) if is_unready => 503,
                (false, _) | (true, true) => 200,
                (true, false) => *status,
            };
            let line = format!("{name}: {} {}: {}", request.0, request.1, answer.body);
            assert_eq!(answer.status, expected, "{line}");
            // The description has tokens as examples.
            let tokens = redacted(&answer.body).1.len();
            assert!(
                tokens == 0 || request.1.starts_with("/openapi.json"),
                "{line}"
            );
            if expected == 401 {
                assert!(
                    answer
                        .header("www-authenticate")
                        .unwrap()
                        .starts_with("Bearer"),
                    "{line}"
                );
            }
            sent += 1;
        }
    }
    sent
}

#[tokio::test]
async fn no_url_makes_a_token_for_wrong_credentials() {
    let keys = format!("web:{KEY}");
    let app = TestApp::told(&[("API_KEYS", &keys), ("JWT_PUBLIC_KEY", RSA_PUBLIC)]);
    let sent = refused(&app, &wrong()).await;
    assert!(sent > 1_000, "only {sent}");
}

#[tokio::test]
async fn no_url_makes_a_token_while_the_keys_are_unknown() {
    let provider = Provider::start(&[]).await;
    let jwks = provider.url();
    let told = [
        ("JWT_JWKS_URL", jwks.as_str()),
        ("JWT_ISSUER", "https://login.example"),
        ("JWT_AUDIENCE", "video"),
    ];
    let claims = alice_with(json!({ "iss": "https://login.example", "aud": "video" }));
    let wrong = [(
        "the keys down",
        bearer(&eddsa(ED25519, Some("one"), &claims)),
        503,
    )];
    let app = TestApp::told(&told);
    provider.fails(500);
    assert!(refused(&app, &wrong).await > 40);

    let app = TestApp::told(&told);
    provider.answers(&[("one", ED25519)]);
    let jwt = eddsa(ED25519, Some("one"), &claims);
    assert_eq!(
        get_as(&app, &jwt, "/v1/tokens?channel=test").await.status,
        200
    ); // loads the keys
    let wrong = [(
        "an unknown key",
        bearer(&eddsa(ED25519, Some("two"), &claims)),
        401,
    )];
    assert!(refused(&app, &wrong).await > 40);
}

#[tokio::test]
async fn every_url_makes_tokens_for_a_key() {
    let app = TestApp::told(&[("API_KEYS", &format!("web:{KEY}"))]);
    let mut tokens = 0;
    for request in requests(&app).await {
        let answer = send(&app, &request, &[("x-api-key", KEY.to_owned())]).await;
        assert_eq!(
            answer.status, 200,
            "{} {}: {}",
            request.0, request.1, answer.body
        );
        tokens += redacted(&answer.body).1.len();
    }
    assert!(tokens > 25, "only {tokens}");
}

#[tokio::test]
async fn a_path_without_a_token_needs_no_credentials() {
    let app = TestApp::told(&[("API_KEYS", &format!("web:{KEY}"))]);
    for path in [
        "/",
        "/page.css",
        "/favicon.ico",
        "/docs",
        "/docs.css",
        "/docs.js",
        "/ping",
        "/healthz",
        "/openapi.json",
    ] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
    assert_eq!(app.get("/nothing").await.status, 404);
}

#[tokio::test]
async fn the_description_of_an_open_server_knows_no_credentials() {
    let document = document(&TestApp::new()).await;
    assert_eq!(document["components"]["securitySchemes"], Value::Null);
    assert_eq!(
        document["paths"]["/access_token"]["get"]["security"],
        Value::Null
    );
}

/// Whoever has shown a JWT that is in order still gets nobody else's token, and none for more.
#[tokio::test]
async fn no_url_makes_a_token_for_a_user_without_the_right() {
    let app = TestApp::told(&[("JWT_PUBLIC_KEY", RSA_PUBLIC)]);
    let user = |claims: Value| bearer(&rs256(&alice_with(claims)));
    let nowhere = user(json!({ "sub": "mallory", "agora_channels": [] }));
    let another = user(json!({ "sub": "mallory", "agora_channels": "*", "agora_role": "admin" }));
    let of_role = |name: &str, role: &str| {
        user(json!({ "sub": name, "agora_channels": "*", "agora_role": role }))
    };
    let (mut sent, mut published) = (0, 0);
    for request in requests(&app).await {
        let Some(ways) = request.3.as_array() else {
            panic!("{} says nothing about credentials", request.1);
        };
        if ways.is_empty() || ways.contains(&json!({})) {
            continue; // makes no tokens
        }
        let line = format!("{} {} {:?}", request.0, request.1, request.2);
        let mut without_right = vec![nowhere.clone(), another.clone()];
        for name in ["1234", "alice"] {
            let is_own = send(&app, &request, &of_role(name, "publisher"))
                .await
                .status
                == 200;
            if is_own && line.contains("publish") {
                published += 1;
                without_right.push(of_role(name, "subscriber"));
            }
        }
        for headers in without_right {
            let answer = send(&app, &request, &headers).await;
            assert_eq!(answer.status, 403, "{line}: {}", answer.body);
            assert!(redacted(&answer.body).1.is_empty(), "{line}");
            sent += 1;
        }
    }
    assert!(sent > 80 && published > 10, "only {sent}, {published}");
}

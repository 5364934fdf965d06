//! Who gets which token: every kind of credentials, and what is refused to whom.

mod altered;
pub(crate) mod api_keys;
mod claims;
mod every_url;
mod hook;
mod inspect;
mod jwks;
mod jwt;
mod lifetime;
mod limits;
mod secrets;
mod server;
mod small_order;
mod user;
mod version;
mod webhook;

use agora_token_server::token::v007;
use axum::http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp};

/// 32 characters each.
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const OTHER_KEY: &str = "abcdef0123456789abcdef0123456789";
pub(crate) const SECRET: &str = "a secret of thirty-two bytes, yes";

const RSA: &str = include_str!("../../keys/rsa.pem");
const RSA_PUBLIC: &str = include_str!("../../keys/rsa.pub.pem");
const P256: &str = include_str!("../../keys/p256.pem");
const ED25519: &str = include_str!("../../keys/ed25519.pem");
const OTHER_ED25519: &str = include_str!("../../keys/other_ed25519.pem");

/// The claims of a user who may join the channel `test` and every room.
pub(crate) fn alice() -> Value {
    json!({ "sub": "alice", "exp": NOW + 600, "agora_channels": ["test", "room-*"] })
}

/// Alice, with other claims too; null takes one away.
pub(crate) fn alice_with(claims: Value) -> Value {
    let mut all = alice();
    let Value::Object(claims) = claims else {
        panic!("{claims}");
    };
    for (name, claim) in claims {
        match claim {
            Value::Null => drop(all.as_object_mut().unwrap().remove(&name)),
            claim => all[name] = claim,
        }
    }
    all
}

fn signed(header: &Header, claims: &Value, key: &EncodingKey) -> String {
    encode(header, claims, key).unwrap()
}

/// A JWT by HS256 with the tests' secret.
pub(crate) fn hs256(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    signed(&Header::new(Algorithm::HS256), claims, &key)
}

fn rs256(claims: &Value) -> String {
    let key = EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap();
    signed(&Header::new(Algorithm::RS256), claims, &key)
}

/// A JWT by `EdDSA` with a key ID, or none.
fn eddsa(pem: &str, id: Option<&str>, claims: &Value) -> String {
    let key = EncodingKey::from_ed_pem(pem.as_bytes()).unwrap();
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = id.map(str::to_owned);
    signed(&header, claims, &key)
}

/// An app for users with JWTs by the tests' secret.
pub(crate) fn with_secret(more: &[(&str, &str)]) -> TestApp {
    TestApp::told(&[&[("JWT_SECRET", SECRET)], more].concat())
}

/// The privileges of a 007 token's only service: numbers, and seconds after its issue.
#[track_caller]
fn privileges(message: &v007::Message) -> Vec<(u16, u32)> {
    let [service] = message.services.known() else {
        panic!("{message:?}");
    };
    service.privileges.iter().collect()
}

/// Asks with credentials as a bearer token.
pub(crate) async fn get_as(app: &TestApp, shown: &str, target: &str) -> Answer {
    let bearer = format!("Bearer {shown}");
    app.send(Method::GET, target, &[("authorization", &bearer)])
        .await
}

/// Posts JSON, with credentials as a bearer token.
pub(crate) async fn post_as(app: &TestApp, shown: &str, target: &str, body: &Value) -> Answer {
    let request = axum::http::Request::post(target)
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {shown}"));
    app.answer(request.body(body.to_string().into()).unwrap())
        .await
}

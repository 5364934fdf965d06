//! Checks a JWT: whose signature it has, and whether its time is now.
//!
//! The library that verifies signatures reads the clock itself and every JWT twice, so only its cryptography is used.
//! Which algorithm is right follows from the key alone, never from the JWT.

use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto;
use serde_json::Value;
use sha2::Sha256;

use super::claims::Claims;
use super::error::{Unauthenticated, invalid};
use super::json::members;
use super::jwks::{Jwks, Unknown};
use super::user::User;
use crate::config::{Jwt, JwtKey, PublicKey};
use crate::token::UnixTime;

pub(super) struct Verifier {
    key: Key,
    claims: Claims,
}

enum Key {
    /// Prepared once and boxed: moving the verifier copies a pointer, not the key.
    Secret(Box<Hmac<Sha256>>),
    PublicKey(PublicKey),
    Jwks(Arc<Jwks>),
}

/// The header of a JWT.
struct Header {
    alg: String,
    kid: Option<String>,
}

impl Header {
    /// Parses a header, and rejects one with anything that this server does not support.
    fn parse(json: &[u8]) -> Result<Self, Unauthenticated> {
        let [alg, kid, typ, crit, b64] = members(json, ["alg", "kid", "typ", "crit", "b64"])
            .map_err(|_| invalid("its header is not a JSON object with unique names"))?;
        if crit.is_some() {
            return Err(invalid("its header has a crit"));
        }
        if b64.is_some_and(|b64| b64 != Value::Bool(true)) {
            return Err(invalid("its header has a b64 that is not true"));
        }
        if typ.is_some_and(|typ| !typ.as_str().is_some_and(is_type_of_jwt)) {
            return Err(invalid("its typ is neither JWT nor at+jwt"));
        }
        let kid = match kid {
            None | Some(Value::Null) => None,
            Some(Value::String(kid)) => Some(kid),
            Some(_) => return Err(invalid("its kid is not a string")),
        };
        match alg {
            Some(Value::String(alg)) => Ok(Self { alg, kid }),
            _ => Err(invalid("its header has no alg")),
        }
    }
}

/// Returns whether a media type is that of a JWT (RFC 7519, 5.1) or of an access token (RFC 9068, 2.1). Other JWTs of the same
/// issuer, such as logout tokens, do not authenticate anyone.
fn is_type_of_jwt(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    let subtype = typ.strip_prefix("application/").unwrap_or(&typ);
    matches!(subtype, "jwt" | "at+jwt")
}

impl Verifier {
    pub(super) fn new(config: Jwt) -> io::Result<Self> {
        let key = match &config.key {
            JwtKey::Secret(secret) => Key::Secret(Box::new(
                Hmac::new_from_slice(secret.expose().as_bytes())
                    .expect("HMAC accepts keys of any length"),
            )),
            JwtKey::PublicKey(key) => Key::PublicKey(key.clone()),
            JwtKey::Jwks(url) => Key::Jwks(Arc::new(Jwks::new(url.clone())?)),
        };
        let claims = Claims::new(config);
        Ok(Self { key, claims })
    }

    pub(super) async fn prepare(&self, now: UnixTime) {
        if let Key::Jwks(jwks) = &self.key {
            jwks.prepare(now).await;
        }
    }

    /// Returns whether a verification key was ever loaded.
    pub(super) fn is_ready(&self, now: UnixTime) -> bool {
        match &self.key {
            Key::Jwks(jwks) => jwks.is_ready(now),
            Key::Secret(_) | Key::PublicKey(_) => true,
        }
    }

    /// The user that a JWT is about.
    pub(super) async fn user(&self, jwt: &str, now: UnixTime) -> Result<User, Unauthenticated> {
        let (message, signature) = jwt
            .rsplit_once('.')
            .ok_or_else(|| invalid("it has no two dots"))?;
        let (header, payload) = message
            .split_once('.')
            .ok_or_else(|| invalid("it has no two dots"))?;
        let header = Header::parse(&decoded(header)?)?;
        match &self.key {
            Key::Secret(key) => verify_secret(key, &header, message, signature)?,
            Key::PublicKey(key) => verify([key], &header, message, signature)?,
            Key::Jwks(jwks) => {
                let keys = jwks.keys(header.kid.as_deref(), &header.alg, now).await;
                let keys = keys.map_err(|unknown| match unknown {
                    Unknown::Key => invalid("no key of the set is its key"),
                    Unknown::Set => Unauthenticated::Unavailable,
                })?;
                verify(keys.iter().map(Arc::as_ref), &header, message, signature)?;
            }
        }
        self.claims.user(&decoded(payload)?, now)
    }
}

fn decoded(part: &str) -> Result<Vec<u8>, Unauthenticated> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| invalid("a part of it is not base64url"))
}

fn verify_secret(
    key: &Hmac<Sha256>,
    header: &Header,
    message: &str,
    signature: &str,
) -> Result<(), Unauthenticated> {
    if header.alg != "HS256" {
        return Err(invalid("its algorithm is not HS256"));
    }
    key.clone()
        .chain_update(message)
        .verify_slice(&decoded(signature)?)
        .map_err(|_| invalid("its signature is not of JWT_SECRET"))
}

/// Verifies a signature with the first of these keys that fits.
fn verify<'a>(
    keys: impl IntoIterator<Item = &'a PublicKey>,
    header: &Header,
    message: &str,
    signature: &str,
) -> Result<(), Unauthenticated> {
    let mut error = invalid("its algorithm is not that of the key");
    for key in keys {
        if header.alg != key.algorithm().name() {
            continue;
        }
        let algorithm = key.algorithm().into();
        match crypto::verify(signature, message.as_bytes(), key.key(), algorithm) {
            Ok(true) => return Ok(()),
            Ok(false) | Err(_) => error = invalid("its signature is not of the key"),
        }
    }
    Err(error)
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = match &self.key {
            Key::Secret(_) => "HS256, [redacted]",
            Key::PublicKey(key) => key.algorithm().name(),
            Key::Jwks(_) => "JWKS",
        };
        f.debug_struct("Verifier")
            .field("key", &key)
            .finish_non_exhaustive()
    }
}

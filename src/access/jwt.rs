//! Checks a JWT: whose signature it has, and whether its time is now.
//!
//! The library that verifies signatures reads the clock itself and every JWT twice, so only its cryptography is used.
//! Which algorithm is right follows from the key alone, never from the JWT.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto;
use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::Sha256;

use super::claims::Claims;
use super::error::{Unauthenticated, invalid};
use super::jwks::{Jwks, Unknown};
use super::user::User;
use crate::config::{Jwt, JwtKey, PublicKey};
use crate::token::UnixTime;

pub(super) struct Verifier {
    key: Key,
    claims: Claims,
}

enum Key {
    /// Prepared once.
    Secret(Hmac<Sha256>),
    PublicKey(PublicKey),
    Jwks(Arc<Jwks>),
}

/// What a JWT says about its signature.
#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    kid: Option<String>,
    /// What must be understood beyond this; nothing is.
    crit: Option<IgnoredAny>,
}

impl Verifier {
    pub(super) fn new(config: Jwt) -> io::Result<Self> {
        let key = match &config.key {
            JwtKey::Secret(secret) => Key::Secret(
                Hmac::new_from_slice(secret.expose().as_bytes())
                    .expect("HMAC accepts keys of any length"),
            ),
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

    /// The user that a JWT is about.
    pub(super) async fn user(&self, jwt: &str, now: UnixTime) -> Result<User, Unauthenticated> {
        let (message, signature) = jwt
            .rsplit_once('.')
            .ok_or_else(|| invalid("it has no two dots"))?;
        let (header, payload) = message
            .split_once('.')
            .ok_or_else(|| invalid("it has no two dots"))?;
        let header = decoded(header)?;
        let header: Header<'_> =
            serde_json::from_slice(&header).map_err(|_| invalid("its header cannot be read"))?;
        if header.crit.is_some() {
            return Err(invalid("its header has a crit"));
        }
        match &self.key {
            Key::Secret(key) => verify_secret(key, &header, message, signature)?,
            Key::PublicKey(key) => verify(key, &header, message, signature)?,
            Key::Jwks(jwks) => {
                let key = jwks.key(header.kid.as_deref(), &header.alg, now).await;
                let key = key.map_err(|unknown| match unknown {
                    Unknown::Key => invalid("no key of the set is its key"),
                    Unknown::Set => Unauthenticated::Unavailable,
                })?;
                verify(&key, &header, message, signature)?;
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
    header: &Header<'_>,
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

fn verify(
    key: &PublicKey,
    header: &Header<'_>,
    message: &str,
    signature: &str,
) -> Result<(), Unauthenticated> {
    if header.alg != key.algorithm().name() {
        return Err(invalid("its algorithm is not that of the key"));
    }
    let algorithm = key.algorithm().into();
    match crypto::verify(signature, message.as_bytes(), key.key(), algorithm) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(invalid("its signature is not of the key")),
    }
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

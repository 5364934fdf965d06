//! Reads `JWT_SECRET`. A public key in its place would let everyone who knows that key sign JWTs.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::jwt::JwtKey;
use super::secret::{Secret, is_guessable};

/// The minimum length in bytes: that of the hash (RFC 7518, 3.2).
const MIN_BYTES: usize = 32;

/// The error for a text that is easy to guess.
pub(super) const GUESSABLE: &str = "can be guessed; openssl rand -hex 32 makes one that cannot";

/// The tags of DER with which keys begin (X.690, 8.1.2).
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

/// Reads a secret for HS256.
pub(super) fn jwt_secret(text: &str) -> Result<JwtKey, String> {
    if let Some(problem) = public_knowledge(text) {
        return Err(problem.to_owned());
    }
    match text.len() {
        MIN_BYTES.. if is_guessable(text) => Err(GUESSABLE.to_owned()),
        MIN_BYTES.. => Ok(JwtKey::Secret(Secret::new(text))),
        found => Err(format!(
            "must have at least {MIN_BYTES} bytes, found {found}; openssl rand -hex 32 makes one"
        )),
    }
}

/// Returns the problem of a text that others may know: a public key in one of its usual forms, or where to find one.
fn public_knowledge(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.contains("-----BEGIN") {
        Some("is a key in PEM: everyone may know a public one; put it into JWT_PUBLIC_KEY")
    } else if is_der(text) {
        Some(
            "is a public or private key without the first and last line of its PEM; put it with them into JWT_PUBLIC_KEY",
        )
    } else if text.starts_with(['{', '[']) {
        Some(
            "is JSON: everyone may know a public key (JWK); put its URL into JWT_JWKS_URL, or the key in PEM into \
             JWT_PUBLIC_KEY",
        )
    } else if text.contains("://") {
        Some("is a URL; put that of a key set into JWT_JWKS_URL")
    } else if ["ssh-", "ecdsa-"].iter().any(|kind| text.starts_with(kind)) {
        Some("is an SSH key: everyone may know a public one; put a key in PEM into JWT_PUBLIC_KEY")
    } else {
        None
    }
}

/// Returns whether a text is the base64 of a key in DER: a sequence as long as the text, whose first element is a sequence
/// or a number. A random secret of 32 bytes is one in eight million times.
fn is_der(base64: &str) -> bool {
    let digits: String = base64.split_whitespace().collect();
    let digits = digits.trim_end_matches('=');
    let decoded = STANDARD_NO_PAD
        .decode(digits)
        .or_else(|_| URL_SAFE_NO_PAD.decode(digits));
    let Ok(der) = decoded else {
        return false;
    };
    let content = match der.as_slice() {
        [SEQUENCE, length @ ..=0x7f, content @ ..] | [SEQUENCE, 0x81, length, content @ ..] => {
            Some((usize::from(*length), content))
        }
        [SEQUENCE, 0x82, high, low, content @ ..] => {
            Some((u16::from_be_bytes([*high, *low]).into(), content))
        }
        _ => None,
    };
    content.is_some_and(|(length, content)| {
        content.len() == length && matches!(content.first(), Some(&(SEQUENCE | INTEGER)))
    })
}

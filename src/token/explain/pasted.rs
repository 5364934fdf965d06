//! What stands where a token should, and is none.

use super::super::excerpt::Excerpt;
use super::super::version::TokenVersion;
use super::finding::Finding;

/// What a text is when it cannot be a token at all. Of what might be a secret nothing is shown.
pub(super) fn instead_of_token(text: &str) -> Option<Finding> {
    let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text.is_empty() {
        return Some(empty());
    }
    if text.len() == 32 && is_hexadecimal {
        return Some(identifier());
    }
    if text.starts_with("eyJ") {
        return Some(json_web_token());
    }
    match text.get(..3).map(str::parse::<TokenVersion>) {
        Some(Ok(_)) => None,
        _ => Some(other(text)),
    }
}

fn empty() -> Finding {
    Finding::error(
        "empty",
        "There is no token: the text is empty.",
        "Look at what the server answered, and under which name the client reads the token out of it.",
    )
}

fn identifier() -> Finding {
    Finding::error(
        "identifier_pasted",
        "These are 32 hexadecimal digits, an App ID or an App Certificate, and no token.",
        "Pass the token that the server answered; if this is the App Certificate, keep it secret and off every client.",
    )
}

fn json_web_token() -> Finding {
    Finding::error(
        "jwt_pasted",
        "This is a JSON Web Token, as logins use them, and no Agora token.",
        "Pass the token that the server of Agora tokens answered; it begins with 007, 006 or 005.",
    )
}

/// Agora's tokens begin with a version of three digits; what begins with other three may be an older or a newer one.
fn other(text: &str) -> Finding {
    let head = text.get(..3).unwrap_or_default();
    if head.starts_with("00") && head.bytes().all(|byte| byte.is_ascii_digit()) {
        return Finding::error(
            "version_unknown",
            format!("The token is of version {head}, which is not known here."),
            "Make tokens of version 007, or 006 for SDKs that are older.",
        );
    }
    let is_secret = text.len() > 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let beginning: String = text.chars().take(if is_secret { 0 } else { 3 }).collect();
    Finding::error(
        "not_a_token",
        format!(
            "The text begins with {}, and every token with 007, 006 or 005.",
            Excerpt::of(&beginning)
        ),
        "Pass the token alone, from its first character to its last.",
    )
}

//! Reads a token although it is damaged, as far as the damage can be undone, and says what it was.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::app_id::AppId;
use super::super::encode::encode;
use super::super::error::ParseError;
use super::super::parsed::UnverifiedToken;
use super::super::version::TokenVersion;
use super::finding::Finding;
use super::{Question, app_id, damage, inflated};

/// A token that could be read.
pub(super) struct Reading {
    pub(super) token: UnverifiedToken,
    /// Nothing when it is damaged: then the token's has zeros that stand in.
    pub(super) app_id: Option<AppId>,
}

/// Reads a cleaned text. Nothing when it cannot be read; then the last finding says why.
pub(super) fn read(
    text: &str,
    question: &Question<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Reading> {
    let version = text.get(..3)?.parse().ok()?;
    let mut text = text.to_owned();
    let mut is_app_id_known = true;
    let mut signed = None;
    // Whatever follows stands elsewhere when digits are missing or too many before it.
    if let Some((mended, finding, is_known)) = app_id::of_wrong_length(&text, question.project) {
        findings.push(finding);
        (text, is_app_id_known) = (mended, is_known);
    }
    if let Some(padded) = padded(&text) {
        findings.push(padding_missing());
        text = padded;
    }
    // Each repair removes what the reading stopped at, so that there is one of each kind at most.
    for _ in 0..4 {
        let error = match UnverifiedToken::parse(&text) {
            Ok(token) => {
                let token = with_signed(token, signed);
                let app_id = is_app_id_known.then(|| token.app_id());
                return Some(Reading { token, app_id });
            }
            Err(error) => error,
        };
        let repaired = match &error {
            ParseError::AppId => app_id::mended(version, &text, question.project).map(
                |(mended, finding, is_known)| {
                    is_app_id_known = is_known;
                    (mended, finding)
                },
            ),
            ParseError::Trailing { bytes, after } => {
                // A length that is read in the wrong place makes bytes trail, too.
                without_trailing(version, &text, *bytes, after, &mut signed)
                    .filter(|(shorter, _)| holds_together(shorter))
            }
            _ => None,
        };
        let Some((repaired, finding)) = repaired else {
            findings.push(damage::of(version, &text, &error, &question.expected));
            return None;
        };
        findings.push(finding);
        text = repaired;
    }
    None
}

/// Whether a text can be read, once what may be mended is.
fn holds_together(text: &str) -> bool {
    matches!(
        UnverifiedToken::parse(text),
        Ok(_) | Err(ParseError::AppId | ParseError::Trailing { .. })
    )
}

/// A text that lacks nothing but the padding at its end.
fn padded(text: &str) -> Option<String> {
    let head = text.len() - body(text)?.len();
    let missing = match (text.len() - head) % 4 {
        2 => "==",
        3 => "=",
        _ => return None,
    };
    let padded = format!("{}{missing}", text.trim_end_matches('='));
    holds_together(&padded).then_some(padded)
}

/// What stands after the head of a token.
pub(super) fn body(text: &str) -> Option<&str> {
    match text.get(..3)?.parse().ok()? {
        TokenVersion::V006 => text.get(3 + AppId::LENGTH..),
        TokenVersion::V005 | TokenVersion::V007 => text.get(3..),
    }
}

fn padding_missing() -> Finding {
    Finding::error(
        "padding_missing",
        "The = signs at the token's end are missing.",
        "Use the token as the server answered it, to its last character.",
    )
}

/// The token without the bytes after its end; what is signed stays as it was, since a builder may have signed them.
fn without_trailing(
    version: TokenVersion,
    text: &str,
    bytes: usize,
    after: &'static str,
    signed: &mut Option<Vec<u8>>,
) -> Option<(String, Finding)> {
    let body = body(text)?;
    let mut content = STANDARD.decode(body).ok()?;
    let cut = |content: &mut Vec<u8>| content.truncate(content.len() - bytes);
    let head = &text[..text.len() - body.len()];
    let shorter = match (version, after) {
        (TokenVersion::V006, "privileges") => {
            let message = content.get(44..)?;
            *signed = Some(message.to_vec());
            let length = u16::try_from(message.len() - bytes).ok()?;
            cut(&mut content);
            content[42..44].copy_from_slice(&length.to_le_bytes());
            encode(head.as_bytes(), &content)
        }
        (TokenVersion::V007, "last service") => {
            let mut inflated = inflated::whole(&content)?;
            *signed = Some(inflated.get(34..)?.to_vec());
            cut(&mut inflated);
            inflated::token_of(&inflated)
        }
        _ => {
            cut(&mut content);
            encode(head.as_bytes(), &content)
        }
    };
    let finding = Finding::warning(
        "trailing_bytes",
        format!(
            "{bytes} {} after the token's {after}, which no format has there.",
            if bytes == 1 {
                "byte stands"
            } else {
                "bytes stand"
            }
        ),
        "Use the token as the server answered it; if it did, the server builds it wrongly.",
    );
    Some((shorter, finding))
}

fn with_signed(mut token: UnverifiedToken, signed: Option<Vec<u8>>) -> UnverifiedToken {
    if let Some(signed) = signed {
        match &mut token {
            UnverifiedToken::V005(_) => {}
            UnverifiedToken::V006(token) => token.signed = signed,
            UnverifiedToken::V007(token) => token.signed = signed,
        }
    }
    token
}

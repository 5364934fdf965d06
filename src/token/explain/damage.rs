//! Why a text cannot be read as a token, and where.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine};

use super::super::app_id::AppId;
use super::super::error::ParseError;
use super::super::version::TokenVersion;
use super::finding::Finding;
use super::{Expected, inflated, reading};

const COPY_AGAIN: &str = "Copy the whole token again from where it was made; look for a column, a variable or a message that is too short \
     for it.";

/// Bytes of a 006 token's content without privileges, and of each privilege.
const CONTENT_006: usize = 54;
const PRIVILEGE_006: usize = 6;

/// Where the checksums stand in a 006 token's content.
const CHECKSUMS_006: usize = 34;

/// Says what is wrong with a text that cannot be read on.
pub(super) fn of(
    version: TokenVersion,
    text: &str,
    error: &ParseError,
    expected: &Expected,
) -> Finding {
    let head = text.len() - reading::body(text).unwrap_or_default().len();
    match error {
        ParseError::Base64(error) => of_base64(text, head, error),
        ParseError::Zlib => of_zlib(text),
        ParseError::AppId => of_app_id(text),
        ParseError::Missing(_) | ParseError::Trailing { .. } | ParseError::Length { .. }
            if version == TokenVersion::V006 =>
        {
            of_content_006(text, error, expected)
        }
        ParseError::Missing(field) => {
            truncated(format!("The token is cut off: it ends within its {field}."))
        }
        ParseError::Length { .. }
        | ParseError::Utf8(_)
        | ParseError::Inflated { .. }
        | ParseError::Trailing { .. }
        | ParseError::Version { .. } => damaged(format!("The token is damaged: {error}.")),
    }
}

fn truncated(message: String) -> Finding {
    Finding::error("truncated", message, COPY_AGAIN)
}

fn damaged(message: String) -> Finding {
    Finding::error("damaged", message, COPY_AGAIN)
}

fn of_base64(text: &str, head: usize, error: &DecodeError) -> Finding {
    let characters = text.len() - head;
    match error {
        DecodeError::InvalidByte(offset, _) => {
            let at = head + offset;
            let character = text.get(at..).and_then(|rest| rest.chars().next());
            damaged(format!(
                "The token is damaged: {:?} stands at character {}, where base64 has none.",
                character.unwrap_or_default(),
                at + 1
            ))
        }
        DecodeError::InvalidLastSymbol { offset, .. } => truncated(format!(
            "The token is cut off or damaged: it cannot end with its character {}.",
            head + offset + 1
        )),
        DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => truncated(format!(
            "The token is cut off: {characters} characters follow its head, and base64 comes in groups of four."
        )),
    }
}

/// Tells a stream that ends too soon from one that is no stream.
fn of_zlib(text: &str) -> Finding {
    let packed = reading::body(text).and_then(|body| STANDARD.decode(body).ok());
    match packed.as_deref().and_then(inflated::beginning) {
        Some(content) => truncated(format!(
            "The token is cut off after {} characters: its content ends after {} bytes.",
            text.len(),
            content.len()
        )),
        None => damaged(
            "The token is damaged: what follows 007 is not the compressed content of a token."
                .to_owned(),
        ),
    }
}

/// No content follows the App ID.
fn of_app_id(text: &str) -> Finding {
    let rest = text.get(3..).unwrap_or_default();
    let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
    if digits == rest.len() && digits <= AppId::LENGTH {
        return truncated(format!(
            "The token is cut off within its App ID: {digits} hexadecimal digits follow the version, and nothing else."
        ));
    }
    damaged(format!(
        "The token is damaged: {digits} hexadecimal digits of an App ID follow the version, and then no content of a token."
    ))
}

/// A 006 token whose App ID and base64 are in order, but not what they hold: the checksums show where bytes are missing,
/// if channel and uid are known; else the number of bytes may.
fn of_content_006(text: &str, error: &ParseError, expected: &Expected) -> Finding {
    let content = reading::body(text).and_then(|body| STANDARD.decode(body).ok());
    let content = content.unwrap_or_default();
    let length = content.len();
    let privileges = length.saturating_sub(CONTENT_006).div_ceil(PRIVILEGE_006);
    let whole = CONTENT_006 + PRIVILEGE_006 * privileges;
    if let Some(at) = checksums_at(&content, expected)
        && let Some(missing) = CHECKSUMS_006.checked_sub(at)
        && missing > 0
    {
        return damaged(format!(
            "The token is damaged: the checksums of channel and uid are those expected, but stand {missing} bytes too early, so \
             that {missing} bytes are missing from the signature before them, the first {} characters after the App ID.",
            (at * 4).div_ceil(3),
        ));
    }
    if length < whole && length > CONTENT_006 {
        return damaged(format!(
            "The token is damaged: {length} bytes follow its App ID where a token with {privileges} {} has {whole}, and {error}.",
            if privileges == 1 {
                "privilege"
            } else {
                "privileges"
            },
        ));
    }
    match error {
        ParseError::Missing(field) => truncated(format!(
            "The token is cut off: {length} bytes follow its App ID, and it ends within its {field}."
        )),
        _ => damaged(format!("The token is damaged: {error}.")),
    }
}

/// Where the checksums of the expected channel and uid stand next to each other.
fn checksums_at(content: &[u8], expected: &Expected) -> Option<usize> {
    let checksum = |text: &str| crc32fast::hash(text.as_bytes()).to_le_bytes();
    let channel = checksum(expected.channel.as_deref()?);
    let uid = checksum(&expected.uid.as_ref()?.signed());
    content
        .windows(8)
        .position(|window| window == [channel, uid].concat())
}

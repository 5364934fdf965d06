//! Why a text cannot be read as a token, and where.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine};

use super::super::app_id::AppId;
use super::super::error::ParseError;
use super::super::version::TokenVersion;
use super::finding::Finding;
use super::{Expected, ExpectedUid, inflated, reading};

const COPY_AGAIN: &str = "Copy the whole token again from where it was made; look for a column, a variable or a message that is too short \
     for it.";

/// Bytes of a 006 token's content without privileges, and of each privilege.
const CONTENT_006: usize = 54;
const PRIVILEGE_006: usize = 6;

/// Where the checksums stand in a 006 token's content.
const CHECKSUM_OF_CHANNEL: usize = 34;
const CHECKSUM_OF_UID: usize = 38;

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
    if let Some((name, at, missing)) = checksum_too_early(&content, expected) {
        return damaged(format!(
            "The token is damaged: the checksum of the expected {name} stands {missing} {} before its place, so that as many are \
             missing among the {} characters between the App ID and it.",
            if missing == 1 { "byte" } else { "bytes" },
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

/// An expected name whose checksum stands before its place, where that is, and how many bytes are missing before it.
fn checksum_too_early(content: &[u8], expected: &Expected) -> Option<(&'static str, usize, usize)> {
    let uid = expected.uid.as_ref().map(ExpectedUid::signed);
    let names = [
        ("channel", expected.channel.as_deref(), CHECKSUM_OF_CHANNEL),
        ("uid", uid.as_deref(), CHECKSUM_OF_UID),
    ];
    names.into_iter().find_map(|(name, text, place)| {
        // Nothing has the checksum 0, which other fields have too.
        let checksum = crc32fast::hash(text?.as_bytes()).to_le_bytes();
        let at = content
            .windows(checksum.len())
            .position(|window| window == checksum && checksum != [0; 4])?;
        Some((
            name,
            at,
            place.checked_sub(at).filter(|missing| *missing > 0)?,
        ))
    })
}

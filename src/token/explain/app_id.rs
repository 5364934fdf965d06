//! An App ID within a token that is not 32 hexadecimal digits, and reading on in spite of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::app_id::AppId;
use super::super::certificate::Project;
use super::super::excerpt::Excerpt;
use super::super::v006;
use super::super::version::TokenVersion;
use super::finding::Finding;
use super::inflated;

const ADVICE: &str = "Copy the whole token again from where it was made, and look at the App ID with which the server makes it: it has 32 \
     hexadecimal digits.";

/// A token with another App ID in place of the damaged one: the project's if digits are missing of it, else zeros. And
/// whether it is known to be right.
pub(super) fn mended(
    version: TokenVersion,
    text: &str,
    project: Option<&Project>,
) -> Option<(String, Finding, bool)> {
    match version {
        TokenVersion::V005 => None,
        TokenVersion::V006 => {
            let (found, content) = text.split_at_checked(3 + length_006(text)?)?;
            let found = &found[3..];
            let (app_id, message) = described(found, Some(4), project);
            let mended = format!("{version}{}{content}", app_id.unwrap_or(STAND_IN));
            Some((mended, finding(message), app_id.is_some()))
        }
        TokenVersion::V007 => {
            let mut content = inflated::whole(&STANDARD.decode(text.get(3..)?).ok()?)?;
            let length = u16::from_le_bytes(content.get(34..)?.first_chunk().copied()?);
            let place = 34..36 + usize::from(length);
            let found = String::from_utf8_lossy(content.get(36..place.end)?).into_owned();
            let (app_id, message) = described(&found, None, project);
            let digits = app_id.unwrap_or(STAND_IN).as_bytes();
            content.splice(place, [&[32, 0], digits].concat());
            Some((
                inflated::token_of(&content),
                finding(message),
                app_id.is_some(),
            ))
        }
    }
}

/// The same for a 006 token whose App ID has more or fewer characters than 32.
pub(super) fn of_wrong_length(
    text: &str,
    project: Option<&Project>,
) -> Option<(String, Finding, bool)> {
    if !text.starts_with(v006::VERSION) || length_006(text)? == AppId::LENGTH {
        return None;
    }
    mended(TokenVersion::V006, text, project)
}

const STAND_IN: &str = "00000000000000000000000000000000";

/// How long the App ID of a 006 token is. What follows it begins with the length of the signature, 32: `IA` and one of
/// four letters, of which none is a hexadecimal digit at the first place.
fn length_006(text: &str) -> Option<usize> {
    let rest = text.as_bytes().get(3..)?;
    rest.windows(3)
        .take(2 * AppId::LENGTH)
        .position(|window| matches!(window, [b'I', b'A', b'A'..=b'D']))
}

fn finding(message: String) -> Finding {
    Finding::error("app_id_damaged", message, ADVICE)
}

/// The project's App ID, if it is the one that was damaged; and what is wrong. `start` is the first digit's position in
/// the token, if it stands there in plain text.
fn described<'a>(
    found: &str,
    start: Option<usize>,
    project: Option<&'a Project>,
) -> (Option<&'a str>, String) {
    let count = found.chars().count();
    let place = start
        .filter(|_| count > 0)
        .map(|start| format!("characters {start} to {}", start + count - 1));
    let foreign = found.chars().position(|c| !c.is_ascii_hexdigit());
    if let Some((at, character)) = foreign.and_then(|at| Some((at, found.chars().nth(at)?))) {
        let place = place.map_or_else(String::new, |place| format!(" ({place})"));
        let beginning: String = found.chars().take(8).collect();
        return (
            None,
            format!(
                "The App ID in the token{place} is not 32 hexadecimal digits: it begins {} and has {character:?} at position {}.",
                Excerpt::of(&beginning),
                at + 1,
            ),
        );
    }
    let digits = format!("The App ID in the token has {count} hexadecimal digits instead of 32: ");
    let Some(missing) = AppId::LENGTH.checked_sub(count) else {
        let place = place.map_or_else(String::new, |place| format!(", in {place}"));
        return (
            None,
            format!("{digits}{} too many{place}.", count - AppId::LENGTH),
        );
    };
    let are = if missing == 1 { "is" } else { "are" };
    let known = project.and_then(|project| {
        let whole = project.app_id.as_str();
        let gap = (0..=count)
            .find(|gap| whole.starts_with(&found[..*gap]) && whole.ends_with(&found[*gap..]))?;
        Some((whole, gap))
    });
    match known {
        Some((whole, 0)) => (
            Some(whole),
            format!("{digits}{missing} {are} missing at its beginning."),
        ),
        Some((whole, gap)) => (
            Some(whole),
            format!("{digits}{missing} {are} missing after digit {gap}."),
        ),
        None => {
            let place = place.map_or_else(String::new, |place| format!(", somewhere in {place}"));
            (None, format!("{digits}{missing} {are} missing{place}."))
        }
    }
}

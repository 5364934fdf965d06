//! A URL's query, decoded strictly: what cannot be read is an error, not a replacement character.

use std::borrow::Cow;
use std::iter;

use super::error::InputError;
use crate::token::{Excerpt, hex};

/// A name and a value.
pub(super) type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Names and values of a query or a form, in their order.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = Result<Pair<'_>, InputError>> {
    let mut rest = Some(query);
    let pairs = iter::from_fn(move || {
        let (pair, after) = cut(rest?, b'&');
        rest = after;
        Some(pair)
    });
    pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = cut(pair, b'=');
        let name = decoded(name).map_err(DecodeError::in_name)?;
        let value = decoded(value.unwrap_or_default());
        let value = value.map_err(|error| error.in_value_of(&name))?;
        Ok((name, value))
    })
}

/// What stands before and, if there is one, after an ASCII character. In texts as short as these, looking at each byte
/// takes less time than what finds it in long ones.
fn cut(text: &str, character: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|byte| byte == character) {
        Some(place) => (&text[..place], Some(&text[place + 1..])),
        None => (text, None),
    }
}

/// Why a part of a query cannot be decoded.
#[derive(Clone, Copy)]
enum DecodeError {
    Escape,
    Utf8,
}

impl DecodeError {
    fn in_name(self) -> InputError {
        InputError::UndecodableName {
            problem: self.problem(),
        }
    }

    fn in_value_of(self, name: &str) -> InputError {
        InputError::Undecodable {
            name: Excerpt::of(name),
            problem: self.problem(),
        }
    }

    fn problem(self) -> &'static str {
        match self {
            Self::Escape => {
                "has a % without two hexadecimal digits after it; a percent sign itself is written %25"
            }
            Self::Utf8 => "is not UTF-8 after percent-decoding",
        }
    }
}

/// Undoes `application/x-www-form-urlencoded`: `+` is a space, `%` and two digits a byte.
fn decoded(text: &str) -> Result<Cow<'_, str>, DecodeError> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        bytes.push(match first {
            b'+' => b' ',
            b'%' => {
                let (&[high, low], after) = after.split_first_chunk().ok_or(DecodeError::Escape)?;
                rest = after;
                let digits = hex::value(high).zip(hex::value(low));
                let (high, low) = digits.ok_or(DecodeError::Escape)?;
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| DecodeError::Utf8)
}

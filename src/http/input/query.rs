//! A URL's query, decoded strictly: what cannot be read is an error, not a replacement character.

use std::borrow::Cow;

use super::error::InputError;
use crate::token::Excerpt;

/// The parameters of a query, in their order.
#[derive(Debug)]
pub(in crate::http) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

/// A parameter that was given, under the name that it was given by.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Parameter<'a> {
    pub(in crate::http) name: &'static str,
    pub(in crate::http) value: &'a str,
}

impl<'a> Query<'a> {
    pub(in crate::http) fn parse(query: &'a str) -> Result<Self, InputError> {
        let pairs = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let name = decoded(name).map_err(DecodeError::in_name)?;
                let value = decoded(value).map_err(|error| error.in_value_of(&name))?;
                Ok((name, value))
            });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    /// The one value that is given under one or several of these names, whose letter case does not matter. An empty
    /// value counts as not given.
    pub(in crate::http) fn one_of(
        &self,
        names: &[&'static str],
    ) -> Result<Option<Parameter<'_>>, InputError> {
        let mut found: Option<Parameter<'_>> = None;
        for &name in names {
            let Some(value) = self.value(name)? else {
                continue;
            };
            match found {
                Some(first) if first.value != value => {
                    return Err(InputError::Contradiction {
                        first: first.name,
                        second: name,
                    });
                }
                Some(_) => {}
                None => found = Some(Parameter { name, value }),
            }
        }
        Ok(found)
    }

    fn value(&self, name: &'static str) -> Result<Option<&str>, InputError> {
        let mut found = None;
        for (given, value) in &self.0 {
            let Some((base, rest)) = given.split_at_checked(name.len()) else {
                continue;
            };
            match rest.chars().next() {
                _ if !base.eq_ignore_ascii_case(name) => continue,
                None => {}
                Some('[') => return Err(InputError::Array { name }),
                Some(_) => continue,
            }
            if found.replace(value.as_ref()).is_some() {
                return Err(InputError::Repeated { name });
            }
        }
        Ok(found.filter(|value| !value.is_empty()))
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
    if !text.contains(['%', '+']) {
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
                nibble(high)? << 4 | nibble(low)?
            }
            other => other,
        });
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| DecodeError::Utf8)
}

fn nibble(digit: u8) -> Result<u8, DecodeError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(DecodeError::Escape),
    }
}

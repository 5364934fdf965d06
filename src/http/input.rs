//! Parameters of URLs, read into the types of a token; and what can be wrong with them, in words.

use std::fmt;

use super::query::Parameter;
use crate::token::{ChannelName, IdError, Lifetime, RtcRole, TimeError, Uid, UnixTime};

/// What is wrong with a request's parameters: which one, the rule, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum InputError {
    #[error("{name} is read once; send it without brackets")]
    Array { name: &'static str },
    #[error("channel name is required")]
    ChannelRequired,
    #[error("{first} and {second} mean the same and differ; send one of them")]
    Contradiction {
        first: &'static str,
        second: &'static str,
    },
    #[error("{name} {error}")]
    Identifier { name: &'static str, error: IdError },
    #[error(
        "{name} {found} is in the past; {name} is an absolute Unix time, did you mean {relative}?"
    )]
    Past {
        name: &'static str,
        found: UnixTime,
        relative: &'static str,
    },
    #[error("{name} is {found}, the placeholder of a URL template; put the real value there")]
    Placeholder { name: &'static str, found: Excerpt },
    #[error("{name} is given more than once; send it once")]
    Repeated { name: &'static str },
    #[error("{name} must be publisher (or 1) or subscriber (or 2), found {found}")]
    Role { name: &'static str, found: Excerpt },
    #[error("{name} {error}, found {found}")]
    Time {
        name: &'static str,
        error: TimeError,
        found: Excerpt,
    },
    #[error("{first} says when the token ends, and so does {second}; send one of them")]
    TwoEnds {
        first: &'static str,
        second: &'static str,
    },
    #[error("{what} {problem}")]
    Undecodable { what: String, problem: &'static str },
}

/// The beginning of what a client sent, quoted and escaped, at most 64 bytes with its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt(String);

impl Excerpt {
    const MAX_BYTES: usize = 58;

    fn of(text: &str) -> Self {
        let mut excerpt = String::from('"');
        for character in text.chars() {
            let escaped = character.escape_debug();
            if excerpt.len() + escaped.clone().map(char::len_utf8).sum::<usize>() > Self::MAX_BYTES
            {
                excerpt.push('…');
                break;
            }
            excerpt.extend(escaped);
        }
        excerpt.push('"');
        Self(excerpt)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn channel(parameter: Option<Parameter<'_>>) -> Result<ChannelName, InputError> {
    let Parameter { name, value } = parameter.ok_or(InputError::ChannelRequired)?;
    refuse_placeholder(name, value, &[":channel", ":channelName"])?;
    ChannelName::new(value).map_err(|error| InputError::Identifier { name, error })
}

/// No uid is any user.
pub(super) fn uid(parameter: Option<Parameter<'_>>) -> Result<Uid, InputError> {
    let Some(Parameter { name, value }) = parameter else {
        return Ok(Uid::Any);
    };
    refuse_placeholder(name, value, &[":uid"])?;
    Uid::parse(value).map_err(|error| InputError::Identifier { name, error })
}

/// No role is a subscriber.
pub(super) fn role(parameter: Option<Parameter<'_>>) -> Result<RtcRole, InputError> {
    let Some(Parameter { name, value }) = parameter else {
        return Ok(RtcRole::Subscriber);
    };
    match value.to_ascii_lowercase().as_str() {
        "publisher" | "1" | "host" | "broadcaster" => Ok(RtcRole::Publisher),
        "subscriber" | "2" | "audience" => Ok(RtcRole::Subscriber),
        _ => Err(InputError::Role {
            name,
            found: Excerpt::of(value),
        }),
    }
}

/// Seconds from now.
pub(super) fn lifetime(parameter: Parameter<'_>) -> Result<Lifetime, InputError> {
    time(parameter)
}

/// A Unix time, as what remains until then; 0 is no end. `relative` names the parameter for seconds from now.
pub(super) fn until(
    parameter: Parameter<'_>,
    now: UnixTime,
    relative: &'static str,
) -> Result<Option<Lifetime>, InputError> {
    let end: UnixTime = time(parameter)?;
    if end == UnixTime::from_seconds(0) {
        return Ok(None);
    }
    match Lifetime::between(now, end) {
        Some(lifetime) => Ok(Some(lifetime)),
        None => Err(InputError::Past {
            name: parameter.name,
            found: end,
            relative,
        }),
    }
}

fn time<T: std::str::FromStr<Err = TimeError>>(parameter: Parameter<'_>) -> Result<T, InputError> {
    let Parameter { name, value } = parameter;
    value.parse().map_err(|error| InputError::Time {
        name,
        error,
        found: Excerpt::of(value),
    })
}

/// A client that forgot to fill in its URL would get a token that works for nobody else.
fn refuse_placeholder(
    name: &'static str,
    value: &str,
    placeholders: &[&str],
) -> Result<(), InputError> {
    if placeholders.contains(&value) {
        return Err(InputError::Placeholder {
            name,
            found: Excerpt::of(value),
        });
    }
    Ok(())
}

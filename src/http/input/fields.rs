//! Parameters of URLs, read into the types of a token.

use super::error::InputError;
use super::parameters::Parameter;
use crate::token::{
    ChannelName, Excerpt, Lifetime, Role, TimeError, Uid, UnixTime, UserAccount, UserId,
    plain_number,
};

/// What a URL template calls a user.
const USER: [&str; 5] = ["uid", "rtcuid", "rtmuid", "account", "id"];

pub(in crate::http) fn channel(
    parameter: Option<Parameter<'_>>,
) -> Result<ChannelName, InputError> {
    let parameter = parameter.ok_or(InputError::ChannelRequired)?;
    let Parameter { name, value, .. } = text(parameter)?;
    refuse_placeholder(name, value, &["channel", "channelName"])?;
    ChannelName::new(value).map_err(|error| InputError::Identifier { name, error })
}

/// No uid is any user. What is written as a number in JSON must be one of 32 bits.
pub(in crate::http) fn uid(parameter: Option<Parameter<'_>>) -> Result<Uid, InputError> {
    let Some(
        parameter @ Parameter {
            name,
            value,
            is_number,
        },
    ) = parameter
    else {
        return Ok(Uid::Any);
    };
    if is_number {
        return numeric_uid(parameter).map(Uid::from);
    }
    refuse_placeholder(name, value, &USER)?;
    Uid::parse(value).map_err(|error| InputError::Identifier { name, error })
}

/// A number of 32 bits, and no other text for one.
pub(in crate::http) fn numeric_uid(parameter: Parameter<'_>) -> Result<u32, InputError> {
    let Parameter { name, value, .. } = parameter;
    refuse_placeholder(name, value, &USER)?;
    plain_number(value).ok_or_else(|| InputError::Uid {
        name,
        found: Excerpt::of(value),
    })
}

/// A user account, whatever it looks like.
pub(in crate::http) fn account(parameter: Parameter<'_>) -> Result<UserAccount, InputError> {
    let Parameter { name, value, .. } = parameter;
    refuse_placeholder(name, value, &USER)?;
    UserAccount::new(value).map_err(|error| InputError::Identifier { name, error })
}

/// A user of signaling or chat.
pub(in crate::http) fn user_id(
    name: &'static str,
    parameter: Option<Parameter<'_>>,
) -> Result<UserId, InputError> {
    let Parameter { name, value, .. } = text(parameter.ok_or(InputError::Required { name })?)?;
    refuse_placeholder(name, value, &USER)?;
    UserId::new(value).map_err(|error| InputError::Identifier { name, error })
}

/// A text, or a JSON number that is written as one would write the text: not one with a fraction or exponent, which
/// has been rounded.
fn text(parameter: Parameter<'_>) -> Result<Parameter<'_>, InputError> {
    let Parameter {
        name,
        value,
        is_number,
    } = parameter;
    if is_number && !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InputError::Unknown {
            name,
            found: Excerpt::of(value),
            known: "a text, or a whole number of digits",
        });
    }
    Ok(parameter)
}

/// One of some words, whatever their letter case. `known` says which, for the error.
pub(in crate::http) fn word<T: Copy>(
    parameter: Parameter<'_>,
    words: &[(&str, T)],
    known: &'static str,
) -> Result<T, InputError> {
    let Parameter { name, value, .. } = parameter;
    let found = words
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(value));
    found
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| InputError::Unknown {
            name,
            found: Excerpt::of(value),
            known,
        })
}

/// No role is a subscriber.
pub(in crate::http) fn role(parameter: Option<Parameter<'_>>) -> Result<Role, InputError> {
    let Some(Parameter { name, value, .. }) = parameter else {
        return Ok(Role::Subscriber);
    };
    match Role::from_name(&value.to_ascii_lowercase()) {
        Some(role @ (Role::Publisher | Role::Subscriber)) => Ok(role),
        _ => Err(InputError::Role {
            name,
            found: Excerpt::of(value),
        }),
    }
}

/// Seconds from now.
pub(in crate::http) fn lifetime(parameter: Parameter<'_>) -> Result<Lifetime, InputError> {
    time(parameter)
}

/// A Unix time, as what remains until then; 0 is no end. `hint` ends the sentence about a time in the past.
pub(in crate::http) fn until(
    parameter: Parameter<'_>,
    now: UnixTime,
    hint: &'static str,
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
            hint,
        }),
    }
}

fn time<T: std::str::FromStr<Err = TimeError>>(parameter: Parameter<'_>) -> Result<T, InputError> {
    let Parameter { name, value, .. } = parameter;
    value.parse().map_err(|error| InputError::Time {
        name,
        error,
        found: Excerpt::of(value),
    })
}

/// A client that forgot to fill in its URL (`:channel`, `{channel}`, `<channel>`, `${channel}`) would get a token that
/// works for nobody else.
fn refuse_placeholder(name: &'static str, value: &str, words: &[&str]) -> Result<(), InputError> {
    let word = value.trim_matches([':', '{', '}', '<', '>', '$']);
    if word.len() < value.len() && words.iter().any(|known| word.eq_ignore_ascii_case(known)) {
        return Err(InputError::Placeholder {
            name,
            found: Excerpt::of(value),
        });
    }
    Ok(())
}

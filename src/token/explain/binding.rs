//! Whether channel and user are those that are expected, and how they differ.

use super::super::excerpt::Excerpt;
use super::super::id::plain_number;
use super::super::version::TokenVersion;
use super::ExpectedUid;
use super::finding::Finding;
use super::grant::{Grant, Name};
use super::names;
use super::subject::{Rule, Subject};

pub(super) const RULES: &[Rule] = &[channel_differs, user_differs, number_as_account];

/// How a name in a token differs from the one that is expected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Difference {
    None,
    Case,
    Encoding,
    LeadingZeros,
    WhiteSpace,
    Other,
}

impl Difference {
    /// The differences that can be seen from the expected text alone, and what it becomes with them.
    fn variants(expected: &str) -> Vec<(Self, String)> {
        let mut capital = expected.to_owned();
        if let Some(first) = capital.get_mut(..1) {
            if first.chars().any(char::is_uppercase) {
                first.make_ascii_lowercase();
            } else {
                first.make_ascii_uppercase();
            }
        }
        let without_zeros = expected.trim_start_matches('0');
        let mut variants = vec![
            (Self::None, expected.to_owned()),
            (Self::Case, expected.to_lowercase()),
            (Self::Case, expected.to_uppercase()),
            (Self::Case, capital),
            (Self::WhiteSpace, expected.trim().to_owned()),
            (Self::Encoding, expected.replace(' ', "%20")),
            (Self::Encoding, expected.replace(' ', "+")),
            (Self::Encoding, expected.replace("%20", " ")),
        ];
        for (before, after) in [("", " "), (" ", ""), ("", "\n"), ("", "\r\n"), (" ", " ")] {
            variants.push((Self::WhiteSpace, format!("{before}{expected}{after}")));
        }
        if expected.bytes().all(|byte| byte.is_ascii_digit()) && !without_zeros.is_empty() {
            variants.push((Self::LeadingZeros, without_zeros.to_owned()));
            for zeros in 1..=10 - without_zeros.len().min(9) {
                variants.push((
                    Self::LeadingZeros,
                    format!("{}{without_zeros}", "0".repeat(zeros)),
                ));
            }
        }
        variants
    }

    /// The difference of a name, and its text. Nothing when the token does not tell.
    fn of(name: Name<'_>, expected: &str) -> Option<(Self, Option<String>)> {
        if name == Name::Hidden {
            return None;
        }
        let variant = Self::variants(expected)
            .into_iter()
            .find(|(_, text)| name.is(text) == Some(true));
        if let Some((difference, text)) = variant {
            return Some((difference, Some(text)));
        }
        let difference = match name {
            Name::Text(text) if text.trim() == expected.trim() => Self::WhiteSpace,
            Name::Text(text) if text.to_lowercase() == expected.to_lowercase() => Self::Case,
            _ => Self::Other,
        };
        Some((difference, None))
    }
}

/// Channel and uid that a 005 or 006 token was signed for, if what is expected, or a usual mistake, tells.
pub(super) fn texts(subject: &Subject<'_>) -> Option<(String, String)> {
    let grant = subject.grants.first()?;
    let uid = subject.expected.uid.as_ref().map(ExpectedUid::signed);
    if subject.version == TokenVersion::V005 {
        return subject.expected.channel.clone().zip(uid);
    }
    let user = text_of(grant.user?, uid.as_deref())?;
    match grant.channel {
        Some(channel) => Some((text_of(channel, subject.expected.channel.as_deref())?, user)),
        None => Some((user, String::new())),
    }
}

fn text_of(name: Name<'_>, expected: Option<&str>) -> Option<String> {
    let expected = expected.and_then(|expected| Difference::of(name, expected)?.1);
    let usual = || {
        names::USUAL
            .into_iter()
            .find(|text| name.is(text) == Some(true))
            .map(str::to_owned)
    };
    expected.or_else(usual)
}

/// How a sentence names what the token has.
fn found(name: Name<'_>, text: Option<String>) -> String {
    match (text, name) {
        (Some(text), _) => Excerpt::of(&text).to_string(),
        (None, Name::Text(text)) => Excerpt::of(text).to_string(),
        (None, Name::Checksum(checksum)) => format!("with the checksum 0x{checksum:08x}"),
        (None, Name::Hidden) => "which it does not hold".to_owned(),
    }
}

/// Whether a service is for a channel: by its name, or for all.
fn is_for_channel(subject: &Subject<'_>, grant: &Grant<'_>, channel: &str) -> bool {
    let is = |text: &str| grant.channel.and_then(|name| name.is(text)) == Some(true);
    is(channel) || (subject.version == TokenVersion::V007 && is("*"))
}

fn channel_differs(subject: &Subject<'_>) -> Option<Finding> {
    let expected = subject.expected.channel.as_deref()?;
    let grants = subject.bound();
    if grants
        .iter()
        .any(|grant| is_for_channel(subject, grant, expected))
    {
        return None;
    }
    let name = grants.iter().find_map(|grant| grant.channel)?;
    let (difference, text) = Difference::of(name, expected)?;
    let shown = Excerpt::of(expected);
    let found = found(name, text);
    let (code, how, advice) = match difference {
        Difference::None => return None,
        Difference::Case => (
            "channel_case",
            "in upper and lower case only",
            "Write the channel in the same case where the token is made and in join: Test and test are two channels.",
        ),
        Difference::Encoding => (
            "channel_encoded",
            "in its percent-encoding only",
            "Decode the channel where it is read out of an address, before the token is made.",
        ),
        Difference::WhiteSpace => (
            "channel_white_space",
            "in surrounding white space only",
            "Trim the channel where it is entered, so that the token and join have the same.",
        ),
        Difference::LeadingZeros | Difference::Other => {
            return Some(Finding::error(
                "channel_differs",
                format!(
                    "The channel of the token {}.",
                    name.instead_of(&shown.to_string())
                ),
                "Make the token for the channel that the client gives to join, character by character.",
            ));
        }
    };
    Some(Finding::error(
        code,
        format!("The token is for the channel {found}, which differs from {shown} {how}."),
        advice,
    ))
}

/// The user of the service that is for the expected channel, else of the first.
fn user<'s>(subject: &'s Subject<'_>) -> Option<(Name<'s>, bool)> {
    let uid = subject.expected.uid.as_ref()?.signed();
    let mut grants = subject.bound();
    if let Some(channel) = &subject.expected.channel
        && grants
            .iter()
            .any(|grant| is_for_channel(subject, grant, channel))
    {
        grants.retain(|grant| is_for_channel(subject, grant, channel));
    }
    let users = || {
        grants
            .iter()
            .filter_map(|grant| Some((grant.user?, grant.channel.is_some())))
    };
    let is_for = |(name, in_a_channel): &(Name<'_>, bool)| {
        name.is(&uid) == Some(true) || (*in_a_channel && name.is("") == Some(true))
    };
    users().find(is_for).or_else(|| users().next())
}

fn user_differs(subject: &Subject<'_>) -> Option<Finding> {
    let expected = subject.expected.uid.as_ref()?;
    let (name, in_a_channel) = user(subject)?;
    let is_any = in_a_channel && name.is("") == Some(true);
    let signed = expected.signed();
    let (difference, text) = Difference::of(name, &signed)?;
    if difference == Difference::None || is_any {
        return None;
    }
    let found = found(name, text);
    if matches!(expected, ExpectedUid::Number(_)) && in_a_channel && name.is("0") == Some(true) {
        return None; // names::uid_zero says it
    }
    if *expected == ExpectedUid::Number(0) {
        return Some(Finding::error(
            "uid_for_one_user",
            format!(
                "The token is for one user, {found}, and the client joins with uid 0, in whose place the server picks a number."
            ),
            "Give join the uid that the token is for, or make the token for uid 0.",
        ));
    }
    let shown = match expected {
        ExpectedUid::Number(number) => number.to_string(),
        ExpectedUid::Account(account) => Excerpt::of(account).to_string(),
    };
    let (code, how, advice) = match difference {
        Difference::Case => (
            "uid_case",
            "in upper and lower case only",
            "Write the user in the same case where the token is made and in the client.",
        ),
        Difference::LeadingZeros => (
            "uid_leading_zeros",
            "in leading zeros only",
            "Drop the zeros where the token is made: a number has none, and the text is what is signed.",
        ),
        Difference::WhiteSpace => (
            "uid_white_space",
            "in surrounding white space only",
            "Trim the user where it is entered, so that the token and the client have the same.",
        ),
        Difference::None | Difference::Encoding | Difference::Other => {
            return Some(Finding::error(
                "uid_differs",
                format!("The user of the token {}.", name.instead_of(&shown)),
                "Make the token for the very user that the client gives to join or login.",
            ));
        }
    };
    Some(Finding::error(
        code,
        format!("The token is for the user {found}, which differs from {shown} {how}."),
        advice,
    ))
}

/// The same text stands for a number and for an account; the SDKs keep them apart.
fn number_as_account(subject: &Subject<'_>) -> Option<Finding> {
    let Some(ExpectedUid::Account(account)) = &subject.expected.uid else {
        return None;
    };
    let number = plain_number(account)?;
    let (name, in_a_channel) = user(subject)?;
    (in_a_channel && name.is(account) == Some(true)).then(|| {
        Finding::warning(
            "uid_number_as_account",
            format!(
                "The token reads the same for the number {number} and for the user account {}, but to the SDKs they are two \
                 users.",
                Excerpt::of(account)
            ),
            format!(
                "Give join the number {number} everywhere, or the account everywhere; a uid that was read from an address is a \
                 text until Number() makes it a number."
            ),
        )
    })
}

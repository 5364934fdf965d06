//! When a token and its privileges begin and end.

use super::super::time::Lifetime;
use super::super::version::TokenVersion;
use super::calendar::{relative, rfc3339, span};
use super::finding::Finding;
use super::grant::Granted;
use super::subject::{FIRST_ABSOLUTE, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    not_yet_valid,
    lifetime_absolute,
    privilege_absolute,
    end_relative,
    privilege_relative,
    expired,
    privilege_expired,
    over_24_hours,
    lifetime_zero,
    lifetime_short,
    privilege_short,
    privilege_outlives,
    privilege_ends_first,
    privilege_without_end,
];

/// How far clocks may differ, in seconds.
const TOLERANCE: u64 = 60;

/// Below this lifetime, the callback 30 seconds before the end fires as soon as it can.
const SHORT: u32 = 60;

const LONGEST: u32 = Lifetime::MAX.seconds();

const ROUND: &str =
    "Let the token and its privileges end at the same time, at most 24 hours after its issue.";

fn not_yet_valid(subject: &Subject<'_>) -> Option<Finding> {
    let issued_at = subject.issued_at?;
    (issued_at > subject.now + TOLERANCE).then(|| {
        Finding::error(
            "not_yet_valid",
            format!(
                "The token is not valid yet: it says that it is made at {}, {}.",
                rfc3339(issued_at),
                relative(issued_at, subject.now)
            ),
            "Set the clock of the server that makes tokens, and give times in seconds of UTC.",
        )
    })
}

/// The lifetime that a 007 token has for itself, in seconds after its issue.
fn lifetime(subject: &Subject<'_>) -> Option<u32> {
    match subject.token {
        super::super::UnverifiedToken::V007(token) => Some(token.message.expire),
        _ => None,
    }
}

fn lifetime_absolute(subject: &Subject<'_>) -> Option<Finding> {
    let seconds = lifetime(subject).filter(|seconds| *seconds >= FIRST_ABSOLUTE)?;
    Some(Finding::warning(
        "lifetime_absolute",
        format!(
            "The token's lifetime is {seconds} s, which is a Unix time ({}); 007 counts from the issue, so that the token has no \
             end of its own but the 24 hours after which every token ends.",
            rfc3339(seconds.into())
        ),
        "Pass the number of seconds, such as 3600, instead of the current time plus that number.",
    ))
}

fn privilege_absolute(subject: &Subject<'_>) -> Option<Finding> {
    lifetime(subject)?;
    let (names, first) = select(subject, |granted| granted.raw >= FIRST_ABSOLUTE)?;
    Some(Finding::warning(
        "privilege_absolute",
        format!(
            "The lifetime of {names} is {} s, which is a Unix time ({}); 007 counts from the issue, so that there is no end to it.",
            first.raw,
            rfc3339(first.raw.into())
        ),
        "Pass the number of seconds, such as 3600, instead of the current time plus that number.",
    ))
}

fn end_relative(subject: &Subject<'_>) -> Option<Finding> {
    let end = ends_in_1970(subject)?;
    Some(Finding::error(
        "end_relative",
        format!(
            "The token ends at {end}, which is {}: a number of seconds stands where a Unix time belongs.",
            rfc3339(end)
        ),
        "Pass the current Unix time plus the number of seconds; only 007 counts from the issue.",
    ))
}

/// The end of a 005 or 006 token that is so small that it must be a lifetime.
fn ends_in_1970(subject: &Subject<'_>) -> Option<u64> {
    match subject.version {
        TokenVersion::V005 | TokenVersion::V006 => subject
            .ends_at
            .filter(|end| *end < u64::from(FIRST_ABSOLUTE)),
        TokenVersion::V007 => None,
    }
}

fn privilege_relative(subject: &Subject<'_>) -> Option<Finding> {
    let (names, first) = select(subject, |granted| is_relative(subject, granted))?;
    Some(Finding::error(
        "privilege_relative",
        format!(
            "The end of {names} is {}, which is {}: a number of seconds stands where a Unix time belongs.",
            first.raw,
            rfc3339(first.raw.into())
        ),
        "Pass the current Unix time plus the number of seconds; only 007 counts from the issue.",
    ))
}

fn is_relative(subject: &Subject<'_>, granted: &Granted) -> bool {
    subject.version == TokenVersion::V006 && (1..FIRST_ABSOLUTE).contains(&granted.raw)
}

fn expired(subject: &Subject<'_>) -> Option<Finding> {
    let ends_at = subject.ends_at?;
    (subject.is_expired() && ends_in_1970(subject).is_none()).then(|| {
        Finding::error(
            "expired",
            format!(
                "The token ended at {}, {}.",
                rfc3339(ends_at),
                relative(ends_at, subject.now)
            ),
            "Fetch a new token and call join with it; before the next one ends, fetch another on token-privilege-will-expire \
             and pass it to renewToken.",
        )
    })
}

fn privilege_expired(subject: &Subject<'_>) -> Option<Finding> {
    if subject.is_expired() {
        return None;
    }
    let is_over = |granted: &Granted| {
        granted.ends_at.is_some_and(|end| end <= subject.now) && !is_relative(subject, granted)
    };
    let (names, first) = select(subject, is_over)?;
    let ended_at = first.ends_at?;
    Some(Finding::error(
        "privilege_expired",
        format!(
            "The end of {names} was {}, {}, although the token still lives.",
            rfc3339(ended_at),
            relative(ended_at, subject.now)
        ),
        "Fetch a new token and call join with it, or renewToken while still in the channel.",
    ))
}

fn over_24_hours(subject: &Subject<'_>) -> Option<Finding> {
    let message = match (subject.version, lifetime(subject)) {
        (_, Some(seconds)) if (LONGEST + 1..FIRST_ABSOLUTE).contains(&seconds) => format!(
            "The token's lifetime is {seconds} s ({}), and no token outlives 24 hours.",
            span(seconds.into())
        ),
        (TokenVersion::V006, _) => {
            let left = subject.ends_at?.checked_sub(subject.now)?;
            if left <= u64::from(LONGEST) + TOLERANCE {
                return None;
            }
            format!(
                "The token's end is {} away, and no token outlives 24 hours.",
                span(left)
            )
        }
        (TokenVersion::V005, _) => {
            let seconds = subject.ends_at?.checked_sub(subject.issued_at?)?;
            if seconds <= u64::from(LONGEST) {
                return None;
            }
            format!(
                "The key's end is {} after its issue, and no key outlives 24 hours.",
                span(seconds)
            )
        }
        _ => return None,
    };
    Some(Finding::warning(
        "over_24_hours",
        message,
        "Ask for 86400 seconds at most, and renew the token while the client is in the channel.",
    ))
}

fn lifetime_zero(subject: &Subject<'_>) -> Option<Finding> {
    (lifetime(subject)? == 0).then(|| {
        Finding::warning(
            "lifetime_zero",
            "The token's lifetime is 0 s, with which it still ends 24 hours after its issue.",
            "Give the token the lifetime that is meant, 1 to 86400 seconds.",
        )
    })
}

fn lifetime_short(subject: &Subject<'_>) -> Option<Finding> {
    let seconds = match subject.version {
        TokenVersion::V005 => subject.ends_at?.checked_sub(subject.issued_at?)?,
        TokenVersion::V006 | TokenVersion::V007 => lifetime(subject)?.into(),
    };
    (1..u64::from(SHORT)).contains(&seconds).then(|| {
        Finding::warning(
            "lifetime_short",
            format!(
                "The lifetime is {seconds} s, so that token-privilege-will-expire, 30 s before the end, fires almost at once."
            ),
            "Give the token a lifetime of some minutes at least; 3600 seconds are usual.",
        )
    })
}

fn privilege_short(subject: &Subject<'_>) -> Option<Finding> {
    let lifetime = lifetime(subject)?;
    let is_short = |granted: &Granted| (1..SHORT).contains(&granted.raw);
    let (names, first) = select(subject, is_short)?;
    (lifetime >= SHORT || lifetime == 0).then(|| {
        Finding::warning(
            "privilege_short",
            format!(
                "The lifetime of {names} is {} s, so that token-privilege-will-expire, 30 s before the end, fires almost at once.",
                first.raw
            ),
            "Give privileges a lifetime of some minutes at least; 3600 seconds are usual.",
        )
    })
}

fn privilege_outlives(subject: &Subject<'_>) -> Option<Finding> {
    let token_ends = subject.says_it_ends?;
    let outlives = |granted: &Granted| {
        let is_absolute = subject.version == TokenVersion::V007 && granted.raw >= FIRST_ABSOLUTE;
        granted.ends_at.is_some_and(|end| end > token_ends) && !is_absolute
    };
    if ends_in_1970(subject).is_some() {
        return None;
    }
    let (names, first) = select(subject, outlives)?;
    Some(Finding::warning(
        "privilege_outlives",
        format!(
            "The end of {names} lies {} after the token's, which comes first and is not announced by token-privilege-will-expire.",
            span(first.ends_at? - token_ends)
        ),
        ROUND,
    ))
}

fn privilege_ends_first(subject: &Subject<'_>) -> Option<Finding> {
    let token_ends = subject.ends_at?;
    if lifetime_absolute(subject).is_some() {
        return None;
    }
    let ends_first = |granted: &Granted| {
        granted
            .ends_at
            .is_some_and(|end| subject.now < end && end < token_ends)
    };
    let (names, first) = select(subject, ends_first)?;
    Some(Finding::note(
        "privilege_ends_first",
        format!(
            "The end of {names} lies {} before the token's, at {}.",
            span(token_ends - first.ends_at?),
            rfc3339(first.ends_at?)
        ),
        "Renew the token by the privilege's end; the token's own end does not matter then.",
    ))
}

fn privilege_without_end(subject: &Subject<'_>) -> Option<Finding> {
    let names = subject
        .privileges()
        .filter(|(grant, _, granted)| grant.channel.is_some() && granted.raw == 0)
        .map(|(_, name, _)| name);
    let names = listed(names)?;
    Some(Finding::note(
        "privilege_without_end",
        format!(
            "No end is set for {names}: the token's own is not announced, since token-privilege-will-expire does not fire for it."
        ),
        "Give the privileges the token's own end, or let the client fetch a new token by its clock.",
    ))
}

/// The names of those privileges in a sentence, and the first of them.
fn select<'s>(
    subject: &'s Subject<'_>,
    wanted: impl Fn(&Granted) -> bool,
) -> Option<(String, &'s Granted)> {
    let mut those = subject
        .privileges()
        .filter(|(_, _, granted)| wanted(granted))
        .peekable();
    let (_, _, first) = those.peek()?;
    let first = *first;
    let names = listed(
        those
            .filter(|(_, _, granted)| granted.ends_at == first.ends_at)
            .map(|(_, name, _)| name),
    )?;
    Some((names, first))
}

/// Names in a sentence, cut after a few.
pub(super) fn listed(names: impl Iterator<Item = String>) -> Option<String> {
    const MOST: usize = 6;
    let mut names: Vec<String> = names.collect();
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    let joined = names.join(", ");
    match (joined.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(joined),
        (false, _) => Some(format!("{joined} and {more} more")),
    }
}

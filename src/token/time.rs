//! Points in time and lifetimes, in whole seconds, as tokens carry them.

use std::fmt;
use std::str::FromStr;

/// A point in time: seconds since 1970-01-01 UTC, as the 32 bits that a token has for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u32);

impl UnixTime {
    /// The time so many seconds after 1970-01-01 UTC.
    #[must_use]
    pub const fn from_seconds(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// This long after `self`, or the last second that a token can name (2106-02-07).
    #[must_use]
    pub const fn after(self, lifetime: Lifetime) -> Self {
        Self(self.0.saturating_add(lifetime.seconds()))
    }
}

impl FromStr for UnixTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let seconds = whole_seconds(text)?;
        u32::try_from(seconds)
            .map(Self)
            .map_err(|_| TimeError::TooLate)
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How long something is valid: 1 to 86,400 seconds, since no Agora token outlives 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lifetime(u32);

impl Lifetime {
    /// 24 hours.
    pub const MAX: Self = Self(86_400);
    /// What the documentation's samples use: one hour.
    pub const HOUR: Self = Self(3_600);

    /// From this number of seconds on, a lifetime is taken for a Unix time given by mistake.
    const LOOKS_ABSOLUTE: u64 = 1_000_000_000;

    /// A lifetime of so many seconds; more than 24 hours is cut to 24 hours.
    ///
    /// # Errors
    ///
    /// When it is 0, or so large that it must be an absolute time.
    pub const fn from_seconds(seconds: u64) -> Result<Self, TimeError> {
        if seconds == 0 {
            return Err(TimeError::Zero);
        }
        if seconds >= Self::LOOKS_ABSOLUTE {
            return Err(TimeError::Absolute);
        }
        if seconds > Self::MAX.0 as u64 {
            return Ok(Self::MAX);
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 86,400 here")]
        Ok(Self(seconds as u32))
    }

    /// The time from `start` to `end`, cut to 24 hours; nothing when `end` is not after `start`.
    #[must_use]
    pub const fn between(start: UnixTime, end: UnixTime) -> Option<Self> {
        match end.0.saturating_sub(start.0) {
            0 => None,
            seconds if seconds > Self::MAX.0 => Some(Self::MAX),
            seconds => Some(Self(seconds)),
        }
    }

    /// The number of seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

impl FromStr for Lifetime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::from_seconds(whole_seconds(text)?)
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is no time. Reads as the end of a sentence that begins with the name of the parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// A relative time so large that it must be an absolute one.
    #[error(
        "is a relative time in seconds, at most 86400 (24 hours); this looks like an absolute Unix time"
    )]
    Absolute,
    /// A number with a fraction.
    #[error("must be a whole number of seconds, without a fraction")]
    Fraction,
    /// A number below 0.
    #[error("must not be negative")]
    Negative,
    /// Something else than a decimal number.
    #[error("must be a number of seconds in decimal digits")]
    NotANumber,
    /// After the last second that a token can name.
    #[error(
        "is over 4294967295, the last Unix time that a token can name; it is in seconds, not milliseconds"
    )]
    TooLate,
    /// A lifetime of nothing.
    #[error("is 0 seconds: a token must live at least one; leave it out for the default")]
    Zero,
}

/// Reads decimal digits. A number too large for `u64` becomes the largest one, which every limit refuses.
fn whole_seconds(text: &str) -> Result<u64, TimeError> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(text) {
        return Ok(text.parse().unwrap_or(u64::MAX));
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    match (
        is_digits(whole) && is_digits(fraction),
        unsigned.len() < text.len(),
    ) {
        (true, true) => Err(TimeError::Negative),
        (true, false) => Err(TimeError::Fraction),
        (false, _) => Err(TimeError::NotANumber),
    }
}

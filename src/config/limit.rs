//! How often a client may ask.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::read::number;

const UNITS: [(&str, &str, Duration); 3] = [
    ("s", "second", Duration::from_secs(1)),
    ("min", "minute", Duration::from_mins(1)),
    ("h", "hour", Duration::from_hours(1)),
];

/// How often a client may ask: that many requests at once, and then evenly as many in the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    count: u32,
    unit: usize,
}

/// A text that is no such limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a number from 1 to 1000000, a slash, and s, min or h, such as 100/min")]
pub struct NoSuchRate;

impl RateLimit {
    /// How many requests; never 0.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.count
    }

    /// In what time.
    #[must_use]
    pub const fn time(self) -> Duration {
        UNITS[self.unit].2
    }
}

impl FromStr for RateLimit {
    type Err = NoSuchRate;

    fn from_str(text: &str) -> Result<Self, NoSuchRate> {
        let (count, unit) = text.split_once('/').ok_or(NoSuchRate)?;
        let Some(count @ 1..=1_000_000) = number(count.trim()) else {
            return Err(NoSuchRate);
        };
        let unit = unit.trim();
        let unit = UNITS.iter().position(|(name, ..)| *name == unit);
        let unit = unit.ok_or(NoSuchRate)?;
        Ok(Self { count, unit })
    }
}

/// As in "100 requests a minute".
impl fmt::Display for RateLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, unit } = self;
        let requests = if *count == 1 { "request" } else { "requests" };
        let article = if UNITS[*unit].1 == "hour" { "an" } else { "a" };
        write!(formatter, "{count} {requests} {article} {}", UNITS[*unit].1)
    }
}

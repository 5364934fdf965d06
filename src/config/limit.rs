//! How often a client may ask.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::read::number;

/// What a limit may be for.
#[derive(Debug, PartialEq, Eq)]
struct Unit {
    /// As in `100/min`.
    symbol: &'static str,
    /// As in "100 requests a minute".
    words: &'static str,
    time: Duration,
}

static UNITS: [Unit; 3] = [
    Unit {
        symbol: "s",
        words: "a second",
        time: Duration::from_secs(1),
    },
    Unit {
        symbol: "min",
        words: "a minute",
        time: Duration::from_mins(1),
    },
    Unit {
        symbol: "h",
        words: "an hour",
        time: Duration::from_hours(1),
    },
];

/// How often a client may ask: that many requests at once, and then evenly as many in the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    count: u32,
    unit: &'static Unit,
}

/// A text that is no such limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a number from 1 to 1000000, a slash, and s, min or h, such as 100/min")]
pub struct NoSuchRate;

impl RateLimit {
    /// Parses a limit that can be switched off.
    pub(super) fn or_off(text: &str) -> Result<Option<Self>, String> {
        match text {
            "off" => Ok(None),
            _ => text
                .parse()
                .map(Some)
                .map_err(|error: NoSuchRate| format!("{error}, or off")),
        }
    }

    /// How many requests; never 0.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.count
    }

    /// In what time.
    #[must_use]
    pub const fn time(self) -> Duration {
        self.unit.time
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
        let unit = UNITS.iter().find(|known| known.symbol == unit);
        let unit = unit.ok_or(NoSuchRate)?;
        Ok(Self { count, unit })
    }
}

/// As in "100 requests a minute".
impl fmt::Display for RateLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, unit } = self;
        let requests = if *count == 1 { "request" } else { "requests" };
        write!(formatter, "{count} {requests} {}", unit.words)
    }
}

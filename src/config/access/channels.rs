//! Patterns of channel names, as an operator or a claim writes them.

use std::fmt;
use std::str::FromStr;

use crate::token::{ChannelName, IdError};

/// The longest pattern: a name, and stars between its characters.
const MAX_BYTES: usize = 128;

/// A channel name in which each `*` stands for any characters, or for none. `*` alone is every channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelPattern(String);

impl ChannelPattern {
    /// Takes a pattern.
    ///
    /// # Errors
    ///
    /// When it is empty or too long, or holds a character that no channel has.
    pub fn new(text: &str) -> Result<Self, IdError> {
        let limit = MAX_BYTES;
        if text.len() > limit {
            let bytes = text.len();
            return Err(IdError::TooLong { bytes, limit });
        }
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        for part in text.split('*').filter(|part| !part.is_empty()) {
            ChannelName::new(part)?;
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether it is `*` alone.
    #[must_use]
    pub fn is_every_channel(&self) -> bool {
        self.0 == "*"
    }

    /// Whether a channel's name fits.
    #[must_use]
    pub fn matches(&self, channel: &str) -> bool {
        let Some((start, rest)) = self.0.split_once('*') else {
            return self.0 == channel;
        };
        let Some(mut left) = channel.strip_prefix(start) else {
            return false;
        };
        // The first place of each part is the best: it leaves the most for those after it.
        let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
        for part in middle.split('*') {
            match left.find(part) {
                Some(at) => left = &left[at + part.len()..],
                None => return false,
            }
        }
        left.ends_with(end)
    }
}

impl fmt::Display for ChannelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Patterns of which a channel must match one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelPatterns(Vec<ChannelPattern>);

impl ChannelPatterns {
    /// Whether a channel's name fits one of them.
    #[must_use]
    pub fn match_one(&self, channel: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches(channel))
    }

    /// Whether one of them is `*` alone.
    #[must_use]
    pub fn have_every_channel(&self) -> bool {
        self.0.iter().any(ChannelPattern::is_every_channel)
    }
}

impl FromIterator<ChannelPattern> for ChannelPatterns {
    fn from_iter<I: IntoIterator<Item = ChannelPattern>>(patterns: I) -> Self {
        Self(patterns.into_iter().collect())
    }
}

impl FromStr for ChannelPatterns {
    type Err = PatternError;

    /// Reads patterns between commas.
    fn from_str(list: &str) -> Result<Self, PatternError> {
        let entries = list.split(',').map(str::trim);
        let entries = entries.filter(|entry| !entry.is_empty()).zip(1..);
        let patterns = entries.map(|(entry, number)| {
            ChannelPattern::new(entry).map_err(|error| PatternError::Entry { number, error })
        });
        let patterns: Self = patterns.collect::<Result<_, _>>()?;
        if patterns.0.is_empty() {
            Err(PatternError::Nothing)
        } else {
            Ok(patterns)
        }
    }
}

impl fmt::Display for ChannelPatterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns: Vec<&str> = self.0.iter().map(|pattern| &*pattern.0).collect();
        f.write_str(&patterns.join(", "))
    }
}

/// Why a list of patterns cannot be read. Reads as the end of a sentence that begins with the variable's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// An entry that is no pattern.
    #[error("has no channel or pattern as entry {number}: it {error}")]
    Entry {
        /// Which entry, from 1.
        number: usize,
        /// Why it is none.
        error: IdError,
    },
    /// No entry.
    #[error("has no entry; leave it out for all channels")]
    Nothing,
}

//! What is logged, and how.

use std::str::FromStr;

use tracing::level_filters::LevelFilter;

use super::read::Reader;
use super::vars;

/// What is logged, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// The least important lines that are logged.
    pub level: LogLevel,
    /// Their form.
    pub format: LogFormat,
}

impl Log {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let level = reader.read(&vars::LOG_LEVEL, str::parse::<LogLevel>);
        let format = reader.read(&vars::LOG_FORMAT, str::parse::<LogFormat>);
        Some(Self {
            level: level?,
            format: format?,
        })
    }
}

/// The least important lines that are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLevel(LevelFilter);

impl LogLevel {
    /// As the subscriber takes it.
    #[must_use]
    pub fn filter(self) -> LevelFilter {
        self.0
    }
}

impl FromStr for LogLevel {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let level = match text.to_ascii_lowercase().as_str() {
            "off" => LevelFilter::OFF,
            "error" => LevelFilter::ERROR,
            "warn" => LevelFilter::WARN,
            "info" => LevelFilter::INFO,
            "debug" => LevelFilter::DEBUG,
            "trace" => LevelFilter::TRACE,
            _ => return Err(LogError::Level),
        };
        Ok(Self(level))
    }
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for programs.
    Json,
    /// For people.
    Text,
}

impl FromStr for LogFormat {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        match text.to_ascii_lowercase().as_str() {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err(LogError::Format),
        }
    }
}

/// Why a text says neither what to log nor how. Reads as the end of a sentence that begins with the variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// No such form.
    #[error("must be text or json")]
    Format,
    /// No such level.
    #[error("must be off, error, warn, info, debug or trace")]
    Level,
}

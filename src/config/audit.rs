//! Where it is written down who got which token.

use std::path::PathBuf;
use std::str::FromStr;

/// Where it is written down who got which token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditLog {
    /// At the end of a file.
    File(PathBuf),
    /// Nowhere.
    Off,
    /// On standard output, among the lines of the log.
    Stdout,
}

impl FromStr for AuditLog {
    type Err = NoSuchPlace;

    fn from_str(text: &str) -> Result<Self, NoSuchPlace> {
        match text {
            "off" => Ok(Self::Off),
            "stdout" => Ok(Self::Stdout),
            path if path.contains('/') => Ok(Self::File(path.into())),
            _ => Err(NoSuchPlace),
        }
    }
}

/// The text names no place. Reads as the end of a sentence that begins with the variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be off, stdout or the path of a file, with a / in it")]
pub struct NoSuchPlace;

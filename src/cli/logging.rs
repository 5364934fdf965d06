//! The log: lines on standard output.

use std::io::{self, IsTerminal};

use crate::config::{Log, LogFormat};

/// Starts logging for the rest of the process.
pub(super) fn start(log: Log) {
    let lines = tracing_subscriber::fmt()
        .with_max_level(log.level.filter())
        .with_target(false)
        // A line that cannot be written must not cost a request, nor be complained about where nobody reads.
        .log_internal_errors(false)
        .with_ansi(io::stdout().is_terminal());
    match log.format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
}

//! Telemetry: the process's log, and standard output, which the audit log shares with it.

mod lines;
pub mod log;

pub use lines::{LineFile, Stdout};

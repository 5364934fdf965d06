//! Telemetry: the process's log.

pub mod log;

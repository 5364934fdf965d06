//! The binary itself: exit codes, what it prints, signals, and a request over a real socket.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod audit;
mod audit_expiry;
mod audit_file;
mod audit_stdout;
mod configuration;
#[path = "../explained/mod.rs"]
mod explained;
mod file_modes;
mod guarded;
mod inspect;
mod log_queue;
mod malformed;
mod mint;
mod open_files;
mod secrets;
mod serving;
mod support;
mod unaudited;
mod watching;

//! The token formats: vectors of the official packages, identifiers and times, laws that hold for any input.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod compression;
mod explain;
#[path = "../explained/mod.rs"]
mod explained;
mod identifiers;
mod laws;
mod reading;
mod support;
mod times;
mod vectors;

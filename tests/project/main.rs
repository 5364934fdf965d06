//! The project holds to its own rules: imports point one way, documentation names what the code has.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod codes;
mod documentation;
mod layers;

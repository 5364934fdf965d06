//! The token formats: vectors of the official packages, identifiers and times, laws that hold for any input.

mod identifiers;
mod laws;
mod times;
mod vectors;

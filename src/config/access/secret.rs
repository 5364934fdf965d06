//! A secret that cannot be printed.

use std::fmt;

use zeroize::Zeroizing;

/// A secret: it cannot be printed, and is zeroed when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Fewer different characters than any random secret of 32 has; one of 16 has half as many.
const FEW: usize = 8;

/// The secret with which a well-known page signs JWTs unless it is told another one.
const OF_A_PAGE: &str = "a-string-secret-at-least-256-bits-long";

/// Whether whoever guesses tries it early: a text that repeats a few characters, or one that everyone knows.
pub(in crate::config) fn is_guessable(text: &str) -> bool {
    let is_first = |(place, byte): &(usize, &u8)| !text.as_bytes()[..*place].contains(byte);
    let different = text.as_bytes().iter().enumerate().filter(is_first).count();
    different < FEW.min(text.len() / 4) || text == OF_A_PAGE
}

//! Showing what was sent without repeating it whole.

use std::fmt;

/// The beginning of what someone sent, quoted and escaped, at most 64 bytes with its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    /// With the quote at its end and the sign that something was left out, 62 bytes.
    const MAX_BYTES: usize = 58;

    /// The beginning of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut excerpt = String::from('"');
        for character in text.chars() {
            let escaped = character.escape_debug();
            if excerpt.len() + escaped.clone().map(char::len_utf8).sum::<usize>() > Self::MAX_BYTES
            {
                excerpt.push('…');
                break;
            }
            excerpt.extend(escaped);
        }
        excerpt.push('"');
        Self(excerpt)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

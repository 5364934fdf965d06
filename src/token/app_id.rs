//! The App ID, and the 32 hexadecimal digits that it shares with the App Certificate.

use std::fmt;
use std::str::FromStr;

use super::hex;

/// An App ID: 32 hexadecimal digits. Tokens carry it as text, so its case matters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AppId([u8; Self::LENGTH]);

impl AppId {
    /// Digits of an App ID.
    pub const LENGTH: usize = 32;

    /// The digits, in the case in which they were given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("hexadecimal digits are ASCII")
    }

    pub(super) fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// The App ID that those bytes stand for, in lower-case digits.
    pub(super) fn from_digit_pairs(bytes: [u8; Self::LENGTH / 2]) -> Self {
        let mut digits = [0; Self::LENGTH];
        for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(bytes) {
            *pair = hex::digits(byte);
        }
        Self(digits)
    }
}

impl FromStr for AppId {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex_digits(text).copied().map(Self)
    }
}

impl serde::Serialize for AppId {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.as_str())
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AppId({self})")
    }
}

/// Why a text is not 32 hexadecimal digits. It never shows the text, which may be a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// Another number of characters.
    #[error("must be 32 hexadecimal digits, found {characters} characters")]
    Length {
        /// How many characters there are.
        characters: usize,
    },
    /// The right length, but another character.
    #[error("must be 32 hexadecimal digits, found another character at position {position}")]
    Digit {
        /// Where it stands, from 1.
        position: usize,
    },
}

/// Returns the 32 hexadecimal digits of an App ID or App Certificate, in their case, and without a copy.
pub(super) fn hex_digits(text: &str) -> Result<&[u8; 32], HexError> {
    let digits = <&[u8; 32]>::try_from(text.as_bytes()).map_err(|_| HexError::Length {
        characters: text.chars().count(),
    })?;
    match digits.iter().position(|byte| !byte.is_ascii_hexdigit()) {
        None => Ok(digits),
        Some(index) => Err(HexError::Digit {
            position: index + 1,
        }),
    }
}

/// The 16 bytes that 32 hexadecimal digits stand for.
pub(super) fn digit_pairs(digits: &[u8; 32]) -> [u8; 16] {
    let value = |digit| hex::value(digit).expect("a hexadecimal digit, as it was read");
    let mut bytes = [0; 16];
    for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks().0) {
        *byte = value(*high) << 4 | value(*low);
    }
    bytes
}

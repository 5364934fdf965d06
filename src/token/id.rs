//! Identifiers as checked types: what they hold has passed the limits that Agora's SDKs document.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use super::error::IdError;
use super::wire::Text;

/// The characters of channel names and user accounts, as the SDKs' documentation lists them.
const SDK_CHARACTERS: &str = "a-z A-Z 0-9, space and !#$%&()+-:;<=.>?@[]^_{}|~,";

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
}

impl FromStr for AppId {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex_digits(text).map(Self)
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

/// Reads the 32 hexadecimal digits of an App ID or App Certificate, keeping their case.
pub(super) fn hex_digits(text: &str) -> Result<[u8; 32], HexError> {
    let digits = <[u8; 32]>::try_from(text.as_bytes()).map_err(|_| HexError::Length {
        characters: text.chars().count(),
    })?;
    match digits.iter().position(|byte| !byte.is_ascii_hexdigit()) {
        None => Ok(digits),
        Some(index) => Err(HexError::Digit {
            position: index + 1,
        }),
    }
}

/// The name of a channel: 1 to 64 bytes of the characters that every SDK accepts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChannelName(String);

impl ChannelName {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// Takes a name that keeps the rules.
    ///
    /// # Errors
    ///
    /// When it is empty, too long, or holds a character outside the SDKs' set.
    pub fn new(name: impl Into<String>) -> Result<Self, IdError> {
        checked(name.into(), Self::MAX_BYTES).map(Self)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A user account (string user ID): 1 to 255 bytes of the same characters as a channel name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserAccount(String);

impl UserAccount {
    /// The longest account, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Takes an account that keeps the rules.
    ///
    /// # Errors
    ///
    /// When it is empty, too long, or holds a character outside the SDKs' set.
    pub fn new(account: impl Into<String>) -> Result<Self, IdError> {
        checked(account.into(), Self::MAX_BYTES).map(Self)
    }

    /// The account.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who may join with a token: the uid or user account that the client gives to the SDK's `join`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Uid {
    /// Whoever holds the token (uid 0; packed as the empty string).
    Any,
    /// A numeric uid, 1 to 4,294,967,295.
    Number(NonZeroU32),
    /// A user account.
    Account(UserAccount),
}

impl Uid {
    /// Reads a uid as clients write it: empty and `0` mean any user, a decimal `u32` is a numeric uid, everything
    /// else is a user account. A number with leading zeros is an account, since the SDK compares the text.
    ///
    /// # Errors
    ///
    /// When it is no number of that range and breaks the rules of a user account.
    pub fn parse(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let is_canonical = text == "0" || !text.starts_with('0');
        let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit());
        if text.is_empty() {
            return Ok(Self::Any);
        }
        match text.parse::<u32>() {
            Ok(number) if is_canonical && is_decimal => Ok(Self::from(number)),
            _ => UserAccount::new(text).map(Self::Account),
        }
    }

    /// The text that a token carries or signs for this user.
    #[must_use]
    pub fn as_signed(&self) -> Cow<'_, str> {
        match self {
            Self::Any => Cow::Borrowed(""),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Account(account) => Cow::Borrowed(account.as_str()),
        }
    }
}

impl From<u32> for Uid {
    fn from(number: u32) -> Self {
        NonZeroU32::new(number).map_or(Self::Any, Self::Number)
    }
}

impl From<&ChannelName> for Text {
    fn from(name: &ChannelName) -> Self {
        Self::new(name.as_str()).expect("64 bytes at most")
    }
}

impl From<&Uid> for Text {
    fn from(uid: &Uid) -> Self {
        Self::new(uid.as_signed()).expect("255 bytes at most")
    }
}

fn checked(text: String, limit: usize) -> Result<String, IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    let foreign = text
        .chars()
        .zip(1..)
        .find(|(character, _)| !is_sdk_character(*character));
    if let Some((character, position)) = foreign {
        return Err(IdError::Character {
            character,
            position,
            allowed: SDK_CHARACTERS,
        });
    }
    if text.len() > limit {
        return Err(IdError::TooLong {
            bytes: text.len(),
            limit,
        });
    }
    Ok(text)
}

fn is_sdk_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || " !#$%&()+-:;<=.>?@[]^_{}|~,".contains(character)
}

//! Identifiers as checked types: what they hold has passed the limits that Agora's SDKs document.

use std::num::NonZeroU32;
use std::ops::Deref;

use super::error::IdError;
use super::wire::Text;

/// The characters of channel names and user accounts, as the SDKs' documentation lists them.
const SDK_CHARACTERS: &str = "a-z A-Z 0-9, space and !#$%&()+-:;<=.>?@[]^_{}|~,";

/// The name of a channel: 1 to 64 bytes of the characters that every SDK accepts. Or `*`, which is every channel, to the
/// RTC service of a 007 token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChannelName(String);

impl ChannelName {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 64;

    const WILDCARD: &str = "*";

    /// Whether it is every channel.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.0 == Self::WILDCARD
    }

    /// Takes a name that keeps the rules.
    ///
    /// # Errors
    ///
    /// When it is empty, too long, or holds a character outside the SDKs' set.
    pub fn new(name: impl Into<String>) -> Result<Self, IdError> {
        let name = name.into();
        if name == Self::WILDCARD {
            return Ok(Self(name));
        }
        checked(name, Self::MAX_BYTES, is_sdk_character, SDK_CHARACTERS).map(Self)
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
        checked(
            account.into(),
            Self::MAX_BYTES,
            is_sdk_character,
            SDK_CHARACTERS,
        )
        .map(Self)
    }

    /// The account.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A user of signaling, chat or the classroom: 1 to 64 bytes of text without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserId(String);

impl UserId {
    /// The longest ID, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// Takes an ID that keeps the rules.
    ///
    /// # Errors
    ///
    /// When it is empty, too long, or holds a control character.
    pub fn new(id: impl Into<String>) -> Result<Self, IdError> {
        let id = id.into();
        checked(
            id,
            Self::MAX_BYTES,
            |character| !character.is_control(),
            "all but control characters",
        )
        .map(Self)
    }

    /// The ID.
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
    /// As `Any`, for a client that joins with a numeric uid, not with a user account.
    AnyNumber,
    /// A numeric uid, 1 to 4,294,967,295.
    Number(NonZeroU32),
    /// A user account.
    Account(UserAccount),
}

impl Uid {
    /// Reads a uid as clients write it: empty and `0` mean any user, a decimal `u32` is a numeric uid, everything
    /// else is a user account.
    ///
    /// # Errors
    ///
    /// When it is no number of that range and breaks the rules of a user account.
    pub fn parse(text: impl AsRef<str> + Into<String>) -> Result<Self, IdError> {
        if text.as_ref().is_empty() {
            return Ok(Self::Any);
        }
        match plain_number(text.as_ref()) {
            Some(number) => Ok(Self::from(number)),
            None => UserAccount::new(text).map(Self::Account),
        }
    }

    /// The text that a token carries or signs for this user.
    #[must_use]
    pub fn signed(&self) -> SignedUid<'_> {
        match self {
            Self::Any | Self::AnyNumber => SignedUid(Form::Text("")),
            Self::Number(number) => SignedUid::number(*number),
            Self::Account(account) => SignedUid(Form::Text(account.as_str())),
        }
    }
}

/// The text that a token carries or signs for a user, without an allocation. It is a `str`.
#[derive(Clone, Copy, Debug)]
pub struct SignedUid<'a>(Form<'a>);

#[derive(Clone, Copy, Debug)]
enum Form<'a> {
    /// A user account, or nothing for any user.
    Text(&'a str),
    /// The decimal digits of a numeric uid: those from `start` on.
    Digits { digits: [u8; 10], start: usize },
}

impl SignedUid<'_> {
    fn number(number: NonZeroU32) -> Self {
        let mut digits = [b'0'; 10];
        let mut start = digits.len();
        let mut rest = number.get();
        while rest > 0 {
            start -= 1;
            digits[start] += u8::try_from(rest % 10).expect("a digit");
            rest /= 10;
        }
        Self(Form::Digits { digits, start })
    }
}

impl Deref for SignedUid<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Form::Text(text) => text,
            Form::Digits { digits, start } => {
                str::from_utf8(&digits[*start..]).expect("digits are ASCII")
            }
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
        Self::new(&*uid.signed()).expect("255 bytes at most")
    }
}

impl From<&UserId> for Text {
    fn from(id: &UserId) -> Self {
        Self::new(id.as_str()).expect("64 bytes at most")
    }
}

/// A number of 32 bits as a token carries it: digits alone, without a plus or leading zeros. Tokens hold the text, which
/// the SDK compares, so that with them it would be another user.
pub(crate) fn plain_number(text: &str) -> Option<u32> {
    let is_plain = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| is_plain)
}

fn checked(
    text: String,
    limit: usize,
    is_allowed: impl Fn(char) -> bool,
    allowed: &'static str,
) -> Result<String, IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    let foreign = text
        .chars()
        .zip(1..)
        .find(|(character, _)| !is_allowed(*character));
    if let Some((character, position)) = foreign {
        return Err(IdError::Character {
            character,
            position,
            allowed,
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

//! What can be wrong with an identifier, a token's bytes, or its signature.

/// Why a text is not a channel name or user account. Reads as the end of a sentence that begins with the name of
/// the parameter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// There is nothing.
    #[error("is empty")]
    Empty,
    /// A character that the SDKs refuse.
    #[error("has {character:?} at position {position}; allowed are {allowed}")]
    Character {
        /// The first such character.
        character: char,
        /// Where it stands, counted in characters from 1.
        position: usize,
        /// The characters that are allowed, in words.
        allowed: &'static str,
    },
    /// More bytes than the SDKs accept.
    #[error("is {bytes} bytes long; at most {limit} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The longest allowed.
        limit: usize,
    },
}

/// Why a text cannot be read as a token. A field's name stands where the format has that field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The App ID in the token is not 32 hexadecimal digits.
    #[error("the App ID in the token is not 32 hexadecimal digits")]
    AppId,
    /// What follows the head is not standard base64 with padding.
    #[error("what follows the head is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// The content of a 007 token is not one whole zlib stream.
    #[error("the content is not a whole zlib stream")]
    Zlib,
    /// The content of a 007 token inflates to more than any token needs.
    #[error("the content inflates to more than {limit} bytes")]
    Inflated {
        /// The most that is read.
        limit: usize,
    },
    /// The content ends within a field.
    #[error("the token ends within its {0}")]
    Missing(&'static str),
    /// A field has another length than the format says.
    #[error("the {field} has {found} bytes, not {expected}")]
    Length {
        /// The field.
        field: &'static str,
        /// Bytes found.
        found: usize,
        /// Bytes expected.
        expected: usize,
    },
    /// A text field is not UTF-8.
    #[error("the {0} is not UTF-8")]
    Utf8(&'static str),
    /// Bytes stand after the last field.
    #[error("{bytes} bytes stand after the {after}")]
    Trailing {
        /// How many.
        bytes: usize,
        /// What the last field was.
        after: &'static str,
    },
    /// It does not begin with the digits of the version.
    #[error("it does not begin with {expected}")]
    Version {
        /// The digits.
        expected: &'static str,
    },
}

/// Why a token that could be read is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It was made for another project.
    #[error("the token is for another App ID")]
    AppId,
    /// It was made for another channel.
    #[error("the token is for another channel")]
    Channel,
    /// It was made for another user.
    #[error("the token is for another uid")]
    Uid,
    /// Another certificate signed it, or it was changed after signing; with 005, channel or uid may differ too.
    #[error("the signature is not of this project's App Certificate")]
    Signature,
    /// It holds no channel and no uid, and none were given.
    #[error(
        "the signature of this version can be checked only with the channel and uid that the token is for"
    )]
    Unbound,
}

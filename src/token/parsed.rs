//! A token of whichever version: read, then believed.

use super::app_id::AppId;
use super::certificate::{Project, SignedBy};
use super::error::{ParseError, VerifyError};
use super::id::plain_number;
use super::service::Scope;
use super::v006::Binding;
use super::version::TokenVersion;
use super::wire::Text;
use super::{v005, v006, v007};

/// A token of any version whose signature has not been checked: everything in it may be made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnverifiedToken {
    /// A channel key.
    V005(v005::Unverified),
    /// An AccessToken.
    V006(v006::Unverified),
    /// An AccessToken2.
    V007(v007::Unverified),
}

/// A token that a project signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedToken<'a> {
    token: &'a UnverifiedToken,
    signed_by: SignedBy,
}

impl UnverifiedToken {
    /// Reads a token by its first three characters.
    ///
    /// # Errors
    ///
    /// When it is of no known version, or not of its version's format from its first to its last byte.
    pub fn parse(token: &str) -> Result<Self, ParseError> {
        match token.get(..3).and_then(|version| version.parse().ok()) {
            Some(TokenVersion::V005) => v005::Unverified::parse(token).map(Self::V005),
            Some(TokenVersion::V006) => v006::Unverified::parse(token).map(Self::V006),
            Some(TokenVersion::V007) => v007::Unverified::parse(token).map(Self::V007),
            None => Err(ParseError::Version {
                expected: "005, 006 or 007",
            }),
        }
    }

    /// Checks that this project made the token, and for this binding if one is given.
    ///
    /// A 007 token carries channel and uid; 005 and 006 only sign them, so that there is nothing to check without a
    /// binding.
    ///
    /// # Errors
    ///
    /// Says what differs, or that a binding is needed.
    pub fn verify(
        &self,
        project: &Project,
        binding: Option<Binding<'_>>,
    ) -> Result<VerifiedToken<'_>, VerifyError> {
        let signed_by = match (self, binding) {
            (Self::V007(token), None) => token.verify(project)?,
            (Self::V007(token), Some(binding)) => {
                let signed_by = token.verify(project)?;
                is_bound(token, binding)?;
                signed_by
            }
            (Self::V006(token), Some(binding)) => token.verify(project, binding)?,
            (Self::V005(token), Some(Binding { channel, uid })) => {
                let uid = if uid.is_empty() { "0" } else { uid };
                let uid = plain_number(uid).ok_or(VerifyError::Uid)?;
                token.verify(
                    project,
                    &Text::new(channel).ok_or(VerifyError::Channel)?,
                    uid,
                )?
            }
            (Self::V005(_) | Self::V006(_), None) => return Err(VerifyError::Unbound),
        };
        Ok(VerifiedToken {
            token: self,
            signed_by,
        })
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> TokenVersion {
        match self {
            Self::V005(_) => TokenVersion::V005,
            Self::V006(_) => TokenVersion::V006,
            Self::V007(_) => TokenVersion::V007,
        }
    }

    /// The project it says it is for.
    #[must_use]
    pub fn app_id(&self) -> AppId {
        match self {
            Self::V005(token) => token.app_id,
            Self::V006(token) => token.app_id,
            Self::V007(token) => token.app_id,
        }
    }
}

impl<'a> VerifiedToken<'a> {
    /// What the token says: all of it is what the project signed.
    #[must_use]
    pub fn content(&self) -> &'a UnverifiedToken {
        self.token
    }

    /// Which certificate signed it.
    #[must_use]
    pub fn signed_by(&self) -> SignedBy {
        self.signed_by
    }
}

/// Whether one of the RTC services is for this channel and uid, wildcards included.
fn is_bound(token: &v007::Unverified, binding: Binding<'_>) -> Result<(), VerifyError> {
    let mut error = VerifyError::Channel;
    for service in token.message.services.known() {
        let Scope::Rtc { channel, uid } = &service.scope else {
            continue;
        };
        if channel.as_str() != binding.channel && channel.as_str() != "*" {
            continue;
        }
        if uid.as_str() == binding.uid || uid.as_str().is_empty() {
            return Ok(());
        }
        error = VerifyError::Uid;
    }
    Err(error)
}

//! One thing that is worth saying about a token.

use serde::Serialize;
use utoipa::ToSchema;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The token is refused, or does not do what is expected of it.
    Error,
    /// The token works, but hardly as meant.
    Warning,
    /// Nothing is wrong; good to know.
    Note,
}

impl Severity {
    /// The name in texts: `warning`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One thing that is worth saying about a token. It shows at most 64 bytes of any text of the token, and no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// Its name for programs, which stays the same: `channel_differs`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, in one sentence.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

impl Finding {
    pub(super) fn error(
        code: &'static str,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self::new(code, Severity::Error, message, advice)
    }

    pub(super) fn warning(
        code: &'static str,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self::new(code, Severity::Warning, message, advice)
    }

    pub(super) fn note(
        code: &'static str,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self::new(code, Severity::Note, message, advice)
    }

    fn new(
        code: &'static str,
        severity: Severity,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            advice: advice.into(),
        }
    }
}

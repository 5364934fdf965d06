//! What can be wrong with a request's parameters, in words.

use crate::token::{Excerpt, IdError, TimeError, UnixTime};

/// What is wrong with a request's parameters: which one, the rule, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::http) enum InputError {
    #[error("{name} must be one value: send {name}=…, without brackets")]
    Array { name: &'static str },
    #[error("channel name is required")]
    ChannelRequired,
    #[error("{first} and {second} mean the same and differ; send one of them")]
    Contradiction {
        first: &'static str,
        second: &'static str,
    },
    #[error("{name} {error}")]
    Identifier { name: &'static str, error: IdError },
    #[error(
        "{name} {found} is in the past; {name} is an absolute Unix time, did you mean {relative}?"
    )]
    Past {
        name: &'static str,
        found: UnixTime,
        relative: &'static str,
    },
    #[error("{name} is {found}, the placeholder of a URL template; put the real value there")]
    Placeholder { name: &'static str, found: Excerpt },
    #[error("{name} is given more than once; send it once")]
    Repeated { name: &'static str },
    #[error(
        "{name} {found} must be publisher (also 1, host, broadcaster) or subscriber (also 2, audience)"
    )]
    Role { name: &'static str, found: Excerpt },
    #[error("{name} {found} {error}")]
    Time {
        name: &'static str,
        error: TimeError,
        found: Excerpt,
    },
    #[error("{first} says when the token ends, and so does {second}; send one of them")]
    TwoEnds {
        first: &'static str,
        second: &'static str,
    },
    #[error("parameter {name} {problem}")]
    Undecodable {
        name: Excerpt,
        problem: &'static str,
    },
    #[error("the name of a parameter {problem}")]
    UndecodableName { problem: &'static str },
}

impl InputError {
    /// The error's name for programs.
    pub(in crate::http) fn code(&self) -> &'static str {
        match self {
            Self::Array { .. } => "parameter_array",
            Self::ChannelRequired => "channel_required",
            Self::Contradiction { .. } => "parameters_differ",
            Self::Identifier { .. } => "identifier_invalid",
            Self::Past { .. } => "end_in_the_past",
            Self::Placeholder { .. } => "placeholder",
            Self::Repeated { .. } => "parameter_repeated",
            Self::Role { .. } => "role_unknown",
            Self::Time { .. } => "time_invalid",
            Self::TwoEnds { .. } => "two_ends",
            Self::Undecodable { .. } | Self::UndecodableName { .. } => "query_undecodable",
        }
    }
}

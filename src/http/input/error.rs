//! What can be wrong with a request's parameters, in words.

use std::borrow::Cow;

use crate::token::{Excerpt, IdError, TimeError, UnixTime};

/// What is wrong with a request's parameters: which one, the rule, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::http) enum InputError {
    #[error("{name} must be one value: send {name}=…, without brackets")]
    Array { name: &'static str },
    #[error("{name} must be a text or a number, not true or false")]
    Boolean { name: &'static str },
    #[error("channel name is required")]
    ChannelRequired,
    #[error("{first} and {second} mean the same and differ; send one of them")]
    Contradiction {
        first: &'static str,
        second: &'static str,
    },
    #[error("{name} {found} must be a number from 0 to 4294967295")]
    Uid { name: &'static str, found: Excerpt },
    #[error("{name} {error}")]
    Identifier { name: &'static str, error: IdError },
    #[error("{name} and {own} differ; send {own} alone")]
    ForeignName { name: Excerpt, own: &'static str },
    #[error("the form is not UTF-8")]
    FormNotUtf8,
    #[error("the body is not JSON: {0}")]
    Json(String),
    #[error("the body must be a JSON object")]
    NoObject,
    #[error("no service is asked for; enable one of {known}")]
    NoService { known: &'static str },
    #[error("{name} must be a list")]
    NotAList { name: &'static str },
    #[error("{name} must be an object")]
    NotAnObject { name: &'static str },
    #[error("{name} {found} is in the past; {name} is an absolute Unix time{hint}")]
    Past {
        name: &'static str,
        found: UnixTime,
        hint: &'static str,
    },
    #[error("the path is not UTF-8 after percent-decoding")]
    PathNotUtf8,
    #[error("{name} is {found}, the placeholder of a URL template; put the real value there")]
    Placeholder { name: &'static str, found: Excerpt },
    #[error("{name} is required")]
    Required { name: &'static str },
    #[error("{name} is given more than once; send it once")]
    RepeatedName { name: Excerpt },
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
    #[error("{name} is not read here; {advice}")]
    Unread {
        name: Excerpt,
        advice: Cow<'static, str>,
    },
    #[error("{name} {found} must be {known}")]
    Unknown {
        name: &'static str,
        found: Excerpt,
        known: &'static str,
    },
}

impl InputError {
    /// The error's name for programs.
    pub(in crate::http) fn code(&self) -> &'static str {
        match self {
            Self::Array { .. } => "parameter_array",
            Self::ChannelRequired => "channel_required",
            Self::Contradiction { .. } | Self::ForeignName { .. } => "parameters_differ",
            Self::Identifier { .. } => "identifier_invalid",
            Self::Required { .. } => "parameter_required",
            Self::Unknown { .. } => "word_unknown",
            Self::Unread { .. } => "unread_parameter",
            Self::NoService { .. } => "service_required",
            Self::PathNotUtf8 => "path_undecodable",
            Self::FormNotUtf8 | Self::Json(_) | Self::NoObject => "body_unreadable",
            Self::Boolean { .. } | Self::NotAList { .. } | Self::NotAnObject { .. } => "field_type",
            Self::Uid { .. } => "uid_invalid",
            Self::Past { .. } => "end_in_the_past",
            Self::Placeholder { .. } => "placeholder",
            Self::Repeated { .. } | Self::RepeatedName { .. } => "parameter_repeated",
            Self::Role { .. } => "role_unknown",
            Self::Time { .. } => "time_invalid",
            Self::TwoEnds { .. } => "two_ends",
            Self::Undecodable { .. } | Self::UndecodableName { .. } => "query_undecodable",
        }
    }
}

//! What is wrong with a written request.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::token::{Excerpt, IdError, TimeError, TokenVersion, distance};

/// What is wrong with a written request: which field of it, the rule, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenError {
    /// Which of the services has the field, from 0; nothing for a field of the request itself.
    pub service: Option<usize>,
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// The rule that a field breaks. Reads as the end of a sentence that begins with the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Two fields that say the same.
    #[error("and {other} exclude one another; give one of them")]
    Both {
        /// The other field.
        other: &'static str,
    },
    /// Not a role in a classroom.
    #[error("{found} must be a number from -32768 to 32767")]
    ClassroomRole {
        /// What was found.
        found: Excerpt,
    },
    /// Not what a name or ID may be.
    #[error(transparent)]
    Identifier(#[from] IdError),
    /// A field without which another one means nothing.
    #[error("is missing; {because}")]
    Missing {
        /// What needs it.
        because: &'static str,
    },
    /// A service of another format.
    #[error("{name} is none that a token of version {version} can be for")]
    NotOf {
        /// The service.
        name: &'static str,
        /// The format.
        version: TokenVersion,
    },
    /// Not a numeric uid.
    #[error(
        "{found} must be a number from 0 to 4294967295, without leading zeros; a user account goes into account"
    )]
    Number {
        /// What was found.
        found: Excerpt,
    },
    /// The same privilege twice.
    #[error("have {found} twice")]
    Repeated {
        /// The privilege.
        found: &'static str,
    },
    /// Another number of services than a token can have.
    #[error("are {found}; a token of version {version} has {allowed}")]
    Services {
        /// How many there are.
        found: usize,
        /// In which format.
        version: TokenVersion,
        /// How many it can have, in words.
        allowed: &'static str,
    },
    /// A field that the format has no room for.
    #[error("cannot be given; {because}")]
    Superfluous {
        /// What rules it out.
        because: &'static str,
    },
    /// Not a lifetime.
    #[error("{found} {error}")]
    Time {
        /// What was found.
        found: Excerpt,
        /// Why it is none.
        error: TimeError,
    },
    /// More names than a token can count.
    #[error("has a list of more than 65535 names")]
    TooManyNames,
    /// Not a request: no JSON, a field that is not known, a field that is missing, or one of another type.
    #[error("{message}")]
    Unreadable {
        /// What is wrong, in words.
        message: String,
    },
    /// Every channel, where one is meant.
    #[error("is *, every channel, which only the service rtc of a token of version 007 can be for")]
    Wildcard,
    /// A word that is not known there.
    #[error("{found} is not known there; {known}{nearest}")]
    Unknown {
        /// The word.
        found: Excerpt,
        /// Those that are known, in words.
        known: String,
        /// The nearest of them, in words, if one is near.
        nearest: String,
    },
}

impl Problem {
    /// An unknown word, with the known ones and the nearest of them.
    pub(super) fn unknown(found: &str, known: &[&'static str]) -> Self {
        let nearest = nearest(found, known);
        let known = if known.is_empty() {
            "nothing is".to_owned()
        } else {
            format!("known are {}", known.join(", "))
        };
        Self::Unknown {
            found: Excerpt::of(found),
            known,
            nearest,
        }
    }

    /// The rule's name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Both { .. } => "fields_exclude_one_another",
            Self::ClassroomRole { .. } => "classroom_role_invalid",
            Self::Identifier(_) => "identifier_invalid",
            Self::Missing { .. } => "field_missing",
            Self::NotOf { .. } => "service_not_of_version",
            Self::Number { .. } => "uid_invalid",
            Self::Repeated { .. } => "privilege_repeated",
            Self::Services { .. } => "number_of_services",
            Self::Superfluous { .. } => "field_superfluous",
            Self::Time { .. } => "time_invalid",
            Self::TooManyNames => "too_many_names",
            Self::Unknown { .. } => "word_unknown",
            Self::Unreadable { .. } => "request_unreadable",
            Self::Wildcard => "wildcard_misplaced",
        }
    }

    pub(super) fn at(self, field: &'static str) -> WrittenError {
        WrittenError {
            service: None,
            field,
            problem: self,
        }
    }
}

impl fmt::Display for WrittenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            service,
            field,
            problem,
        } = self;
        match service {
            None if field.is_empty() => write!(f, "{problem}"),
            Some(index) => write!(f, "services[{index}].{field} {problem}"),
            None => write!(f, "{field} {problem}"),
        }
    }
}

impl std::error::Error for WrittenError {}

impl WrittenError {
    /// Reads JSON into something with known fields.
    ///
    /// # Errors
    ///
    /// When it is no JSON, or has a field that is not known, missing, or of another type.
    pub fn reading<T: DeserializeOwned>(json: &[u8]) -> Result<T, Self> {
        // Its fields in a list would be read in their order, too.
        if json.trim_ascii_start().starts_with(b"[") {
            let message = "must be a JSON object, found a list".to_owned();
            return Err(Problem::Unreadable { message }.at("the request"));
        }
        serde_json::from_slice(json).map_err(|error| unreadable(&error))
    }

    /// Two fields that say the same.
    #[must_use]
    pub fn both(field: &'static str, other: &'static str) -> Self {
        Problem::Both { other }.at(field)
    }

    /// A word that is not known there.
    #[must_use]
    pub fn unknown(field: &'static str, found: &str, known: &[&'static str]) -> Self {
        Problem::unknown(found, known).at(field)
    }
}

/// What a JSON parser says, with the nearest known name, and without repeating what it found whole.
pub(super) fn unreadable(error: &serde_json::Error) -> WrittenError {
    let message = error.to_string();
    let (found, known) = message.rsplit_once(", expected ").unwrap_or((&message, ""));
    let message = match found
        .strip_prefix("unknown ")
        .and_then(|found| found.split_once('`'))
    {
        Some((what, found)) => {
            let found = found.rsplit_once('`').map_or(found, |(found, _)| found);
            // Names stand between backticks, and commas and words between the names.
            let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
            let nearest = nearest(found, &known);
            let known = match known.join(", ") {
                none if none.is_empty() => "there are none".to_owned(),
                known => format!("known are {known}"),
            };
            format!("unknown {what}{}; {known}{nearest}", Excerpt::of(found))
        }
        None if found.len() > MOST_FOUND && !known.is_empty() => format!(
            "{}…, expected {known}",
            &found[..found.floor_char_boundary(MOST_FOUND)]
        ),
        None => message,
    };
    Problem::Unreadable { message }.at("")
}

/// Of what was found, in bytes: longer messages repeat a value. One that expects nothing repeats none.
const MOST_FOUND: usize = 64;

fn nearest(found: &str, known: &[&str]) -> String {
    let by_distance = known
        .iter()
        .filter_map(|known| Some((distance(found, known)?, *known)));
    match by_distance.min() {
        Some((0..=3, known)) => format!("; did you mean {known}?"),
        _ => String::new(),
    }
}

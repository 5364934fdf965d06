//! Names that are almost those of variables.

use super::vars::{self, Variable};
use crate::token::distance;

/// What is set and does nothing, and a variable that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found}; did you mean {meant}?")]
pub struct NearMiss {
    found: Found,
    pub(super) meant: &'static str,
    /// Whether hardly anything else can have been meant.
    is_sure: bool,
}

/// Where it was found. What a line of a file says could be a secret, unless it is a name but for a letter or two.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Found {
    #[error("{0} is set, but nothing reads it")]
    Name(String),
    #[error(".env line {0} sets nothing that is read")]
    Line(usize),
}

impl NearMiss {
    /// The variable that was surely meant, if it says who may have which tokens. Another program may have an `API_KEY` of
    /// its own; that matters where nothing else guards.
    pub(super) fn guard(&self, is_open: bool) -> Option<&'static str> {
        let is_guard = match self.meant {
            "API_KEYS" | "API_KEYS_FILE" => is_open,
            "ALLOWED_CHANNELS" | "ALLOWED_SERVICES" | "MAX_TTL" => true,
            other => other.starts_with("AUTHORIZE_") || other.starts_with("JWT_"),
        };
        (self.is_sure && is_guard).then_some(self.meant)
    }

    /// Whether it is worth a word: a name that begins like a guard's is, where nothing guards; and what a JWT would be
    /// checked for.
    pub(super) fn matters(&self, is_open: bool) -> bool {
        self.is_sure || is_open || matches!(self.meant, "JWT_AUDIENCE" | "JWT_ISSUER")
    }
}

pub(super) fn known_name(name: &str) -> Option<&'static str> {
    vars::all()
        .flat_map(Variable::names)
        .find(|known| *known == name)
}

/// Keeps the name of a variable that is almost that of another one. It may stand in the environment and in the file.
pub(super) fn note(name: &str, near_misses: &mut Vec<NearMiss>) {
    keep(near_miss(name), near_misses);
}

/// Keeps what a line of a `.env` file was meant to set: a name that is almost a variable's, as in `API-KEYS=value`, or a
/// variable's in another notation, as in `ENV API_KEYS value`, `env.API_KEYS = "value"` and `- name: API_KEYS`.
pub(super) fn note_line(line: &str, number: usize, near_misses: &mut Vec<NearMiss>) {
    let name = line.split_once(['=', ':']).and_then(|(before, _)| {
        let name = before.trim_matches(|c: char| c.is_whitespace() || "\"'{".contains(c));
        near_miss(name).filter(|_| !name.contains(char::is_whitespace))
    });
    let in_line = |meant, is_sure| NearMiss {
        found: Found::Line(number),
        meant,
        is_sure,
    };
    let found = match name {
        Some(miss) if miss.is_sure => Some(miss),
        Some(miss) => Some(in_line(miss.meant, false)),
        None => named_in(line).map(|meant| in_line(meant, true)),
    };
    keep(found, near_misses);
}

fn keep(found: Option<NearMiss>, near_misses: &mut Vec<NearMiss>) {
    near_misses.extend(found.filter(|found| !near_misses.contains(found)));
}

/// The variable that a line names. Of one that sets something else, such as `NOTE=value`, only what the value sets counts.
fn named_in(line: &str) -> Option<&'static str> {
    let (name, rest) = line.split_at(end_of_name(line));
    if !name.is_empty() && rest.trim_start().starts_with('=') {
        return set_in(rest);
    }
    line.split(is_between).find_map(exactly)
}

/// The variable that is set within a text: the last word before a `=` or `:`.
pub(super) fn set_in(text: &str) -> Option<&'static str> {
    let (before_last, _) = text.rsplit_once(['=', ':'])?;
    let mut parts = before_last.split(['=', ':']);
    parts.find_map(|part| {
        let mut words = part.split(is_between).filter(|word| !word.is_empty());
        words.next_back().and_then(exactly)
    })
}

/// Where the name ends that a line begins with, if it does.
pub(super) fn end_of_name(line: &str) -> usize {
    let is_other = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    line.find(is_other).unwrap_or(line.len())
}

/// A variable of exactly that name, but for its letter case and what cannot be seen. Short names are words, too.
fn exactly(word: &str) -> Option<&'static str> {
    let name: String = word.chars().filter_map(in_names).collect();
    known_name(&name).filter(|name| name.len() >= 8)
}

fn is_between(character: char) -> bool {
    character.is_ascii() && in_names(character).is_none()
}

/// Short names are left out: they are near to too many others. In those of middling length two letters make another word:
/// `METRICS_HOST`, `MIN_CONNECTIONS`.
fn near_miss(found: &str) -> Option<NearMiss> {
    let name: String = found.chars().filter_map(in_names).collect();
    let name = name.strip_prefix("AGORA_").unwrap_or(&name);
    let nearest = vars::all()
        .flat_map(Variable::names)
        .filter(|meant| meant.len() >= 8 || meant.replace('_', "") == name)
        .filter_map(|meant| Some((distance(name, meant)?, meant)))
        .min();
    let is_near =
        |(distance, meant): &(usize, &str)| *distance <= if meant.len() < 16 { 1 } else { 2 };
    let nearest = nearest.filter(is_near).map(|(_, meant)| meant);
    // Kubernetes has names of its own for a service called api-keys.
    let is_services = name.contains("_SERVICE_") || name.contains("_PORT");
    let begins = |(beginning, _): &&(&str, _)| name.starts_with(beginning) && !is_services;
    let is_sure = nearest.is_some();
    let meant = match nearest {
        Some(meant) => meant,
        None => GUARDS.iter().find(begins)?.1,
    };
    Some(NearMiss {
        found: Found::Name(found.to_owned()),
        meant,
        is_sure,
    })
}

/// How names begin that people give to what is to guard their server.
const GUARDS: [(&str, &str); 10] = [
    ("API_KEY", "API_KEYS"),
    ("APIKEY", "API_KEYS"),
    ("AUTHORI", "AUTHORIZE_URL"),
    ("JWKS", "JWT_JWKS_URL"),
    ("JWT_AUD", "JWT_AUDIENCE"),
    ("JWT_ISS", "JWT_ISSUER"),
    ("JWT_JWKS", "JWT_JWKS_URL"),
    ("JWT_KEY", "JWT_SECRET"),
    ("JWT_PUB", "JWT_PUBLIC_KEY"),
    ("JWT_SECRET", "JWT_SECRET"),
];

/// A character as names have it: dashes are meant for underscores, and what cannot be seen is not meant at all.
fn in_names(character: char) -> Option<char> {
    match character {
        '_' | '-' | '\u{2010}'..='\u{2015}' => Some('_'),
        other => other
            .is_ascii_alphanumeric()
            .then(|| other.to_ascii_uppercase()),
    }
}

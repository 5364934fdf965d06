//! Names that are almost those of variables.

use super::vars::{self, Variable};

/// A name that is set, and a variable that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} is set, but nothing reads it; did you mean {meant}?")]
pub struct NearMiss {
    found: String,
    pub(super) meant: &'static str,
    /// Whether hardly anyone else has such a name.
    is_sure: bool,
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

/// Keeps a name that is almost a variable's. It may stand in the environment and in the file.
pub(super) fn note(found: &str, near_misses: &mut Vec<NearMiss>) {
    if let Some(near_miss) = near_miss(found)
        && !near_misses.contains(&near_miss)
    {
        near_misses.push(near_miss);
    }
}

/// Short names are left out: they are near to too many others. In those of middling length two letters make another word:
/// `METRICS_HOST`, `MIN_CONNECTIONS`.
fn near_miss(found: &str) -> Option<NearMiss> {
    let name: String = found.chars().filter_map(in_names).collect();
    let name = name.strip_prefix("AGORA_").unwrap_or(&name);
    let distance = |meant: &'static str| (strsim::damerau_levenshtein(name, meant), meant);
    let (distance, meant) = vars::all()
        .flat_map(Variable::names)
        .filter(|meant| meant.len() >= 8 || meant.replace('_', "") == name)
        .map(distance)
        .min()?;
    let is_sure = distance <= if meant.len() < 16 { 1 } else { 2 };
    // Kubernetes has names of its own for a service called api-keys.
    let is_services = name.contains("_SERVICE_") || name.contains("_PORT");
    let begins = |(beginning, _): &&(&str, _)| name.starts_with(beginning) && !is_services;
    let meant = if is_sure {
        meant
    } else {
        GUARDS.iter().find(begins)?.1
    };
    Some(NearMiss {
        found: found.to_owned(),
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

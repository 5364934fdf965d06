//! Where values come from: the process's environment first, then a `.env` file in the working directory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::error::Problem;
use super::vars::{self, Variable};

/// The most that a file may have: no certificate, no `.env` and no list of keys is longer.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// The values of the variables that the server reads, and the files that they name.
///
/// It holds the certificate, so it cannot be printed, and zeroes what it holds when dropped.
pub struct Environment {
    /// Earlier ones win.
    layers: [Values; 2],
    problems: Vec<Problem>,
    /// Names that are almost those of variables.
    near_misses: Vec<NearMiss>,
    read_file: fn(&Path) -> io::Result<String>,
}

type Values = BTreeMap<&'static str, Zeroizing<String>>;

/// A name that is set, and a variable that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} is set, but nothing reads it; did you mean {meant}?")]
pub struct NearMiss {
    found: String,
    meant: &'static str,
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

/// A value, under the name that it was found under.
pub(super) struct Found<'a> {
    pub(super) name: &'static str,
    pub(super) value: &'a str,
}

impl Environment {
    /// The environment of this process and the `.env` file of its working directory. Nothing else reads them.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os().map(|(name, value)| {
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        });
        Self::new(variables, read_whole(Path::new(".env")), read_whole)
    }

    /// An environment made of its parts: variables, the text of a `.env` file, and a way to read files.
    pub fn new(
        variables: impl IntoIterator<Item = (String, String)>,
        dotenv: io::Result<String>,
        read_file: fn(&Path) -> io::Result<String>,
    ) -> Self {
        let mut near_misses = Vec::new();
        let variables = known(variables, &mut near_misses);
        let (dotenv, problems) = match dotenv {
            Ok(text) => parse_dotenv(&Zeroizing::new(text), &mut near_misses),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Default::default(),
            Err(error) => (
                BTreeMap::new(),
                vec![Problem::new(".env", format!("cannot be read: {error}"))],
            ),
        };
        Self {
            layers: [variables, dotenv],
            problems,
            near_misses,
            read_file,
        }
    }

    /// What is wrong with the `.env` file itself.
    pub(super) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Names that are set and do nothing, while the variables that were probably meant are not set.
    pub(super) fn near_misses(&self) -> impl Iterator<Item = &NearMiss> {
        self.near_misses.iter().filter(|miss| {
            let is_set = |layer: &Values| {
                let value = layer.get(miss.meant);
                value.is_some_and(|value| !value.trim().is_empty())
            };
            !self.layers.iter().any(is_set)
        })
    }

    /// The value of the first of these variables that is set, in the first layer that has any. Values are trimmed
    /// and an empty one counts as not set, since that is how platforms pass "nothing".
    ///
    /// # Errors
    ///
    /// When one layer has two of the names with different values.
    pub(super) fn find(&self, variables: &[&Variable]) -> Result<Option<Found<'_>>, Problem> {
        for layer in &self.layers {
            let found = |name| {
                let value = layer.get(name)?.trim();
                (!value.is_empty()).then_some(Found { name, value })
            };
            let mut set = variables.iter().filter_map(|variable| {
                let mut named = variable.names().filter_map(found);
                let first = named.next()?;
                let other =
                    named.find(|other| other.value != first.value && variable.names_must_agree);
                Some((first, other))
            });
            let Some((first, alias)) = set.next() else {
                continue;
            };
            let other = alias.or_else(|| set.next().map(|(other, _)| other));
            return match other {
                None => Ok(Some(first)),
                Some(other) => Err(Problem::new(
                    first.name,
                    format!("and {} are both set; keep one", other.name),
                )),
            };
        }
        Ok(None)
    }

    pub(super) fn read_file(&self, path: &str) -> io::Result<Zeroizing<String>> {
        (self.read_file)(Path::new(path)).map(Zeroizing::new)
    }
}

fn read_whole(path: &Path) -> io::Result<String> {
    read_at_most(MAX_FILE_BYTES, File::open(path)?)
}

/// A whole text. A part of one could still be read as a key, or as a request, that nobody has written.
///
/// # Errors
///
/// When it has more bytes than that, or cannot be read.
pub(crate) fn read_at_most(bytes: u64, source: impl Read) -> io::Result<String> {
    let mut text = String::new();
    source.take(bytes + 1).read_to_string(&mut text)?;
    if text.len() as u64 <= bytes {
        return Ok(text);
    }
    drop(Zeroizing::new(text));
    Err(io::Error::other(format!("it has more than {bytes} bytes")))
}

/// The variables that are read, under the names that they have in code; others are nobody's business.
fn known(
    variables: impl IntoIterator<Item = (String, String)>,
    near_misses: &mut Vec<NearMiss>,
) -> Values {
    let mut values = Values::new();
    for (name, value) in variables {
        match known_name(&name) {
            Some(name) => drop(values.insert(name, Zeroizing::new(value))),
            None if value.trim().is_empty() => {} // not set, as a known one
            None => note(&name, near_misses),
        }
    }
    values
}

fn known_name(name: &str) -> Option<&'static str> {
    vars::all()
        .flat_map(Variable::names)
        .find(|known| *known == name)
}

/// Keeps a name that is almost a variable's. It may stand in the environment and in the file.
fn note(found: &str, near_misses: &mut Vec<NearMiss>) {
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

/// Reads lines of `NAME=value`. Blank lines and lines that begin with `#` say nothing; `export` before a name is
/// dropped; a value stands on one line, and may stand in single or double quotes; a `#` after a space begins a comment. A
/// file is often shared with other programs, so that only lines that begin with a name of ours have to make sense.
fn parse_dotenv(text: &str, near_misses: &mut Vec<NearMiss>) -> (Values, Vec<Problem>) {
    let mut values = Values::new();
    let mut problems = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text); // some editors begin a file with it
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        let line = match line.strip_prefix("export") {
            Some(rest) if rest.starts_with(char::is_whitespace) => rest.trim_start(),
            _ => line,
        };
        let end_of_name = line
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(line.len());
        let (name, rest) = line.split_at(end_of_name);
        let value = rest.trim_start().strip_prefix('=').map(unquoted);
        let Some(name) = known_name(name) else {
            if value != Some(Ok("")) && !line.starts_with('#') {
                note(meant_name(line), near_misses);
            }
            continue;
        };
        let problem = match value {
            Some(Ok(value)) => {
                let earlier = values.insert(name, Zeroizing::new(value.to_owned()));
                if earlier.is_none_or(|earlier| earlier.is_empty() || *earlier == value) {
                    continue;
                }
                format!("line {number} sets {name} again, to another value; keep one of them")
            }
            Some(Err(Quote::Followed)) => {
                format!("line {number} goes on after the closing quote of {name}")
            }
            Some(Err(Quote::Open)) => format!(
                "line {number} lacks the closing quote of {name}; a value stands on one line"
            ),
            None => format!("line {number} is not of the form {name}=value"),
        };
        problems.push(Problem::new(".env", problem));
    }
    (values, problems)
}

/// What is most like a name in a line that does not begin with one: what a command sets, as in `set -gx NAME value` and
/// `ENV NAME=value`; else the last word before the value, as in `-e NAME=value`, `$env:NAME="value"` and `"NAME": "value"`.
/// Nothing that could be a part of a value, which may be a secret.
fn meant_name(line: &str) -> &str {
    let quotes = ['"', '\'', '{', '$'];
    let mut words = line.split_whitespace();
    let command = words.next().unwrap_or_default();
    if SETTING
        .iter()
        .any(|known| known.eq_ignore_ascii_case(command))
    {
        let set = words.find(|word| !word.starts_with('-'));
        let set = set.unwrap_or_default().trim_start_matches(quotes);
        return set.split(['=', '"']).next().unwrap_or_default();
    }
    let line = match line.split_at_checked(POWERSHELL.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(POWERSHELL) => rest,
        _ => line,
    };
    let Some((before, _)) = line.split_once(['=', ':']) else {
        return "";
    };
    before
        .split(|character: char| character.is_whitespace() || quotes.contains(&character))
        .rfind(|word| !word.is_empty())
        .unwrap_or_default()
}

/// Commands whose first argument is a name.
const SETTING: [&str; 7] = [
    "declare", "env", "export", "set", "setenv", "setx", "typeset",
];

/// What stands before a name there.
const POWERSHELL: &str = "$env:";

/// What is wrong with a quote. The part between quotes alone, or the quote as a part, would be another value.
#[derive(PartialEq, Eq)]
enum Quote {
    /// Text follows the closing one.
    Followed,
    /// There is no closing one.
    Open,
}

/// The value in what is written after the `=`. A `#` right there is its own, as in a shell: a secret that begins with
/// one would be none otherwise.
fn unquoted(written: &str) -> Result<&str, Quote> {
    let value = written.trim();
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            let (inner, after) = rest.split_once(quote).ok_or(Quote::Open)?;
            let after = after.trim_start();
            let is_end = after.is_empty() || after.starts_with('#');
            return is_end.then_some(inner).ok_or(Quote::Followed);
        }
    }
    let is_comment = |(at, _): &(usize, &str)| written[..*at].ends_with(char::is_whitespace);
    let comment = written.match_indices('#').find(is_comment);
    let end = comment.map_or(written.len(), |(at, _)| at);
    Ok(written[..end].trim())
}

//! Where values come from: the process's environment first, then a `.env` file in the working directory.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

use super::error::Problem;
use super::vars::{self, Variable};

/// The values of the variables that the server reads, and the files that they name.
///
/// It holds the certificate, so it cannot be printed, and zeroes what it holds when dropped.
pub struct Environment {
    /// Earlier ones win.
    layers: [Values; 2],
    problems: Vec<Problem>,
    read_file: fn(&Path) -> io::Result<String>,
}

type Values = BTreeMap<&'static str, Zeroizing<String>>;

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
        let read_file = |path: &Path| std::fs::read_to_string(path);
        let variables = std::env::vars_os().map(|(name, value)| {
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        });
        Self::new(variables, read_file(Path::new(".env")), read_file)
    }

    /// An environment made of its parts: variables, the text of a `.env` file, and a way to read files.
    pub fn new(
        variables: impl IntoIterator<Item = (String, String)>,
        dotenv: io::Result<String>,
        read_file: fn(&Path) -> io::Result<String>,
    ) -> Self {
        let (dotenv, problems) = match dotenv {
            Ok(text) => parse_dotenv(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Default::default(),
            Err(error) => (
                BTreeMap::new(),
                vec![Problem::new(".env", format!("cannot be read: {error}"))],
            ),
        };
        Self {
            layers: [known(variables), dotenv],
            problems,
            read_file,
        }
    }

    /// What is wrong with the `.env` file itself.
    pub(super) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The value of the first of these variables that is set, in the first layer that has any. Values are trimmed
    /// and an empty one counts as not set, since that is how platforms pass "nothing".
    ///
    /// # Errors
    ///
    /// When one layer has two of the names with different values.
    pub(super) fn find(&self, variables: &[&Variable]) -> Result<Option<Found<'_>>, Problem> {
        for layer in &self.layers {
            let mut set = variables
                .iter()
                .flat_map(|variable| variable.names())
                .filter_map(|name| {
                    let value = layer.get(name)?.trim();
                    (!value.is_empty()).then_some(Found { name, value })
                });
            let Some(first) = set.next() else { continue };
            return match set.find(|other| other.value != first.value) {
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

/// The variables that are read, under the names that they have in code; others are nobody's business.
fn known(variables: impl IntoIterator<Item = (String, String)>) -> Values {
    variables
        .into_iter()
        .filter_map(|(name, value)| Some((known_name(&name)?, Zeroizing::new(value))))
        .collect()
}

fn known_name(name: &str) -> Option<&'static str> {
    vars::ALL
        .iter()
        .flat_map(|variable| variable.names())
        .find(|known| *known == name)
}

/// Reads lines of `NAME=value`. Blank lines and lines that begin with `#` say nothing; `export ` before a name is
/// dropped; a value may stand in single or double quotes; after ` #` an unquoted value has a comment.
fn parse_dotenv(text: &str) -> (Values, Vec<Problem>) {
    let mut values = Values::new();
    let mut problems = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text); // some editors begin a file with it
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        match line.split_once('=') {
            Some((name, value)) if is_name(name.trim_end()) => {
                if let Some(name) = known_name(name.trim_end()) {
                    values.insert(name, Zeroizing::new(unquoted(value.trim()).to_owned()));
                }
            }
            _ => problems.push(Problem::new(
                ".env",
                format!("line {number} is not of the form NAME=value"),
            )),
        }
    }
    (values, problems)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((inner, _comment)) = value
            .strip_prefix(quote)
            .and_then(|rest| rest.split_once(quote))
        {
            return inner;
        }
    }
    value
        .split_once(" #")
        .map_or(value, |(value, _comment)| value)
        .trim_end()
}

//! Where values come from: the process's environment first, then a `.env` file in the working directory.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, getrlimit};
use zeroize::Zeroizing;

use super::dotenv::{self, Values};
use super::error::Problem;
use super::near_miss::{NearMiss, known_name, note};
use super::vars::Variable;

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
    mode: fn(&Path) -> Option<u32>,
    real_path: fn(&Path) -> PathBuf,
    open_files: fn() -> Option<u64>,
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
        let environment = Self::new(variables, read_whole(Path::new(".env")), read_whole);
        let environment = environment.with_modes(|path| {
            let metadata = fs::metadata(path); // reading the file reports the error
            metadata.ok().map(|metadata| metadata.mode())
        });
        // The server raises its own limit to this one.
        let environment = environment.with_open_files(|| getrlimit(Resource::Nofile).maximum);
        Self {
            real_path: |path| path.canonicalize().unwrap_or_else(|_| path.to_owned()),
            ..environment
        }
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
            Ok(text) => dotenv::parse(&Zeroizing::new(text), &mut near_misses),
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
            mode: |_| None,
            real_path: Path::to_path_buf,
            open_files: || None,
        }
    }

    /// Adds a way to find out the mode (`st_mode`) of a path, to warn about files that every user can read or
    /// write.
    #[must_use]
    pub fn with_modes(self, mode: fn(&Path) -> Option<u32>) -> Self {
        Self { mode, ..self }
    }

    /// Sets the function that returns the limit of open files, or `None` without a limit.
    #[must_use]
    pub fn with_open_files(self, open_files: fn() -> Option<u64>) -> Self {
        Self { open_files, ..self }
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

    /// Whether the `.env` file sets a variable.
    pub(super) fn dotenv_sets(&self, variable: &Variable) -> bool {
        let [_, dotenv] = &self.layers;
        let mut values = variable.names().filter_map(|name| dotenv.get(name));
        values.any(|value| !value.trim().is_empty())
    }

    /// Returns the limit of open files, if there is one.
    pub(super) fn open_files(&self) -> Option<u64> {
        (self.open_files)()
    }

    /// The mode (`st_mode`) of a path, if it is known.
    pub(super) fn mode(&self, path: &Path) -> Option<u32> {
        (self.mode)(path)
    }

    /// The path without symbolic links, if these can be resolved.
    pub(super) fn real_path(&self, path: &Path) -> PathBuf {
        (self.real_path)(path)
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

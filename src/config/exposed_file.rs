//! Files with secrets that every user of the machine can read.

use std::fmt;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::vars::{self, Variable};

const DOTENV: &str = ".env";

/// A file with a secret that every user of the machine can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExposedFile {
    /// The variable that names it; nothing for `.env`.
    variable: Option<&'static str>,
    path: PathBuf,
    mode: u32,
}

impl ExposedFile {
    /// The files that an environment reads secrets from and that every user can read.
    pub(super) fn all(environment: &Environment) -> Vec<Self> {
        let named = secrets().filter_map(|(variable, file)| {
            let found = environment.find(&[variable, file]).ok()??;
            let path = (found.name == file.name).then_some(Path::new(found.value))?;
            Self::at(path, Some(file.name), environment)
        });
        let dotenv = secrets()
            .any(|(variable, _)| environment.dotenv_sets(variable))
            .then(|| Self::at(Path::new(DOTENV), None, environment));
        dotenv.flatten().into_iter().chain(named).collect()
    }

    fn at(path: &Path, variable: Option<&'static str>, environment: &Environment) -> Option<Self> {
        let mode = environment.mode(path)? & 0o7777;
        let path = path.to_owned();
        (mode & 0o004 != 0).then_some(Self {
            variable,
            path,
            mode,
        })
    }
}

impl fmt::Display for ExposedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(variable) = self.variable {
            write!(f, "{variable}: ")?;
        }
        let (path, mode) = (self.path.display(), self.mode);
        write!(
            f,
            "{path} is readable by every user of this machine (mode {mode:o}); run chmod 600 {path}"
        )
    }
}

/// The variables whose value is a secret, each with the variable that names a file with it.
fn secrets() -> impl Iterator<Item = (&'static Variable, &'static Variable)> {
    let of_file = |file: &'static Variable| {
        let name = file.name.strip_suffix("_FILE")?;
        let variable = vars::all().find(|variable| variable.name == name)?;
        (*variable != vars::JWT_PUBLIC_KEY).then_some((variable, file))
    };
    vars::all().filter_map(of_file)
}

//! Files with secrets that every user of the machine can read.

use std::fmt;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use super::environment::Environment;
use super::vars::{self, Variable};

const DOTENV: &str = ".env";

/// Where Docker Swarm, Compose and Podman mount secrets.
const SECRETS: [&str; 2] = ["/run/secrets", "/var/run/secrets"];

/// An entry of each directory that Kubernetes mounts for a secret.
const KUBERNETES_DATA: &str = "..data";

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
        let mode = environment.mode(path)?;
        let is_exposed = FileType::from_raw_mode(mode).is_file() && mode & 0o004 != 0;
        (is_exposed && !is_mounted_secret(path, environment)).then(|| Self {
            variable,
            path: path.to_owned(),
            mode: mode & 0o7777,
        })
    }
}

/// Returns whether a container platform mounts the file as a secret. The platform sets its mode (444 or 644 by default),
/// the mount is read-only, and only processes in the container can open it.
fn is_mounted_secret(path: &Path, environment: &Environment) -> bool {
    let is_of_kubernetes =
        |directory: &Path| environment.mode(&directory.join(KUBERNETES_DATA)).is_some();
    SECRETS.iter().any(|secrets| path.starts_with(secrets))
        || path.parent().is_some_and(is_of_kubernetes)
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

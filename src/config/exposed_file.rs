//! Files with secrets and audit logs that every user of the machine can read or write.

use std::fmt;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use super::audit::AuditLog;
use super::environment::Environment;
use super::vars::{self, Variable};

const DOTENV: &str = ".env";

/// Where Docker Swarm, Compose and Podman mount secrets.
const SECRETS: [&str; 2] = ["/run/secrets", "/var/run/secrets"];

/// An entry of each directory that Kubernetes mounts for a secret.
const KUBERNETES_DATA: &str = "..data";

/// Bits of a mode: permissions of users who are neither the owner nor in the group. The execute permission of a directory
/// is the one to search it.
const OTHERS_READ: u32 = 0o004;
const OTHERS_WRITE: u32 = 0o002;
const OTHERS_SEARCH: u32 = 0o001;

/// A file with a secret, or an audit log, that every user of the machine can read or write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExposedFile {
    /// The variable that names it; nothing for `.env`.
    variable: Option<&'static str>,
    path: PathBuf,
    mode: u32,
}

impl ExposedFile {
    /// Returns the files with secrets that `environment` names, and the audit log, as far as every user can read or write
    /// them.
    pub(super) fn all(environment: &Environment, audit: &AuditLog) -> Vec<Self> {
        let named = secrets().filter_map(|(variable, file)| {
            let found = environment.find(&[variable, file]).ok()??;
            let path = (found.name == file.name).then_some(Path::new(found.value))?;
            Self::at(path, Some(file.name), environment)
        });
        let dotenv = secrets()
            .any(|(variable, _)| environment.dotenv_sets(variable))
            .then(|| Self::at(Path::new(DOTENV), None, environment));
        let audit = match audit {
            AuditLog::File(path) => Self::at(path, Some(vars::AUDIT_LOG.name), environment),
            AuditLog::Off | AuditLog::Stdout => None,
        };
        let dotenv = dotenv.flatten().into_iter();
        dotenv.chain(named).chain(audit).collect()
    }

    fn at(path: &Path, variable: Option<&'static str>, environment: &Environment) -> Option<Self> {
        let mode = environment.mode(path)?;
        let is_exposed = FileType::from_raw_mode(mode).is_file()
            && mode & (OTHERS_READ | OTHERS_WRITE) != 0
            && is_reachable(path, environment)
            && !is_mounted_secret(path, environment);
        is_exposed.then(|| Self {
            variable,
            path: path.to_owned(),
            mode: mode & 0o7777,
        })
    }
}

/// Returns whether every user can search the directory of the file, or of the symbolic link's target.
fn is_reachable(path: &Path, environment: &Environment) -> bool {
    let path = environment.real_path(path);
    let directory = path.parent().and_then(|parent| environment.mode(parent));
    directory.is_none_or(|mode| mode & OTHERS_SEARCH != 0)
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
        let access = match (mode & OTHERS_READ != 0, mode & OTHERS_WRITE != 0) {
            (true, true) => "readable and writable",
            (true, false) => "readable",
            (false, _) => "writable",
        };
        write!(
            f,
            "{path} is {access} by every user of this machine (mode {mode:o}); run chmod 600 {path}"
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

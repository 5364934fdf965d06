//! Reads variables one by one and gathers what is wrong with them.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::iter;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;

use super::environment::{Environment, Found};
use super::error::{ConfigError, Problem};
use super::vars::{self, Variable};
use crate::token::{AppCertificate, AppId, HexError, Lifetime, Project, plain_number};

/// What `.env.example` has where the two identifiers belong.
const PLACEHOLDERS: [&str; 2] = ["your-app-id", "your-app-certificate"];

const CONSOLE: &str = "it stands in the Agora console, under the project's basic information";

pub(super) struct Reader<'a> {
    environment: &'a Environment,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self {
            environment,
            problems: environment.problems().to_vec(),
        }
    }

    /// The value of a variable, or of its default. Nothing when it has neither, or when there is a problem with it.
    pub(super) fn read<T, E: Display>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let default = variable.default.map(|value| Found {
            name: variable.name,
            value,
        });
        let found = self.find(&[variable]).ok()?.or(default)?;
        self.parse(&found, parse)
    }

    pub(super) fn listen(&mut self) -> Option<SocketAddr> {
        let port = self.number(&vars::PORT, 0..=u16::MAX);
        let host = self.read(&vars::HOST, |text| match text {
            "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            _ => text.parse().map_err(
                |_| "must be an IP address, such as 0.0.0.0, 127.0.0.1 or ::, or localhost",
            ),
        });
        Some(SocketAddr::new(host?, port?))
    }

    pub(super) fn number<T: TryFrom<u32> + PartialOrd + Display>(
        &mut self,
        variable: &Variable,
        range: RangeInclusive<T>,
    ) -> Option<T> {
        self.read(variable, |text| {
            let number = number(text).filter(|number| range.contains(number));
            let (first, last) = (range.start(), range.end());
            number.ok_or_else(|| format!("must be a number from {first} to {last}"))
        })
    }

    /// An operator's lifetime is never cut in silence.
    pub(super) fn lifetime(&mut self, variable: &Variable) -> Option<Lifetime> {
        self.read(variable, |text| match text.parse::<u64>() {
            Ok(seconds) if seconds > Lifetime::MAX.seconds().into() => {
                Err("must be at most 86400 seconds (24 hours)".to_owned())
            }
            _ => text.parse::<Lifetime>().map_err(|error| error.to_string()),
        })
    }

    /// Whether a variable of a project is set, or two are that contradict one another.
    pub(super) fn names_a_project(&self) -> bool {
        let of_project = [
            &vars::APP_ID,
            &vars::APP_CERTIFICATE,
            &vars::APP_CERTIFICATE_FILE,
            &vars::APP_CERTIFICATE_SECONDARY,
            &vars::APP_CERTIFICATE_SECONDARY_FILE,
        ];
        of_project
            .iter()
            .any(|variable| !matches!(self.environment.find(&[variable]), Ok(None)))
    }

    pub(super) fn project(&mut self) -> Option<Project> {
        let app_id = self.app_id();
        let certificate = self.certificate();
        let secondary = self.read_or_file(
            &vars::APP_CERTIFICATE_SECONDARY,
            &vars::APP_CERTIFICATE_SECONDARY_FILE,
            hex::<AppCertificate>,
        );
        let (app_id, certificate) = (app_id?, certificate?);
        let is_app_id = "is the App ID; the App Certificate is another 32 digits of the same page";
        if certificate.has_digits_of(&app_id) {
            self.problem(&vars::APP_CERTIFICATE, is_app_id);
            return None;
        }
        if let Some(secondary) = &secondary {
            if secondary.has_digits_of(&app_id) {
                self.problem(&vars::APP_CERTIFICATE_SECONDARY, is_app_id);
            } else if secondary.is(&certificate) {
                let problem = "is the same as APP_CERTIFICATE; a project has two";
                self.problem(&vars::APP_CERTIFICATE_SECONDARY, problem);
            }
        }
        Some(Project {
            secondary,
            ..Project::new(app_id, certificate)
        })
    }

    /// Reports what was to guard the server and is misspelt: it would do without.
    pub(super) fn no_guard_is_misspelt(&mut self, is_open: bool) {
        let guards = self.environment.near_misses();
        let guards: BTreeSet<_> = guards.filter_map(|miss| miss.guard(is_open)).collect();
        let problem = "is not set, but a name like it is, and it says who may have which tokens: rename that variable, or unset it";
        self.problems
            .extend(guards.into_iter().map(|guard| Problem::new(guard, problem)));
    }

    /// What was read, if there was no problem with any of it.
    pub(super) fn finish<T>(self, whole: impl FnOnce() -> Option<T>) -> Result<T, ConfigError> {
        match whole() {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(ConfigError {
                problems: self.problems,
                near_misses: self.environment.near_misses().cloned().collect(),
            }),
        }
    }

    fn app_id(&mut self) -> Option<AppId> {
        let Some(found) = self.find(&[&vars::APP_ID]).ok()? else {
            self.problem(&vars::APP_ID, format!("is not set; {CONSOLE}"));
            return None;
        };
        self.parse(&found, hex)
    }

    fn certificate(&mut self) -> Option<AppCertificate> {
        let (variable, file) = (&vars::APP_CERTIFICATE, &vars::APP_CERTIFICATE_FILE);
        if self.find(&[variable, file]).ok()?.is_none() {
            let problem = format!("is not set, nor is {}; {CONSOLE}", file.name);
            self.problem(variable, problem);
            return None;
        }
        self.read_or_file(variable, file, hex)
    }

    /// The value of a variable, or the text of the file that another one names.
    pub(super) fn read_or_file<T, E: Display>(
        &mut self,
        variable: &Variable,
        file: &Variable,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let found = self.find(&[variable, file]).ok()??;
        if found.name != file.name {
            return self.parse(&found, parse);
        }
        let path = self.parse(&found, |path| Ok::<_, String>(path.to_owned()))?;
        match self.environment.read_file(&path) {
            Ok(text) => self.keep(
                found.name,
                parse(text.trim()).map_err(|problem| format!("names a file whose text {problem}")),
            ),
            Err(error) => self.keep::<T, _>(
                found.name,
                Err(format!("names a file that cannot be read: {error}")),
            ),
        }
    }

    /// Reports what is wrong with a variable, under the name of what was set: an alias, or the file that has its value.
    pub(super) fn problem(&mut self, variable: &Variable, message: impl Into<String>) {
        let name = self.set_name(variable);
        self.problems.push(Problem::new(name, message));
    }

    /// Returns the name under which a variable is set: its own, an alias, or that of the file that has its value.
    pub(super) fn set_name(&self, variable: &Variable) -> &'static str {
        let is_file = |other: &Variable| other.name.strip_suffix("_FILE") == Some(variable.name);
        let file = vars::all().find(|other| is_file(other));
        let names: Vec<&Variable> = iter::once(variable).chain(file).collect();
        let found = self.environment.find(&names).ok().flatten();
        found.map_or(variable.name, |found| found.name)
    }

    /// How many problems there are by now.
    pub(super) fn problems(&self) -> usize {
        self.problems.len()
    }

    pub(super) fn find(&mut self, variables: &[&Variable]) -> Result<Option<Found<'a>>, Reported> {
        self.environment.find(variables).map_err(|problem| {
            self.problems.push(problem);
            Reported
        })
    }

    /// What a value says. `docker run --env-file` hands quotes and comments over as they stand, and so do the pages of some
    /// platforms.
    fn parse<T, E: Display>(
        &mut self,
        found: &Found<'_>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let Found { name, value } = *found;
        let is_in = |quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
        if is_in('"') || is_in('\'') {
            let problem = "stands in quotes, which would be a part of it: leave them out";
            return self.keep(name, Err(problem));
        }
        let has_comment = value.contains(" #") || value.contains("\t#");
        let may_have = [&vars::ALLOWED_CHANNELS, &vars::JWT_DEFAULT_CHANNELS];
        let may_have = may_have.iter().any(|variable| variable.name == name); // room #7
        if has_comment && !may_have && !value.contains('\n') {
            let problem = "has a comment, which would be a part of it: leave it out";
            return self.keep(name, Err(problem));
        }
        self.keep(name, parse(value))
    }

    fn keep<T, E: Display>(&mut self, name: &'static str, result: Result<T, E>) -> Option<T> {
        result
            .map_err(|error| self.problems.push(Problem::new(name, error.to_string())))
            .ok()
    }
}

/// There was a problem, and it is among those that are reported.
pub(super) struct Reported;

/// Digits alone, without zeros before them, as one writes it.
pub(super) fn number<T: TryFrom<u32>>(text: &str) -> Option<T> {
    plain_number(text).and_then(|number| number.try_into().ok())
}

fn hex<T: std::str::FromStr<Err = HexError>>(text: &str) -> Result<T, String> {
    if PLACEHOLDERS.contains(&text) {
        return Err(format!(
            "is still the placeholder of .env.example; {CONSOLE}"
        ));
    }
    text.parse().map_err(|error: HexError| error.to_string())
}

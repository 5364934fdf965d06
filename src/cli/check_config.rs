//! `check-config`: says whether the configuration can be used, and what a server would do with it. Whether the port is
//! free only `serve` finds out.

use std::io::{self, Write};
use std::process::ExitCode;

use super::announce::outlook;
use super::serve::unwritable;
use super::{UNUSABLE, fail};
use crate::config::{Config, Environment, Restricted};
use crate::http::Audit;

pub(super) fn run(environment: &Environment) -> ExitCode {
    let config = match Config::read(environment, None) {
        Ok(config) => config,
        Err(error) => return fail(UNUSABLE, error),
    };
    if let Err(error) = Audit::check(&config.audit) {
        return fail(UNUSABLE, unwritable(&config.audit, &error));
    }
    match writeln!(io::stdout(), "{}", summary(&config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, error),
    }
}

fn summary(config: &Config) -> String {
    format!(
        "the configuration can be used: App ID {}, listening on {}, /access_token answers {}\n{}",
        config.project.app_id,
        config.listen,
        access_token_versions(config),
        outlook(config),
    )
}

/// Returns the versions of the tokens of `/access_token`, and for whom.
fn access_token_versions(config: &Config) -> String {
    let access = &config.access;
    match config.access_token_version {
        Some(version) => version.to_string(),
        None => match access.restricted() {
            Restricted::Nobody => "006".to_owned(),
            Restricted::Users if !access.api_keys.is_empty() => {
                "006 to API keys and 007 to users with JWTs".to_owned()
            }
            Restricted::Users | Restricted::Everyone => "007".to_owned(),
        },
    }
}

//! `check-config`: says whether `serve` would start, and with what.

use std::io::{self, Write};
use std::process::ExitCode;

use super::{UNUSABLE, fail};
use crate::config::{Config, Environment};

pub(super) fn run(environment: &Environment) -> ExitCode {
    match Config::read(environment, None) {
        Err(error) => fail(UNUSABLE, error),
        Ok(config) => match writeln!(io::stdout(), "{}", summary(&config)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(1, error),
        },
    }
}

fn summary(config: &Config) -> String {
    format!(
        "the configuration can be used: App ID {}, listening on {}, /access_token answers {}",
        config.project.app_id, config.listen, config.access_token_version,
    )
}

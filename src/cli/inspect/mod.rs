//! `inspect`: says what is in a token, and what is wrong with it.

mod render;

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use clap::Args;

use super::{UNUSABLE, fail};
use crate::config::{Config, Environment};
use crate::issuer::system_clock;
use crate::token::explain::{Expected, ExpectedUid, Question, Report, explain};
use crate::token::{Project, Role, ServiceKind, UnixTime};

/// Exit code when a token can be read and something is wrong with it.
const FOUND: u8 = 1;

/// Exit code when a token cannot be read.
const UNREADABLE: u8 = 2;

/// What may be asked about tokens.
#[derive(Args, Clone, Debug)]
pub(super) struct Inspect {
    /// The token; - or nothing reads tokens from standard input, one a line.
    token: Option<String>,
    /// Print each report as one line of JSON.
    #[arg(long)]
    json: bool,
    /// The channel that the client gives to join.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// The numeric uid that the client gives to join; 0 lets the server pick one.
    #[arg(long, value_name = "NUMBER", conflicts_with = "account")]
    uid: Option<u32>,
    /// The user account that the client gives to join, or the user ID that it gives to login.
    #[arg(long, value_name = "TEXT")]
    account: Option<String>,
    /// The service that the client uses: rtc, rtm, chat, …
    #[arg(long, value_name = "NAME", value_parser = service)]
    service: Option<ServiceKind>,
    /// The role that the client should have: publisher or host, subscriber or audience, …
    #[arg(long, value_name = "NAME", value_parser = role)]
    role: Option<Role>,
    /// The error that the SDK reports: 101, 102, 109, 110, 118, 119 or 120.
    #[arg(long, value_name = "NUMBER")]
    error_code: Option<u16>,
    /// The time to judge by, in Unix seconds, instead of now.
    #[arg(long, value_name = "TIME")]
    at: Option<UnixTime>,
}

pub(super) fn run(environment: &Environment, inspect: Inspect) -> ExitCode {
    let project = match Config::read_project_if_named(environment) {
        Ok(project) => project,
        Err(error) => return fail(UNUSABLE, error),
    };
    let tokens = match tokens(inspect.token.as_deref()) {
        Ok(tokens) => tokens,
        Err(error) => return fail(UNUSABLE, format_args!("standard input {error}")),
    };
    let json = inspect.json;
    let now = inspect.at.unwrap_or_else(system_clock);
    let expected = inspect.expected();
    let reports = tokens
        .iter()
        .map(|token| report(token, project.as_ref(), expected.clone(), now));
    let reports: Vec<Report> = reports.collect();
    match print(&reports, json, now) {
        Ok(()) => ExitCode::from(reports.iter().map(exit_code).max().unwrap_or_default()),
        // Whoever reads no further has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(1, error),
    }
}

impl Inspect {
    fn expected(self) -> Expected {
        let number = self.uid.map(ExpectedUid::Number);
        Expected {
            channel: self.channel,
            uid: number.or(self.account.map(ExpectedUid::Account)),
            service: self.service,
            role: self.role,
            error_code: self.error_code,
        }
    }
}

/// The token of the command line, or those of standard input. Blank lines are none.
fn tokens(argument: Option<&str>) -> io::Result<Vec<String>> {
    match argument {
        Some(token) if token != "-" => return Ok(vec![token.to_owned()]),
        None if io::stdin().is_terminal() => {
            return Err(io::Error::other(
                "is a terminal; name a token, or - to type some",
            ));
        }
        Some(_) | None => {}
    }
    let mut tokens = Vec::new();
    for line in io::stdin().lock().split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if !line.trim().is_empty() {
            tokens.push(line.strip_suffix('\r').unwrap_or(&line).to_owned());
        }
    }
    if tokens.is_empty() {
        return Err(io::Error::other("holds no token"));
    }
    Ok(tokens)
}

fn report(token: &str, project: Option<&Project>, expected: Expected, now: UnixTime) -> Report {
    explain(&Question {
        token,
        project,
        expected,
        now,
    })
}

fn print(reports: &[Report], json: bool, now: UnixTime) -> io::Result<()> {
    if json {
        let mut out = io::stdout().lock();
        for report in reports {
            serde_json::to_writer(&mut out, report)?;
            writeln!(out)?;
        }
        return Ok(());
    }
    // Drops the colours when nobody sees them, or NO_COLOR says so.
    let mut out = anstream::stdout().lock();
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        if reports.len() > 1 {
            writeln!(out, "{}", render::heading(index + 1, reports.len()))?;
        }
        write!(out, "{}", render::report(report, now.seconds().into()))?;
    }
    Ok(())
}

fn exit_code(report: &Report) -> u8 {
    match (report.is_readable(), report.is_fine()) {
        (false, _) => UNREADABLE,
        (true, false) => FOUND,
        (true, true) => 0,
    }
}

fn service(name: &str) -> Result<ServiceKind, String> {
    let names = || ServiceKind::ALL.map(ServiceKind::name).join(", ");
    ServiceKind::from_name(name).ok_or_else(|| format!("must be one of {}", names()))
}

fn role(name: &str) -> Result<Role, String> {
    let names = || Role::ALL.map(Role::name).join(", ");
    Role::from_name(name).ok_or_else(|| format!("must be one of {}", names()))
}

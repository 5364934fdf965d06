//! A report as people read it.

use std::fmt::{self, Display, Write};

use anstyle::{AnsiColor, Style};

use crate::token::TokenVersion;
use crate::token::explain::{
    Field, Finding, Report, ReportedPermission, ReportedService, Severity, Signature, relative,
    rfc3339, span,
};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Columns of the names on the left.
const NAMES: usize = 21;

/// Columns of a line of text, its indentation included.
const WIDTH: usize = 100;

/// What stands above one of many reports.
pub(super) fn heading(number: usize, of: usize) -> String {
    format!("{DIM}Token {number} of {of}{DIM:#}")
}

/// The whole report, styled.
pub(super) fn report(report: &Report, now: u64) -> String {
    let mut text = String::new();
    // A string takes everything.
    let _ = write_report(&mut text, report, now);
    text
}

fn write_report(out: &mut String, report: &Report, now: u64) -> fmt::Result {
    write_token(out, report, now)?;
    for service in &report.services {
        writeln!(out)?;
        write_service(out, report, service, now)?;
    }
    writeln!(out)?;
    if report.findings.is_empty() {
        let fine = match report.signature {
            Signature::Unchecked => {
                "Nothing is wrong with it, but its signature was not checked: APP_ID and APP_CERTIFICATE are not set."
            }
            Signature::Valid | Signature::ValidSecondary | Signature::Invalid => {
                "Nothing is wrong with it."
            }
        };
        return writeln!(out, "{}", styled(good(), fine));
    }
    writeln!(out, "{}", styled(BOLD, "Findings"))?;
    report
        .findings
        .iter()
        .try_for_each(|finding| write_finding(out, finding))
}

fn write_token(out: &mut String, report: &Report, now: u64) -> fmt::Result {
    let version = report.version.map_or("No token", named);
    writeln!(out, "{}", styled(BOLD, version))?;
    if !report.is_readable() {
        let why = "cannot be read";
        return report
            .version
            .map_or(Ok(()), |_| write_row(out, "content", why));
    }
    let app_id = report.app_id.as_deref().unwrap_or("damaged");
    write_row(out, "App ID", app_id)?;
    write_row(out, "issued", issued(report, now))?;
    let ends_at = report.expires_at;
    write_row(
        out,
        "ends",
        ends_at.map_or_else(|| "never by itself".to_owned(), |end| time(end, now)),
    )?;
    if let Some(salt) = report.salt {
        write_row(out, "salt", salt)?;
    }
    write_row(out, "signature", signature(report.signature))
}

const fn named(version: TokenVersion) -> &'static str {
    match version {
        TokenVersion::V005 => "Channel key 005",
        TokenVersion::V006 => "Token 006 (AccessToken)",
        TokenVersion::V007 => "Token 007 (AccessToken2)",
    }
}

fn issued(report: &Report, now: u64) -> String {
    match (report.issued_at, report.expires_at) {
        (Some(at), _) => time(at, now),
        (None, Some(end)) => {
            let day_before = rfc3339(end.saturating_sub(86_400));
            format!("not in the token; {day_before} if it was made for 24 h, as usual")
        }
        (None, None) => "not in the token".to_owned(),
    }
}

fn signature(signature: Signature) -> String {
    match signature {
        Signature::Valid => styled(good(), "valid"),
        Signature::ValidSecondary => styled(good(), "valid, by the secondary App Certificate"),
        Signature::Invalid => styled(bad(), "invalid"),
        Signature::Unchecked => "not checked".to_owned(),
    }
}

fn write_service(
    out: &mut String,
    report: &Report,
    service: &ReportedService,
    now: u64,
) -> fmt::Result {
    let title = match (service.name, service.number) {
        (Some(name), _) => format!("Service {name}"),
        (None, Some(number)) => format!("Service of type {number}, not known"),
        (None, None) => "Service".to_owned(),
    };
    writeln!(out, "{}", styled(BOLD, title))?;
    for (name, field) in &service.fields {
        write_field(out, service.name, name, field)?;
    }
    for privilege in &service.privileges {
        let end = match (privilege.ends_at, report.issued_at) {
            (None, _) => "ends with the token".to_owned(),
            (Some(end), Some(issued_at)) if end - issued_at.min(end) > 86_400 => {
                format!("{} after the issue", span(end - issued_at))
            }
            (Some(end), _) => time(end, now),
        };
        write_row(out, &privilege.name, end)?;
    }
    Ok(())
}

fn write_field(out: &mut String, service: Option<&str>, name: &str, field: &Field) -> fmt::Result {
    if let ("uid_crc32", Field::Checksum(0), Some("rtc")) = (name, field, service) {
        return write_row(out, "checksum of uid", "0x00000000, any user");
    }
    let name = match name {
        "channel_crc32" => "checksum of channel",
        "uid_crc32" => "checksum of uid",
        "user_id" => "user ID",
        name => name,
    };
    match field {
        Field::Checksum(checksum) => write_row(out, name, format_args!("0x{checksum:08x}")),
        Field::Number(number) => write_row(out, name, number),
        Field::Text(text) if text.is_empty() && matches!(name, "uid" | "account") => {
            write_row(out, name, "any user")
        }
        // Escapes what a terminal would obey.
        Field::Text(text) => write_row(out, name, format_args!("{text:?}")),
        Field::Permissions(permissions) => permissions
            .iter()
            .try_for_each(|permission| write_permission(out, permission)),
    }
}

fn write_permission(out: &mut String, permission: &ReportedPermission) -> fmt::Result {
    let name = format!("{} {}", permission.permission, permission.resource);
    let names: Vec<String> = permission
        .names
        .iter()
        .map(|name| format!("{name:?}"))
        .collect();
    write_row(out, &name, names.join(", "))
}

fn write_finding(out: &mut String, finding: &Finding) -> fmt::Result {
    let style = match finding.severity {
        Severity::Error => bad(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Note => AnsiColor::Cyan.on_default(),
    };
    let severity = styled(style, finding.severity.name());
    let code = styled(DIM, finding.code);
    writeln!(out, "  {severity} {code}")?;
    write_wrapped(out, &finding.message)?;
    write_wrapped(out, &finding.advice)
}

/// Breaks a text between words.
fn write_wrapped(out: &mut String, text: &str) -> fmt::Result {
    const INDENTATION: &str = "    ";
    let mut line = String::from(INDENTATION);
    for word in text.split(' ') {
        let is_first = line.len() == INDENTATION.len();
        if !is_first && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            line.truncate(INDENTATION.len());
        } else if !is_first {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{line}")
}

fn write_row(out: &mut String, name: &str, value: impl Display) -> fmt::Result {
    writeln!(out, "  {name:NAMES$} {value}")
}

/// A time, and how far away it is.
fn time(seconds: u64, now: u64) -> String {
    format!("{}, {}", rfc3339(seconds), relative(seconds, now))
}

fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

const fn good() -> Style {
    AnsiColor::Green.on_default()
}

const fn bad() -> Style {
    AnsiColor::Red.on_default().bold()
}

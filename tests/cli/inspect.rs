//! `inspect`: the exact report of every finding, JSON, exit codes, many tokens.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use agora_token_server::token::explain::{Expected, ExpectedUid};
use agora_token_server::token::{AppId, Role, ServiceKind};
use serde_json::{Value, json};

use crate::explained::{CASES, Case, NOW, case};
use crate::support::{APP_ID, CERTIFICATE, Directory, IDENTIFIERS, run};

const REPORTS: &str = "tests/cli/reports";

/// The command line that asks the question of a case.
fn arguments(case: &Case) -> Vec<String> {
    let Expected {
        channel,
        uid,
        service,
        role,
        error_code,
    } = &case.expected;
    let uid = uid.as_ref().map(|uid| match uid {
        ExpectedUid::Number(number) => ("--uid", number.to_string()),
        ExpectedUid::Account(account) => ("--account", account.clone()),
    });
    let options = [
        Some(("--at", NOW.to_string())),
        channel.clone().map(|channel| ("--channel", channel)),
        uid,
        service.map(|service| ("--service", ServiceKind::name(service).to_owned())),
        role.map(|role| ("--role", Role::name(role).to_owned())),
        error_code.map(|code| ("--error-code", code.to_string())),
    ];
    let options = options
        .into_iter()
        .flatten()
        .flat_map(|(name, value)| [name.to_owned(), value]);
    ["inspect".to_owned()]
        .into_iter()
        .chain(options)
        .chain([case.token.clone()])
        .collect()
}

/// The variables that name the project of a case. Nothing when they cannot: a test knows no other certificates.
fn environment(case: &Case) -> Option<Vec<(&'static str, &'static str)>> {
    let Some(project) = &case.project else {
        return Some(Vec::new());
    };
    let is_ours = project.app_id == APP_ID.parse::<AppId>().unwrap();
    let is_simple = project.secondary.is_none() && !case.name.starts_with("signature_invalid");
    (is_ours && is_simple).then(|| IDENTIFIERS.to_vec())
}

fn inspect(case: &Case, environment: &[(&str, &str)], also: &[&str]) -> Output {
    let arguments = arguments(case);
    let arguments: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .chain(also.iter().copied())
        .collect();
    run(&arguments, environment)
}

/// Made anew with `UPDATE_REPORTS=1`; to be read before they are committed.
#[test]
fn every_report_reads_as_it_should() {
    #[expect(clippy::disallowed_methods, reason = "asks whoever runs the test")]
    let update = std::env::var_os("UPDATE_REPORTS").is_some();
    if update {
        let _ = fs::remove_dir_all(REPORTS); // there may be none yet
        fs::create_dir(REPORTS).unwrap();
    }
    let mut names = Vec::new();
    for case in CASES.iter() {
        let Some(environment) = environment(case) else {
            continue;
        };
        let output = inspect(case, &environment, &[]);
        let code = output.status.code().unwrap();
        let report = format!(
            "{}\nexit code {code}\n",
            String::from_utf8(output.stdout).unwrap()
        );
        let path = Path::new(REPORTS).join(&case.name).with_extension("txt");
        if update {
            fs::write(&path, &report).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(report, expected, "{}", path.display());
        assert!(output.stderr.is_empty(), "{report}");
        names.push(format!("{}.txt", case.name));
    }
    let mut files: Vec<String> = fs::read_dir(REPORTS)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    files.sort();
    assert_eq!(files, names);
}

#[test]
fn every_certificate_that_is_wrong_is_found_out() {
    let other = "c".repeat(32);
    let environment = [("APP_ID", APP_ID), ("APP_CERTIFICATE", other.as_str())];
    let output = inspect(case("signature_invalid"), &environment, &["--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["signature"], "invalid");
    assert_eq!(report["findings"][0]["code"], "signature_invalid");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_report_as_json_has_these_keys() {
    let output = inspect(case("any_user-007"), &IDENTIFIERS, &["--json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1);
    let report: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<&str> = report
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut expected = [
        "version",
        "app_id",
        "issued_at",
        "expires_at",
        "salt",
        "signature",
        "services",
        "findings",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(report["signature"], "valid");
    assert_eq!(report["services"][0]["name"], "rtc");
    assert_eq!(
        report["findings"],
        json!([{
            "code": "any_user",
            "severity": "note",
            "message": "The token is for any user (uid 0): whoever holds it can join under every uid.",
            "advice": "Make it for one uid, if the client knows its uid before it joins.",
        }])
    );
}

#[test]
fn the_exit_code_is_0_for_notes_1_for_more_2_for_what_cannot_be_read() {
    for (name, code) in [
        ("nothing-007", 0),
        ("cannot_publish", 0),
        ("lifetime_zero", 1),
        ("expired", 1),
        ("white_space", 1),
        ("not_a_token", 2),
        ("truncated-007", 2),
    ] {
        assert_eq!(
            inspect(case(name), &[], &[]).status.code(),
            Some(code),
            "{name}"
        );
    }
}

/// Runs a command with a text on its standard input.
fn run_with_input(arguments: &[&str], input: &str) -> Output {
    let directory = Directory::new();
    let mut child = directory
        .command(arguments, &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn many_tokens_are_read_from_standard_input_one_a_line() {
    let [fine, expired] = ["alterable_006", "expired"].map(|name| &case(name).token);
    let input = format!("{fine}\r\n\n{expired}\n");
    let at = NOW.to_string();
    for arguments in [
        &["inspect", "--at", &at][..],
        &["inspect", "-", "--at", &at],
    ] {
        let output = run_with_input(arguments, &input);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.starts_with("Token 1 of 2\nToken 006 (AccessToken)\n"),
            "{text}"
        );
        assert!(
            text.contains("\n\nToken 2 of 2\nToken 007 (AccessToken2)\n"),
            "{text}"
        );
        assert!(text.contains("\n  note alterable_006\n"), "{text}");
        assert_eq!(output.status.code(), Some(1));
    }
    let output = run_with_input(&["inspect", "--json", "--at", &at], &input);
    let reports: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(reports.len(), 2);
    assert_eq!(reports[1]["findings"][0]["code"], "expired");
}

#[test]
fn the_worst_of_many_tokens_decides_the_exit_code() {
    let [fine, expired] = ["alterable_006", "expired"].map(|name| &case(name).token);
    let at = NOW.to_string();
    for (input, code) in [
        (format!("{fine}\n{fine}\n"), 0),
        (format!("{expired}\n{fine}"), 1),
        (format!("{expired}\nabc\n{fine}\n"), 2),
    ] {
        assert_eq!(
            run_with_input(&["inspect", "--at", &at], &input)
                .status
                .code(),
            Some(code)
        );
    }
}

#[test]
fn standard_input_without_a_token_is_said_to_hold_none() {
    let output = run_with_input(&["inspect"], "\n \n");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "agora-token-server: standard input holds no token\n"
    );
}

#[test]
fn a_command_line_that_cannot_be_used_is_exit_code_2() {
    for arguments in [
        &["--uid", "x"][..],
        &["--uid", "1", "--account", "a"],
        &["--service", "telephone"],
        &["--role", "3"],
        &["--at", "noon"],
        &["--certificate", CERTIFICATE],
    ] {
        let arguments = [&["inspect", "006"], arguments].concat();
        let output = run(&arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
}

#[test]
fn a_role_that_does_not_exist_is_answered_with_those_that_do() {
    let output = run(&["inspect", "006", "--role", "3"], &[]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("must be one of attendee, publisher, subscriber"),
        "{stderr}"
    );
}

#[test]
fn a_role_may_have_the_name_that_clients_have_for_it() {
    let minted = run(
        &["mint", "rtc", "--channel", "test", "--role", "subscriber"],
        &IDENTIFIERS,
    );
    let token = String::from_utf8(minted.stdout).unwrap();
    let said = |role: &str| {
        let output = run(&["inspect", token.trim(), "--role", role], &IDENTIFIERS);
        assert!(output.stderr.is_empty(), "{output:?}");
        output.status.code()
    };
    for (role, code) in [
        ("audience", 0),
        ("2", 0),
        ("host", 1),
        ("broadcaster", 1),
        ("1", 1),
    ] {
        assert_eq!(said(role), Some(code), "{role}");
    }
}

#[test]
fn half_a_project_is_an_error() {
    let output = run(&["inspect", "006"], &[("APP_ID", APP_ID)]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("APP_CERTIFICATE is not set"), "{stderr}");
}

#[test]
fn a_project_in_a_dotenv_file_checks_the_signature() {
    let directory = Directory::new();
    let dotenv = format!("APP_ID={APP_ID}\nAPP_CERTIFICATE={CERTIFICATE}\n");
    fs::write(directory.0.join(".env"), dotenv).unwrap();
    let arguments = arguments(case("nothing-007"));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = directory.command(&arguments, &[]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("  signature             valid\n"), "{text}");
    assert!(!text.contains(CERTIFICATE));
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let case = case("expired");
    let plain = inspect(case, &[], &[]).stdout;
    assert!(!plain.contains(&0x1b));
    let forced = inspect(case, &[("CLICOLOR_FORCE", "1")], &[]).stdout;
    assert!(forced.contains(&0x1b));
}

#[test]
fn what_a_terminal_would_obey_is_escaped() {
    let name = "\u{1b}[2J\u{202e}evil";
    let mut case = case("alterable_006").clone();
    case.expected.channel = Some(name.to_owned());
    let output = inspect(&case, &[], &[]);
    assert!(!output.stdout.contains(&0x1b), "{output:?}");
    assert!(
        !String::from_utf8(output.stdout)
            .unwrap()
            .contains('\u{202e}')
    );
}

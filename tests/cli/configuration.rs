//! What the binary says before it serves.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::{APP_ID, CERTIFICATE, Directory, IDENTIFIERS, run};

#[test]
fn a_bad_configuration_is_reported_whole_with_exit_code_2() {
    for arguments in [&[][..], &["serve"], &["check-config"]] {
        let output = run(arguments, &[("APP_ID", "5CFd"), ("PORT", "x")]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            "agora-token-server: the configuration cannot be used:\n  \
             APP_ID must be 32 hexadecimal digits, found 4 characters\n  \
             APP_CERTIFICATE is not set, nor is APP_CERTIFICATE_FILE; it stands in the Agora console, under the \
             project's basic information\n  \
             PORT must be a number from 0 to 65535\n",
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_bad_configuration_is_reported_within_100_milliseconds() {
    let start = Instant::now();
    let fastest = (0..5).map(|_| {
        let start = Instant::now();
        run(&[], &[]);
        start.elapsed()
    });
    let fastest = fastest.min().unwrap();
    assert!(
        fastest < Duration::from_millis(100),
        "{fastest:?} of {:?}",
        start.elapsed()
    );
}

#[test]
fn a_file_that_is_too_long_is_refused_rather_than_cut() {
    let directory = Directory::new();
    let file = directory.0.join("keys");
    fs::write(&file, "# a line about a key\n".repeat(4_000)).unwrap();
    let keys = ("API_KEYS_FILE", file.to_str().unwrap());
    let output = run(&["check-config"], &[IDENTIFIERS[0], IDENTIFIERS[1], keys]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "agora-token-server: the configuration cannot be used:\n  \
         API_KEYS_FILE names a file that cannot be read: it has more than 65536 bytes\n"
    );
}

#[test]
fn check_config_says_what_would_be_served() {
    let output = run(&["check-config"], &IDENTIFIERS);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!(
            "the configuration can be used: App ID {APP_ID}, listening on 0.0.0.0:8080, /access_token answers 006\n\
             minting is open: whoever reaches this server gets every token; keep it behind your own login\n"
        ),
    );
}

#[test]
fn a_dotenv_file_in_the_working_directory_is_read() {
    let directory = Directory::new();
    let dotenv = format!("APP_ID={APP_ID}\nAPP_CERTIFICATE={CERTIFICATE}\nPORT=9000\n");
    fs::write(directory.0.join(".env"), dotenv).unwrap();
    let output = directory
        .command(&["check-config"], &[("PORT", "9001")])
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("listening on 0.0.0.0:9001"), "{stdout}");
}

#[test]
fn a_certificate_is_read_from_a_file() {
    let directory = Directory::new();
    fs::write(directory.0.join("certificate"), format!("{CERTIFICATE}\n")).unwrap();
    let environment = [("APP_ID", APP_ID), ("APP_CERTIFICATE_FILE", "certificate")];
    let output = directory
        .command(&["check-config"], &environment)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn help_and_version_are_printed() {
    let help = String::from_utf8(run(&["--help"], &[]).stdout).unwrap();
    for word in [
        "serve",
        "check-config",
        "healthcheck",
        "--demo",
        "APP_ID",
        "APP_CERTIFICATE",
    ] {
        assert!(help.contains(word), "{word} is missing in {help}");
    }
    let version = String::from_utf8(run(&["--version"], &[]).stdout).unwrap();
    assert_eq!(
        version,
        format!("agora-token-server {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_command_line_that_cannot_be_used_is_exit_code_2() {
    for arguments in [
        &["sevre"][..],
        &["--app-certificate", "x"],
        &["serve", "--port", "1"],
    ] {
        let output = run(arguments, &IDENTIFIERS);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn a_port_that_is_taken_is_exit_code_1_with_the_reason() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(
        &["serve", "--demo"],
        &[("HOST", "127.0.0.1"), ("PORT", &port)],
    );
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let reason = format!("agora-token-server: cannot listen on 127.0.0.1:{port} (HOST and PORT): ");
    assert!(stderr.starts_with(&reason), "{stderr}");
}

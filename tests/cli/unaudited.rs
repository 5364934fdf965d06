//! What happens when the lines of the audit cannot be written.

use std::fs;
use std::path::Path;

use crate::audit::audited;
use serde_json::Value;

use crate::audit::METRICS_KEY;
use crate::support::{Directory, IDENTIFIERS, Server, run};
use crate::watching::{answer, body};

#[test]
fn an_audit_that_hangs_refuses_tokens_and_holds_up_nothing_else() {
    use std::io::{Read, Write};
    let directory = Directory::new();
    let fifo = directory.0.join("audit.fifo");
    let made = std::process::Command::new("mkfifo")
        .arg(&fifo)
        .status()
        .unwrap();
    assert!(made.success());
    let both_ways = fs::File::options().read(true).write(true).open(&fifo);
    let mut reader = both_ways.unwrap();
    let mut room = vec![b'\n'; 64 * 1024];
    reader.write_all(&room).unwrap(); // all that a pipe holds
    let server = audited(&fifo);
    let token =
        b"GET /access_token?channel=test HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    let health = b"GET /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

    let refused = answer(&server, token);
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert_eq!(
        body(&refused),
        "{\"error\":\"the audit log is unavailable; try again later\"}"
    );
    assert!(answer(&server, health).starts_with("HTTP/1.1 200 "));

    reader.read_exact(&mut room).unwrap();
    let answered = answer(&server, token);
    assert!(answered.starts_with("HTTP/1.1 200 "), "{answered}");
}

/// `/dev/full` can be opened, and takes nothing.
#[test]
fn a_token_that_cannot_be_written_down_is_not_answered() {
    let settings = [("AUDIT_LOG", "/dev/full"), ("METRICS_KEY", METRICS_KEY)];
    let server = Server::start(&[], &[&IDENTIFIERS[..], &settings].concat());
    for target in [
        "/access_token?channel=test",
        "/v1/tokens?channel=test",
        "/rtc/test/publisher/uid/1/",
    ] {
        let answer = server.get(target);
        assert!(
            answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
            "{answer}"
        );
        assert!(
            answer.contains("the audit log is unavailable; try again later"),
            "{answer}"
        );
        assert!(!answer.contains("token\":"), "{answer}");
    }
    for target in ["/ping", "/healthz", "/"] {
        assert!(server.get(target).starts_with("HTTP/1.1 200 "), "{target}");
    }
    let head = format!(
        "GET /metrics HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {METRICS_KEY}\r\nConnection: close\r\n\r\n"
    );
    let metrics = answer(&server, head.as_bytes());
    let mut counted = metrics
        .lines()
        .filter(|line| line.starts_with("agora_tokens_issued_total{"));
    assert!(counted.all(|line| line.ends_with(" 0")), "{metrics}");
    assert!(
        metrics.contains("{reason=\"audit_unavailable\"} 3\n"),
        "{metrics}"
    );
    server.signal("TERM");
    let (code, log) = server.ended();
    assert_eq!(code, Some(0));
    assert_eq!(
        log.matches("ERROR audit log failed; tokens are rejected until it recovers")
            .count(),
        1,
        "{log}"
    );
    assert_eq!(
        log.matches("error=\"audit_unavailable\"").count(),
        3,
        "{log}"
    );
}

#[test]
fn a_line_that_stops_in_its_middle_spoils_no_other() {
    let directory = Directory::new();
    let file = directory.0.join("audit.jsonl");
    let settings = [("AUDIT_LOG", file.to_str().unwrap())];
    let mut server = Server::start_with_short_files(&[&IDENTIFIERS[..], &settings].concat());
    let token = |server: &Server| server.get("/access_token?channel=test");
    assert!(token(&server).starts_with("HTTP/1.1 200 "));
    assert!(token(&server).starts_with("HTTP/1.1 503 "));
    let text = fs::read(&file).unwrap();
    assert_eq!((text.len(), text.ends_with(b"\n")), (512, false));
    server.line_with("ERROR audit log failed");

    // Someone makes room.
    let shortened = fs::File::options().write(true).open(&file).unwrap();
    shortened.set_len(90).unwrap();
    server.line_with("INFO audit log recovered"); // without a request
    assert!(token(&server).starts_with("HTTP/1.1 200 "));
    let text = fs::read_to_string(&file).unwrap();
    let (torn, lines) = text.split_once('\n').unwrap();
    assert_eq!(torn.len(), 90);
    let lines = lines.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines.map(Result::unwrap).collect();
    let kinds: Vec<_> = lines.iter().map(|line| &line["audit"]).collect();
    assert_eq!(kinds, ["resumed", "issued"]);
    assert!(lines[0]["time"].as_str().unwrap() <= lines[1]["time"].as_str().unwrap());
}

#[test]
fn a_line_that_stops_in_its_middle_when_the_server_ends_spoils_no_later_one() {
    let directory = Directory::new();
    let file = directory.0.join("audit.jsonl");
    fs::write(&file, "{\"time\":\"2026-11-2").unwrap();
    let mut server = audited(&file);
    server.get("/access_token?channel=test");
    // The same again, and a signal in the place of another start.
    let mut torn = fs::File::options().append(true).open(&file).unwrap();
    std::io::Write::write_all(&mut torn, b"{\"time\":").unwrap();
    server.signal("HUP");
    server.line_with("audit log reopened");
    server.get("/access_token?channel=test");
    let text = fs::read_to_string(&file).unwrap();
    let is_whole = |line: &str| serde_json::from_str::<Value>(line).is_ok();
    let whole: Vec<_> = text.lines().map(is_whole).collect();
    assert_eq!(whole, [false, true, false, true], "{text}");
}

#[test]
fn a_pipe_that_nobody_reads_stops_the_start_with_the_reason() {
    let directory = Directory::new();
    let fifo = directory.0.join("audit.fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    let place = fifo.to_str().unwrap();
    let demo = [("HOST", "127.0.0.1"), ("PORT", "0"), ("AUDIT_LOG", place)];
    let server = run(&["serve", "--demo"], &demo);
    let check = run(
        &["check-config"],
        &[&IDENTIFIERS[..], &[("AUDIT_LOG", place)]].concat(),
    );
    for (output, code) in [(server, 1), (check, 2)] {
        let stderr = String::from_utf8(output.stderr).unwrap();
        let reason =
            format!("cannot write to {place} (AUDIT_LOG): it is a pipe that nobody reads yet\n");
        assert!(stderr.ends_with(&reason), "{stderr}");
        assert_eq!(output.status.code(), Some(code));
    }
}

#[test]
fn a_place_that_cannot_be_opened_stops_the_start_with_the_reason() {
    let output = run(
        &["serve", "--demo"],
        &[
            ("HOST", "127.0.0.1"),
            ("PORT", "0"),
            ("AUDIT_LOG", "/nowhere/audit"),
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        stderr,
        "agora-token-server: cannot write to /nowhere/audit (AUDIT_LOG): No such file or directory (os error 2)\n"
    );
}

#[test]
fn check_config_finds_a_place_that_cannot_be_opened_and_leaves_nothing_behind() {
    let directory = Directory::new();
    let check = |path: &Path| {
        let settings = [("AUDIT_LOG", path.to_str().unwrap())];
        let output = run(&["check-config"], &[&IDENTIFIERS[..], &settings].concat());
        let stderr = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), stderr)
    };
    let file = directory.0.join("audit.jsonl");
    assert_eq!(check(&file), (Some(0), String::new()));
    assert!(!file.exists());
    fs::write(&file, "{}\n").unwrap();
    assert_eq!(check(&file), (Some(0), String::new()));
    assert_eq!(fs::read_to_string(&file).unwrap(), "{}\n");
    for (path, reason) in [
        ("/nowhere/audit", "No such file or directory (os error 2)"),
        (
            directory.0.to_str().unwrap(),
            "Is a directory (os error 21)",
        ),
    ] {
        let said = format!("agora-token-server: cannot write to {path} (AUDIT_LOG): {reason}\n");
        assert_eq!(check(Path::new(path)), (Some(2), said));
    }
}

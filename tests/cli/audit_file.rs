//! The audit file while somebody moves, deletes or replaces it, and what `/readyz` says meanwhile.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::audit::{audited, lines};
use crate::support::{Directory, IDENTIFIERS, Server};
use crate::watching::body;

const READY: &str = "{\"status\":\"ready\"}";
const UNAUDITED: &str = "{\"error\":\"the audit log is unavailable; try again later\"}";

fn files(directory: &Directory) -> (PathBuf, PathBuf) {
    let path = |name| directory.0.join(name);
    (path("audit.jsonl"), path("audit.jsonl.1"))
}

fn token_status(server: &Server) -> String {
    status(&server.get("/access_token?channel=test"))
}

fn status(answer: &str) -> String {
    answer.split(' ').nth(1).unwrap().to_owned()
}

/// Waits for `/readyz` to have this status and body.
fn wait_for_readyz(server: &Server, expected: (&str, &str)) {
    let start = Instant::now();
    loop {
        let answer = server.get("/readyz");
        let found = (status(&answer), body(&answer));
        if (found.0.as_str(), found.1) == expected {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{found:?}");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_deleted_file_is_created_again_before_the_next_record() {
    let directory = Directory::new();
    let (file, _) = files(&directory);
    let mut server = audited(&file);
    assert_eq!(token_status(&server), "200");
    fs::remove_file(&file).unwrap();
    assert_eq!(token_status(&server), "200");
    assert_eq!(lines(&file).len(), 1);
    server.line_with("INFO audit log reopened");
}

#[test]
fn a_replaced_file_gets_the_next_record() {
    let directory = Directory::new();
    let (file, other) = files(&directory);
    let server = audited(&file);
    for replaced in 1..=2 {
        fs::write(&other, "{}\n").unwrap();
        fs::rename(&other, &file).unwrap();
        assert_eq!(token_status(&server), "200");
        assert_eq!(lines(&file).len(), 2, "{replaced}");
    }
}

#[test]
fn a_moved_file_is_created_again_within_a_second_without_a_request() {
    let directory = Directory::new();
    let (file, moved) = files(&directory);
    let mut server = audited(&file);
    assert_eq!(token_status(&server), "200");
    fs::rename(&file, &moved).unwrap();
    server.line_with("INFO audit log reopened");
    assert_eq!(token_status(&server), "200");
    assert_eq!((lines(&moved).len(), lines(&file).len()), (1, 1));
}

#[test]
fn a_moved_file_is_created_again_at_sighup() {
    let directory = Directory::new();
    let (file, moved) = files(&directory);
    let server = audited(&file);
    // Without SIGHUP, it would be created 500 ms after it was moved, or later. A busy machine may need several attempts.
    let is_faster = (0..20).any(|_| {
        assert_eq!(token_status(&server), "200");
        let start = Instant::now();
        fs::rename(&file, &moved).unwrap();
        server.signal("HUP");
        while !file.exists() {
            assert!(start.elapsed() < Duration::from_secs(10));
            sleep(Duration::from_millis(5));
        }
        start.elapsed() < Duration::from_millis(500)
    });
    assert!(is_faster);
    assert_eq!(token_status(&server), "200");
    assert_eq!(lines(&file).len(), 1);
}

#[test]
fn a_truncated_file_gets_the_next_record_at_its_start() {
    let directory = Directory::new();
    let (file, _) = files(&directory);
    let server = audited(&file);
    assert_eq!(token_status(&server), "200");
    fs::File::options()
        .write(true)
        .open(&file)
        .unwrap()
        .set_len(0)
        .unwrap();
    assert_eq!(token_status(&server), "200");
    assert_eq!(lines(&file).len(), 1);
}

#[test]
fn rejects_tokens_and_is_not_ready_while_the_file_cannot_be_opened() {
    let directory = Directory::new();
    let (file, moved) = files(&directory);
    let mut server = audited(&file);
    assert_eq!(token_status(&server), "200");
    assert_eq!(body(&server.get("/readyz")), READY);

    fs::rename(&file, &moved).unwrap();
    fs::create_dir(&file).unwrap();
    wait_for_readyz(&server, ("503", UNAUDITED)); // no token was requested
    server.line_with("ERROR audit log failed; tokens are rejected until it recovers");
    for signal in [false, true] {
        if signal {
            server.signal("HUP");
        }
        assert_eq!(token_status(&server), "503");
        assert_eq!(body(&server.get("/readyz")), UNAUDITED);
    }
    assert_eq!(lines(&moved).len(), 1);

    fs::remove_dir(&file).unwrap();
    wait_for_readyz(&server, ("200", READY));
    server.line_with("INFO audit log recovered");
    assert_eq!(token_status(&server), "200");
    let lines = lines(&file);
    let kinds: Vec<_> = lines.iter().map(|line| &line["audit"]).collect();
    assert_eq!(kinds, ["resumed", "issued"]);
}

#[test]
fn is_not_ready_after_a_write_has_failed() {
    let settings = [("AUDIT_LOG", "/dev/full")];
    let server = Server::start(&[], &[&IDENTIFIERS[..], &settings].concat());
    assert_eq!(body(&server.get("/readyz")), READY);
    assert_eq!(token_status(&server), "503");
    for _ in 0..10 {
        assert_eq!(body(&server.get("/readyz")), UNAUDITED);
        sleep(Duration::from_millis(150)); // it is checked meanwhile
    }
}

#[test]
fn follows_a_symlink_and_notices_that_its_target_was_deleted() {
    let directory = Directory::new();
    let (link, target) = files(&directory);
    symlink(&target, &link).unwrap();
    let server = audited(&link);
    assert_eq!(token_status(&server), "200");
    fs::remove_file(&target).unwrap();
    assert_eq!(token_status(&server), "200");
    assert_eq!(lines(&target).len(), 1);
}

#[test]
fn a_pipe_that_was_replaced_while_it_was_full_gets_no_further_records() {
    let directory = Directory::new();
    let (fifo, _) = files(&directory);
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    let both_ways = fs::File::options().read(true).write(true).open(&fifo);
    let mut reader = both_ways.unwrap();
    reader.write_all(&vec![b'\n'; 64 * 1024]).unwrap(); // all that a pipe holds
    let server = audited(&fifo);
    assert_eq!(token_status(&server), "503");
    wait_for_readyz(&server, ("503", UNAUDITED));
    fs::remove_file(&fifo).unwrap();
    wait_for_readyz(&server, ("200", READY));
    assert_eq!(token_status(&server), "200");
    assert_eq!(lines(&fifo).last().unwrap()["audit"], "issued");
}

#[test]
fn devices_and_standard_output_by_path_stay_open() {
    for place in ["/dev/null", "/dev/stdout"] {
        let server = audited(Path::new(place));
        sleep(Duration::from_millis(1100)); // two checks
        assert_eq!(token_status(&server), "200");
        assert_eq!(body(&server.get("/readyz")), READY);
        server.signal("TERM");
        let (code, log) = server.ended();
        assert_eq!(code, Some(0));
        assert!(!log.contains("audit log"), "{log}");
    }
}

//! The audit log on standard output, which the log writes to as well.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Directory, IDENTIFIERS, LOG_BYTES, Server};

const SETTINGS: [(&str, &str); 4] = [
    IDENTIFIERS[0],
    IDENTIFIERS[1],
    ("AUDIT_LOG", "stdout"),
    ("LOG_FORMAT", "json"),
];

const TOKEN: &str = "/access_token?channel=test&uid=1234";

fn status(response: &str) -> &str {
    response.split(' ').nth(1).unwrap()
}

/// Fills the log up to 90 bytes below its limit, and waits for the next line to be torn there.
fn tear(log: &Path, write_line: impl FnOnce()) {
    let size = fs::metadata(log).unwrap().len();
    let padding = usize::try_from(LOG_BYTES - 90 - size).unwrap();
    let mut file = File::options().append(true).open(log).unwrap();
    file.write_all(&vec![b'\n'; padding]).unwrap();
    write_line();
    let deadline = Instant::now() + Duration::from_secs(10);
    while fs::metadata(log).unwrap().len() < LOG_BYTES {
        assert!(Instant::now() < deadline, "no line was torn");
        sleep(Duration::from_millis(5));
    }
    sleep(Duration::from_millis(100)); // until the log has nothing left to write
}

/// Shortens the log to its torn line.
fn free_space(log: &Path) {
    let text = fs::read_to_string(log).unwrap();
    let (_, torn) = text.rsplit_once('\n').unwrap();
    assert!(torn.starts_with("{\"time"), "{torn}");
    fs::write(log, torn).unwrap();
}

/// Returns the log's lines after the torn one, once there are as many as `count`.
fn lines_after_torn(log: &Path, count: usize) -> Vec<Value> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let text = fs::read_to_string(log).unwrap();
        let (torn, rest) = text.split_once('\n').unwrap_or((&text, ""));
        assert!(torn.len() <= 90, "{torn}");
        if rest.lines().count() >= count && rest.ends_with('\n') {
            let lines = rest.lines().map(serde_json::from_str);
            return lines
                .map(|line| line.unwrap_or_else(|_| panic!("{text}")))
                .collect();
        }
        assert!(Instant::now() < deadline, "{text}");
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn starts_a_record_on_its_own_line_after_a_torn_log_line() {
    let directory = Directory::new();
    let log = directory.0.join("log");
    let server = Server::start_with_short_log(&log, &SETTINGS);
    tear(&log, || drop(server.get("/ping")));
    free_space(&log);
    assert_eq!(status(&server.get(TOKEN)), "200");
    let lines = lines_after_torn(&log, 2);
    assert!(
        lines.iter().any(|line| line["audit"] == "issued"),
        "{lines:?}"
    );
}

#[test]
fn starts_a_log_line_on_its_own_line_after_a_torn_record() {
    let directory = Directory::new();
    let log = directory.0.join("log");
    let server = Server::start_with_short_log(&log, &SETTINGS);
    tear(&log, || assert_eq!(status(&server.get(TOKEN)), "503"));
    free_space(&log);
    assert_eq!(status(&server.get("/ping")), "200");
    let lines = lines_after_torn(&log, 1);
    assert!(
        lines.iter().any(|line| line["route"] == "/ping"),
        "{lines:?}"
    );
}

#[test]
fn waits_for_a_slow_reader_of_a_non_blocking_pipe() {
    let mut server = Server::start_with_non_blocking_stdout(&SETTINGS);
    let log = server.follow_log_slowly(Duration::from_millis(10));
    scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..100 {
                    assert_eq!(status(&server.get(TOKEN)), "200");
                    assert_eq!(status(&server.get("/readyz")), "200");
                }
            });
        }
    });
    server.signal("TERM");
    assert_eq!(server.ended().0, Some(0));
    let log = log.join().unwrap();
    assert_eq!(log.matches("\"audit\":\"issued\"").count(), 800);
}

//! How a running server is watched: its log and the ids in it, and its metrics.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use crate::support::{IDENTIFIERS, Server, run};

/// What is answered to a head as it is written.
pub(crate) fn answer(server: &Server, head: &[u8]) -> String {
    let mut connection = server.connect();
    connection.write_all(head).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

pub(crate) fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = answer.split("\r\n").take_while(|line| !line.is_empty());
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// The lines of the log that begin with a time and are of requests.
fn requests(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.contains("method")).collect()
}

#[test]
fn a_line_of_the_log_has_the_id_that_the_answer_has() {
    let server = Server::start(&[], &IDENTIFIERS);
    let given =
        b"GET /ping HTTP/1.1\r\nHost: test\r\nX-Request-Id: given-1\r\nConnection: close\r\n\r\n";
    assert_eq!(
        header(&answer(&server, given), "x-request-id"),
        Some("given-1")
    );
    let made = [server.get("/ping"), server.get("/nothing")];
    let made = made.map(|answer| header(&answer, "x-request-id").unwrap().to_owned());
    let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    assert!(
        made.iter()
            .all(|id| id.len() == 16 && id.chars().all(is_digit)),
        "{made:?}"
    );
    assert_ne!(made[0], made[1]);
    server.signal("TERM");
    let (_, log) = server.ended();
    let lines = requests(&log);
    for (line, id) in lines.iter().zip(["given-1", &made[0], &made[1]]) {
        assert!(line.ends_with(&format!(" request_id=\"{id}\"")), "{log}");
    }
    assert_eq!(lines.len(), 3, "{log}");
}

#[test]
fn no_line_is_injected_by_an_id() {
    let server = Server::start(&[], &IDENTIFIERS);
    for id in [
        "a\rInjected: 1",
        "a\nInjected: 1",
        "a\r\n Injected: 1",
        "a\r\n\tInjected: 1",
        "a\0b",
    ] {
        let head = format!(
            "GET /ping HTTP/1.1\r\nHost: test\r\nX-Request-Id: {id}\r\nConnection: close\r\n\r\n"
        );
        let answer = answer(&server, head.as_bytes());
        assert!(!answer.contains("njected"), "{answer}");
    }
    server.signal("TERM");
    let (_, log) = server.ended();
    assert!(!log.contains("njected"), "{log}");
}

#[test]
fn a_line_of_json_is_flat() {
    let server = Server::start(&[], &[&IDENTIFIERS[..], &[("LOG_FORMAT", "json")]].concat());
    server.get("/ping");
    server.get("/nothing");
    server.signal("TERM");
    let (_, log) = server.ended();
    let lines = requests(&log);
    let lines = lines
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let fields = lines.map(|line| {
        let line = line.as_object().unwrap();
        assert!(
            line.values()
                .all(|value| value.is_string() || value.is_u64()),
            "{line:?}"
        );
        line.keys().cloned().collect::<Vec<_>>()
    });
    let answered = [
        "elapsed_us",
        "level",
        "message",
        "method",
        "request_id",
        "route",
        "status",
        "timestamp",
    ];
    let refused = [
        "elapsed_us",
        "error",
        "level",
        "message",
        "method",
        "request_id",
        "route",
        "status",
        "timestamp",
    ];
    assert_eq!(fields.collect::<Vec<_>>(), [&answered[..], &refused]);
}

#[test]
fn metrics_have_a_port_of_their_own_and_live_as_long_as_the_server() {
    let settings = [("METRICS_PORT", "0"), ("LOG_FORMAT", "json")];
    let mut server = Server::start(&[], &[&IDENTIFIERS[..], &settings].concat());
    let line = server.line_with("metrics at ");
    let address = line
        .split("http://")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let scrape = |target: &str| {
        let mut connection = TcpStream::connect(&address).unwrap();
        write!(
            connection,
            "GET {target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        io::read_to_string(&mut connection).unwrap()
    };
    server.get("/access_token?channel=test");
    assert!(server.get("/metrics").starts_with("HTTP/1.1 404 "));
    let counted = "agora_tokens_issued_total{service=\"rtc\",version=\"006\"} 1\n";
    assert!(scrape("/metrics").contains(counted));
    assert!(scrape("/readyz").starts_with("HTTP/1.1 200 "));

    let mut begun = server.connect();
    begun.write_all(b"GET /ping HTTP/1.1\r\nHost: te").unwrap();
    server.signal("TERM");
    while !scrape("/readyz").starts_with("HTTP/1.1 503 ") {
        std::thread::yield_now(); // until the signal has arrived
    }
    assert!(scrape("/metrics").contains(counted));
    begun.write_all(b"st\r\n\r\n").unwrap();
    assert_eq!(server.ended().0, Some(0));
}

/// As the API keys of those who want tokens are.
#[test]
fn the_key_of_the_metrics_is_found_among_other_credentials() {
    const KEY: &str = "0123456789abcdef0123456789abcdef";
    let settings = [&IDENTIFIERS[..], &[("METRICS_KEY", KEY)]].concat();
    let server = Server::start(&[], &settings);
    let (right, wrong) = (format!("Bearer {KEY}"), format!("Bearer {KEY}0"));
    for (shown, status) in [
        (vec![right.as_str()], "200"),
        (vec![&format!("bearer   {KEY} ")], "200"),
        (vec!["Basic dXNlcjpwYXNz", &right], "200"),
        (vec![&right, &right], "200"),
        (vec![&right, &wrong], "401"),
        (vec![&wrong, &right], "401"),
        (vec![&format!("Bearer{KEY}")], "401"),
        (vec!["Bearer"], "401"),
        (vec!["Basic dXNlcjpwYXNz"], "401"),
        (vec![], "401"),
    ] {
        let header = |shown: &&str| format!("Authorization: {shown}\r\n");
        let headers = shown.iter().map(header).collect::<Vec<_>>().concat();
        let head =
            format!("GET /metrics HTTP/1.1\r\nHost: test\r\n{headers}Connection: close\r\n\r\n");
        let answer = answer(&server, head.as_bytes());
        let found = answer.split(' ').nth(1);
        assert_eq!(found, Some(status), "{shown:?}");
    }
}

#[test]
fn a_port_for_metrics_that_is_taken_is_exit_code_1_with_the_reason() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let settings = [
        ("HOST", "127.0.0.1"),
        ("PORT", "0"),
        ("METRICS_PORT", &port),
    ];
    let output = run(&["serve", "--demo"], &settings);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let reason =
        format!("agora-token-server: cannot listen on 127.0.0.1:{port} (HOST and METRICS_PORT): ");
    assert!(stderr.starts_with(&reason), "{stderr}");
}

#[test]
fn open_connections_are_counted() {
    let key = "0123456789abcdef0123456789abcdef";
    let server = Server::start(&[], &[&IDENTIFIERS[..], &[("METRICS_KEY", key)]].concat());
    let head = format!(
        "GET /metrics HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    );
    let count = || {
        let metrics = answer(&server, head.as_bytes());
        let line = metrics
            .lines()
            .find(|line| line.starts_with("agora_connections "));
        line.unwrap_or_else(|| panic!("{metrics}")).to_owned()
    };
    let idle: Vec<_> = (0..3).map(|_| server.connect()).collect();
    assert_eq!(
        count(),
        "agora_connections 4",
        "three and the one that asks"
    );
    drop(idle);
    while count() != "agora_connections 1" {
        std::thread::yield_now(); // until their ends have been seen
    }
}

#[test]
fn an_answer_with_an_id_says_its_length() {
    let server = Server::start(&[], &IDENTIFIERS);
    for (method, body) in [("GET", "{\"message\":\"pong\"}"), ("HEAD", "")] {
        let head = format!(
            "{method} /ping HTTP/1.1\r\nHost: test\r\nX-Request-Id: 1\r\nConnection: close\r\n\r\n"
        );
        let answer = answer(&server, head.as_bytes());
        assert_eq!(header(&answer, "content-length"), Some("18"), "{answer}");
        assert_eq!(header(&answer, "x-request-id"), Some("1"), "{answer}");
        assert_eq!(self::body(&answer), body);
    }
}

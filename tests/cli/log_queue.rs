//! The request log never blocks the server, whatever happens at the other end of standard output.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{IDENTIFIERS, Server};
use crate::watching::answer;

const METRICS_KEY: &str = "another-key-of-thirty-two-characters";

/// More lines than a pipe, the writer's buffer and the queue hold together.
const TOO_MANY: usize = 25_000;

/// A server that logs every request and counts what it loses.
fn logging(format: &str) -> Server {
    let settings = [("METRICS_KEY", METRICS_KEY), ("LOG_FORMAT", format)];
    Server::start(&[], &[&IDENTIFIERS[..], &settings].concat())
}

/// Sends requests over one connection and reads each response.
fn ping(server: &Server, times: usize) {
    const BATCH: usize = 100;
    let mut responses = BufReader::new(server.connect());
    for _ in 0..times / BATCH {
        let requests = "GET /ping HTTP/1.1\r\nHost: test\r\n\r\n".repeat(BATCH);
        responses.get_mut().write_all(requests.as_bytes()).unwrap();
        for _ in 0..BATCH {
            read_response(&mut responses);
        }
    }
}

fn read_response(responses: &mut BufReader<TcpStream>) {
    let mut line = String::new();
    responses.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 200 OK\r\n");
    let mut length = 0;
    while line != "\r\n" {
        line.clear();
        responses.read_line(&mut line).unwrap();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse().unwrap();
        }
    }
    std::io::Read::read_exact(responses, &mut vec![0; length]).unwrap();
}

fn lines_lost(server: &Server) -> usize {
    let head = format!(
        "GET /metrics HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {METRICS_KEY}\r\nConnection: close\r\n\r\n"
    );
    let metrics = answer(server, head.as_bytes());
    let mut lines = metrics.lines();
    let value = lines.find_map(|line| line.strip_prefix("agora_log_lines_lost_total "));
    let value = value.unwrap_or_else(|| panic!("{metrics}"));
    value.parse().unwrap()
}

#[test]
fn serves_requests_while_nobody_reads_the_log_and_says_later_how_many_lines_are_lost() {
    let mut server = logging("text");
    ping(&server, 100);
    assert_eq!(lines_lost(&server), 0);
    ping(&server, TOO_MANY);
    let lost = lines_lost(&server);
    assert!(lost > 0 && lost < TOO_MANY, "{lost}");

    let line = server.line_with("log lines lost");
    let count = line
        .trim_end()
        .rsplit_once("WARN log lines lost total=")
        .unwrap()
        .1;
    assert!(count.parse::<usize>().unwrap() >= lost, "{line} {lost}");
    let log = server.follow_log();
    ping(&server, 1000);
    server.signal("TERM");
    assert_eq!(server.ended().0, Some(0));
    let log = log.join().unwrap();
    assert!(log.matches("route=\"/ping\"").count() >= 1000);
    assert!(
        log.lines().all(|line| line.starts_with("20")),
        "whole lines"
    );
}

#[test]
fn ends_at_a_signal_while_nobody_reads_the_log() {
    for format in ["text", "json"] {
        let server = logging(format);
        ping(&server, TOO_MANY);
        let signalled = Instant::now();
        server.signal("TERM");
        assert_eq!(server.ended().0, Some(0));
        let took = signalled.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

#[test]
fn the_last_lines_before_a_signal_are_written() {
    let mut server = logging("text");
    let log = server.follow_log();
    ping(&server, 5000);
    server.signal("TERM");
    assert_eq!(server.ended().0, Some(0));
    let log = log.join().unwrap();
    assert_eq!(log.matches("route=\"/ping\"").count(), 5000);
    assert!(log.ends_with('\n'));
}

#[test]
fn serves_requests_and_counts_lost_lines_while_the_log_is_closed() {
    let mut server = logging("json");
    server.close_log();
    ping(&server, 1000);
    let deadline = Instant::now() + Duration::from_secs(5);
    while lines_lost(&server) < 1000 {
        assert!(Instant::now() < deadline, "{} lost", lines_lost(&server));
    }
    server.signal("TERM");
    assert_eq!(server.ended().0, Some(0));
}

#[test]
fn serves_other_requests_while_nobody_reads_the_audit_log_and_the_log() {
    let settings = [("METRICS_KEY", METRICS_KEY), ("AUDIT_LOG", "stdout")];
    let server = Server::start(&[], &[&IDENTIFIERS[..], &settings].concat());
    ping(&server, TOO_MANY);
    let token = server.get("/access_token?channel=test");
    assert!(token.starts_with("HTTP/1.1 503 "), "{token}");
    ping(&server, 100);
    assert!(lines_lost(&server) > 0);
    server.signal("TERM");
    assert_eq!(server.ended().0, Some(0));
}

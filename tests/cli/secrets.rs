//! What is secret is written nowhere while the server works: searched for in its most talkative log and its metrics.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::Value;

use crate::support::{CERTIFICATE, IDENTIFIERS, Server};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const METRICS_KEY: &str = "fedcba9876543210fedcba9876543210";
const SECRET: &str = "a-secret-of-thirty-two-bytes,-yes";
const SECONDARY: &str = "0CFd2fd1755d40ecb72977518be15d3b";
const HOOK_TOKEN: &str = "open-sesame-please";
const QUERY: &str = "in-the-query";

/// A JWT with the key ID `one` and a signature of something else.
const JWT: &str =
    "eyJhbGciOiJFZERTQSIsImtpZCI6Im9uZSJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6OTk5OTk5OTk5OX0.c2lnbmF0dXJl";

/// A service on this machine that answers each request with this; its address.
fn answering(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            // All of it: closed before, the connection would take the answer back.
            let mut asked = BufReader::new(&connection);
            let (mut line, mut length) = (String::new(), 0);
            while asked.read_line(&mut line).unwrap() > 2 {
                let header = line.to_ascii_lowercase();
                if let Some(value) = header.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            asked.read_exact(&mut vec![0; length]).unwrap();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = connection.write_all(answer.as_bytes()); // the client may be gone
        }
    });
    format!("http://{address}")
}

fn ask(server: &Server, target: &str, header: &str) -> String {
    let mut connection = server.connect();
    let head =
        format!("GET {target} HTTP/1.1\r\nHost: test\r\n{header}\r\nConnection: close\r\n\r\n");
    connection.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn neither_the_log_of_a_trace_nor_the_metrics_hold_a_secret_or_a_token() {
    // The hook says yes, then the keys cannot be used; and the other way round.
    let hook = answering("204 No Content", "");
    let keys = answering("200 OK", r#"{"keys":[]}"#);
    let broken = answering("500 Internal Server Error", "oops");
    for (jwks, hook, status) in [(&keys, &hook, "200"), (&broken, &broken, "503")] {
        let jwks = format!("{jwks}/keys?secret={QUERY}");
        let hook = format!("{hook}/may?secret={QUERY}");
        let api_keys = format!("web:{KEY}");
        let more = [
            ("LOG_LEVEL", "trace"),
            ("API_KEYS", api_keys.as_str()),
            ("METRICS_KEY", METRICS_KEY),
            ("APP_CERTIFICATE_SECONDARY", SECONDARY),
            ("JWT_JWKS_URL", &jwks),
            ("JWT_ISSUER", "https://login.example"),
            ("JWT_AUDIENCE", "video"),
            ("AUTHORIZE_URL", &hook),
            ("AUTHORIZE_TOKEN", HOOK_TOKEN),
            ("AUDIT_LOG", "stdout"),
            ("RATE_LIMIT", "100/min"),
        ];
        let mut server = Server::start(&[], &[&IDENTIFIERS[..], &more].concat());
        let log = server.follow_log();

        let key = format!("Authorization: Bearer {KEY}");
        let targets = [
            "/access_token?channel=test&uid=1234",
            "/v1/tokens?channel=test&uid=1234",
            "/channel_key?channel=test&uid=1234",
            "/rtc/test/publisher/uid/1234/",
        ];
        let answers = targets.map(|target| ask(&server, target, &key));
        let mut tokens = Vec::new();
        for answer in &answers {
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{answer}"
            );
            let answer: Value = serde_json::from_str(body(answer)).unwrap();
            let texts = answer
                .as_object()
                .unwrap()
                .values()
                .filter_map(Value::as_str);
            let is_token = |text: &&str| text.len() > 100;
            tokens.extend(texts.filter(is_token).map(str::to_owned));
        }
        assert_eq!(tokens.len(), if status == "200" { 4 } else { 0 });
        let jwt = format!("Authorization: Bearer {JWT}");
        assert!(!ask(&server, targets[0], &jwt).starts_with("HTTP/1.1 200 "));
        assert!(
            ask(&server, targets[0], "X-API-Key: wrong-but-still-a-secret")
                .starts_with("HTTP/1.1 401 ")
        );
        let wrong = ask(
            &server,
            "/metrics",
            "Authorization: Bearer another-key-of-the-metrics",
        );
        assert!(wrong.starts_with("HTTP/1.1 401 "), "{wrong}");
        let reader = format!("Authorization: Bearer {METRICS_KEY}");
        let metrics = ask(&server, "/metrics", &reader);
        assert!(metrics.contains("agora_tokens_issued_total{"), "{metrics}");
        server.signal("TERM");
        server.ended();
        let log = log.join().unwrap();
        assert!(log.contains("TRACE ") || log.contains("DEBUG "), "{log}");

        let mut secrets = vec![
            KEY,
            METRICS_KEY,
            SECONDARY,
            CERTIFICATE,
            HOOK_TOKEN,
            QUERY,
            JWT,
            "wrong-but-still-a-secret",
            "another-key-of-the-metrics",
        ];
        secrets.extend(tokens.iter().map(String::as_str));
        // A part of one is enough for some use.
        let half = |secret: &str| secret[secret.len() / 2..].to_owned();
        let halves: Vec<String> = secrets.iter().map(|secret| half(secret)).collect();
        secrets.extend(
            halves
                .iter()
                .map(String::as_str)
                .filter(|half| half.len() >= 16),
        );
        for secret in secrets {
            assert!(!log.contains(secret), "{secret} in {log}");
            assert!(!metrics.contains(secret), "{secret} in {metrics}");
        }
        assert!(!wrong.contains(METRICS_KEY), "{wrong}");
        // Any number may be among the values.
        let names = metrics.lines().filter_map(|line| line.rsplit_once(' '));
        for (names, _) in names {
            for name in ["alice", "1234", "login.example"] {
                assert!(!names.contains(name), "{name} in {names}");
            }
        }
    }
}

#[test]
fn the_secret_of_jwts_is_in_no_log_of_a_trace() {
    let more = [("LOG_LEVEL", "trace"), ("JWT_SECRET", SECRET)];
    let mut server = Server::start(&[], &[&IDENTIFIERS[..], &more].concat());
    let log = server.follow_log();
    let refused = ask(
        &server,
        "/access_token?channel=test",
        &format!("Authorization: Bearer {JWT}"),
    );
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    server.signal("TERM");
    server.ended();
    let log = log.join().unwrap();
    for secret in [SECRET, CERTIFICATE, JWT] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn what_another_server_says_stays_within_a_line_of_the_log_and_is_short() {
    let hook = answering(
        "200 OK",
        concat!(
            "{\"a\\n2026-11-24T00:00:00Z  INFO forged\\u001b[31m",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
            "\":1}"
        ),
    );
    let mut server = Server::start(
        &[],
        &[&IDENTIFIERS[..], &[("AUTHORIZE_URL", &hook)]].concat(),
    );
    assert!(
        server
            .get("/access_token?channel=test")
            .starts_with("HTTP/1.1 503 ")
    );
    let line = server.line_with("webhook call failed");
    assert!(
        line.contains("unknown field `a2026-11-24T00:00:00Z  INFO forged[31maaa"),
        "{line}"
    );
    assert!(line.len() < 450, "{line}");
}

//! The running server: its first line, its log, signals, and the health check.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;

use tokio::net::TcpSocket;

use crate::support::{APP_ID, CERTIFICATE, IDENTIFIERS, Server, run};

/// The head of an answer, read to its end and no further.
fn head(connection: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    String::from_utf8(head).unwrap()
}

/// Waits until the signal has arrived; returns what `/readyz` says then.
fn not_ready(server: &Server) -> String {
    loop {
        let answer = server.get("/readyz");
        if !answer.starts_with("HTTP/1.1 200 OK\r\n") {
            return answer;
        }
        std::thread::yield_now();
    }
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn the_first_line_says_address_project_mode_and_a_url_to_try() {
    let server = Server::start(&[], &IDENTIFIERS);
    let address = server.address;
    let said = format!(
        "listening on http://{address}, App ID {APP_ID}, open; try \
         http://{address}/access_token?channel=test&uid=1234\n"
    );
    assert!(server.first_line.ends_with(&said), "{}", server.first_line);
    let answer = server.get("/access_token?channel=test&uid=1234");
    assert!(
        body(&answer).starts_with(&format!("{{\"token\":\"006{APP_ID}")),
        "{answer}"
    );
}

#[test]
fn a_demo_needs_no_configuration_and_says_loudly_that_it_is_one() {
    for arguments in [&["serve", "--demo"][..], &["--demo"]] {
        let server = Server::start(arguments, &[("ACCESS_TOKEN_VERSION", "007")]);
        assert!(
            server.first_line.contains(", demo; try http://"),
            "{}",
            server.first_line
        );
        assert!(body(&server.get("/access_token?channel=test")).starts_with("{\"token\":\"007"));
        assert!(server.get("/").contains("no Agora project accepts them"));
        server.signal("TERM");
        let (_, log) = server.ended();
        assert!(
            log.contains("Demo: App ID and App Certificate were made up"),
            "{log}"
        );
    }
}

#[test]
fn a_log_that_nobody_reads_costs_no_request() {
    let mut server = Server::start(&[], &IDENTIFIERS);
    server.close_log();
    for _ in 0..3 {
        assert_eq!(body(&server.get("/ping")), "{\"message\":\"pong\"}");
    }
}

#[test]
fn two_demos_have_different_projects() {
    let lines = [0, 1].map(|_| {
        let line = Server::start(&["--demo"], &[]).first_line.clone();
        line.split("App ID ").nth(1).unwrap()[..32].to_owned()
    });
    assert_ne!(lines[0], lines[1]);
}

#[test]
fn two_tokens_for_one_request_differ_by_their_salts() {
    let server = Server::start(&[], &IDENTIFIERS);
    let tokens = [0, 1].map(|_| body(&server.get("/access_token?channel=test")).to_owned());
    assert_ne!(tokens[0], tokens[1]);
}

#[test]
fn the_log_has_a_line_a_request_without_query_token_or_certificate() {
    let server = Server::start(&[], &IDENTIFIERS);
    let answer = server.get("/access_token?channel=secret-channel&uid=777888");
    server.get("/access_token?channel=secret-channel&uid=a/b");
    server.get("/secret-path");
    server.signal("TERM");
    let (_, log) = server.ended();
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("method=\"GET\""))
        .collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(
        lines[0].contains(
            "INFO answered method=\"GET\" route=\"/access_token\" status=200 elapsed_us="
        ),
        "{log}"
    );
    assert!(
        lines[1]
            .contains("INFO refused method=\"GET\" route=\"/access_token\" status=400 elapsed_us="),
        "{log}"
    );
    assert!(
        lines[2].contains("INFO refused method=\"GET\" route=\"-\" status=404 elapsed_us="),
        "{log}"
    );
    for secret in ["secret", "777888", CERTIFICATE, &body(&answer)[10..60]] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn open_minting_is_warned_about() {
    let server = Server::start(&[], &IDENTIFIERS);
    server.signal("TERM");
    let (_, log) = server.ended();
    assert!(
        log.contains("WARN minting is open: whoever reaches this server gets every token"),
        "{log}"
    );
}

#[test]
fn the_log_is_json_when_asked() {
    let server = Server::start(&[], &[&IDENTIFIERS[..], &[("LOG_FORMAT", "json")]].concat());
    server.get("/ping");
    server.signal("TERM");
    let (_, log) = server.ended();
    let line = log
        .lines()
        .find(|line| line.contains("/ping"))
        .unwrap_or_else(|| panic!("{log}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert!(line["elapsed_us"].is_u64(), "{line}");
    assert_eq!(
        (&line["method"], &line["route"], &line["status"]),
        (&"GET".into(), &"/ping".into(), &200.into())
    );
}

#[test]
fn a_signal_ends_the_server_with_exit_code_0() {
    for signal in ["TERM", "INT", "HUP"] {
        let server = Server::start(&[], &IDENTIFIERS);
        server.signal(signal);
        assert_eq!(server.ended().0, Some(0), "{signal}");
    }
}

/// Some connections are new, some are kept. The server sleeps while the requests are sent, so that it has read none of
/// them when it finds the signal.
#[test]
fn no_request_that_was_sent_before_the_signal_is_lost() {
    let server = Server::start(&[], &[&IDENTIFIERS[..], &[("LOG_LEVEL", "info")]].concat());
    let request = b"GET /access_token?channel=test&uid=1 HTTP/1.1\r\nHost: test\r\n\r\n";
    let mut connections: Vec<_> = (0..100).map(|_| server.connect()).collect();
    for kept in &mut connections[..100] {
        kept.write_all(request).unwrap();
        assert!(head(kept).starts_with("HTTP/1.1 200 OK\r\n"));
        let mut token = [0; 127];
        kept.read_exact(&mut token).unwrap();
    }
    server.signal("STOP");
    connections.extend((0..100).map(|_| server.connect()));
    for connection in &mut connections {
        connection.write_all(request).unwrap();
    }
    for _ in 0..3 {
        server.signal("TERM");
    }
    server.signal("CONT");
    for mut connection in connections {
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(body(&answer).starts_with("{\"token\":\"006"), "{answer}");
    }
    assert_eq!(server.ended().0, Some(0));
}

#[test]
fn a_request_that_has_begun_is_answered_after_the_signal_and_its_connection_closed() {
    let server = Server::start(&[], &IDENTIFIERS);
    let mut begun = server.connect();
    begun.write_all(b"GET /ping HTTP/1.1\r\nHost: te").unwrap();
    server.signal("TERM");
    not_ready(&server);
    begun.write_all(b"st\r\n\r\n").unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert_eq!(server.ended().0, Some(0));
}

#[test]
fn a_server_that_stops_is_not_ready_and_is_still_well() {
    let server = Server::start(&[], &IDENTIFIERS);
    assert_eq!(body(&server.get("/readyz")), "{\"status\":\"ready\"}");
    // Held back, so that the server cannot end before it has been asked.
    let mut begun = server.connect();
    begun
        .write_all(b"GET /readyz HTTP/1.1\r\nHost: te")
        .unwrap();
    server.signal("TERM");
    let refused = not_ready(&server);
    let status = "HTTP/1.1 503 Service Unavailable\r\n";
    let error = "{\"error\":\"the server is stopping; it finishes what has begun\"}";
    assert!(refused.starts_with(status), "{refused}");
    assert!(refused.contains("\r\nconnection: close\r\n"), "{refused}");
    assert_eq!(body(&refused), error);
    assert_eq!(body(&server.get("/healthz")), "{\"status\":\"ok\"}");
    begun.write_all(b"st\r\n\r\n").unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with(status), "{answer}");
    let (code, log) = server.ended();
    assert_eq!(code, Some(0));
    assert!(
        log.contains("INFO refused method=\"GET\" route=\"/readyz\" status=503"),
        "{log}"
    );
}

#[test]
fn a_connection_is_kept_for_the_next_request_also_after_a_body_that_nobody_reads() {
    let server = Server::start(&[], &IDENTIFIERS);
    let mut connection = server.connect();
    let request = "GET /ping HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n\
                   {\"a\":1}GET /ping HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    connection.write_all(request.as_bytes()).unwrap();
    let mut answers = String::new();
    connection.read_to_string(&mut answers).unwrap();
    assert_eq!(
        answers.matches("HTTP/1.1 200 OK\r\n").count(),
        2,
        "{answers}"
    );
}

#[test]
fn a_body_in_a_broken_encoding_is_a_400() {
    let server = Server::start(&[], &IDENTIFIERS);
    let mut connection = server.connect();
    let request = "POST /api/agora/token HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n";
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
        "{answer}"
    );
    let error =
        "the body ends before its announced length, or is not in the encoding that was announced";
    assert_eq!(body(&answer), format!("{{\"error\":\"{error}\"}}"));
}

#[test]
fn the_health_check_asks_the_server_that_runs() {
    let server = Server::start(&[], &IDENTIFIERS);
    let port = server.address.port().to_string();
    let environment = [("HOST", "127.0.0.1"), ("PORT", port.as_str())];
    assert_eq!(run(&["healthcheck"], &environment).status.code(), Some(0));
    server.signal("TERM");
    assert_eq!(server.ended().0, Some(0));

    let output = run(&["healthcheck"], &environment);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let reason = format!("agora-token-server: no answer from 127.0.0.1:{port}: ");
    assert!(stderr.starts_with(&reason), "{stderr}");
}

#[test]
fn a_health_check_with_a_bad_port_ends_with_1_as_docker_wants_it() {
    let output = run(&["healthcheck"], &[("PORT", "x")]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn the_health_check_is_not_taken_in_by_another_server() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let other = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let head = BufReader::new(&connection)
            .lines()
            .map(Result::unwrap)
            .take_while(|line| !line.is_empty());
        assert_eq!(head.last().as_deref(), Some("Connection: close"));
        connection
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    });
    let output = run(&["healthcheck"], &[("HOST", "127.0.0.1"), ("PORT", &port)]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!(
            "agora-token-server: the server at 127.0.0.1:{port} is not well: /healthz does not answer 200\n"
        ),
    );
    other.join().unwrap();
}

#[test]
fn each_address_is_limited_for_itself() {
    let limit = [("RATE_LIMIT", "1/h")];
    let server = Server::start(&[], &[&IDENTIFIERS[..], &limit].concat());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    let connect = async |from: [u8; 4]| {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((from, 0)))?;
        socket.connect(server.address).await?.into_std()
    };
    let ask = |from: [u8; 4]| {
        let mut stream = runtime.block_on(connect(from)).unwrap();
        stream.set_nonblocking(false).unwrap();
        let head =
            b"GET /access_token?channel=test HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
        stream.write_all(head).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(ask([127, 0, 0, 1]).starts_with("HTTP/1.1 200 "));
    let refused = ask([127, 0, 0, 1]);
    assert!(refused.starts_with("HTTP/1.1 429 "), "{refused}");
    assert!(refused.contains("\r\nretry-after: 3600\r\n"), "{refused}");
    assert!(ask([127, 0, 0, 2]).starts_with("HTTP/1.1 200 "));
}

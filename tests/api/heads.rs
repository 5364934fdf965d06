//! Heads that hyper would let pass, or refuse with a bare status.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use agora_token_server::http::Limits;

use crate::serve::{PING, PONG, Running, answer, is_error, limits, rest};

#[tokio::test]
async fn a_request_in_chunks_is_its_connections_last() {
    let server = Running::start(limits()).await;
    let chunked =
        "GET /ping HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    let mut connection = server.sent(&format!("{PING}{chunked}{PING}")).await;
    assert!(answer(&mut connection).await.ends_with(PONG));
    let last = answer(&mut connection).await;
    assert!(last.contains("\r\nconnection: close\r\n"), "{last}");
    assert!(last.ends_with(PONG), "{last}");
    connection.shutdown().await.unwrap();
    assert_eq!(rest(&mut connection).await, "");
}

#[tokio::test]
async fn a_head_that_others_could_read_otherwise_is_its_connections_last() {
    let server = Running::start(limits()).await;
    for (headers, error) in [
        (
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "the head of the request has both Content-Length and Transfer-Encoding; send one of them",
        ),
        (
            "Content-Length: 0\r\ncontent-LENGTH: 0\r\n",
            "the head of the request has more than one Content-Length",
        ),
        (
            "host: other.test\r\n",
            "a request must have one Host header",
        ),
        (
            "X-A: b\n",
            "a line of the request's head ends without a carriage return; lines end with CR LF",
        ),
    ] {
        for method in ["GET", "OPTIONS"] {
            let preflight = "Origin: https://a.test\r\nAccess-Control-Request-Method: GET\r\n";
            let text = format!(
                "{method} /ping HTTP/1.1\r\nHost: test\r\n{preflight}{headers}\r\n0\r\n\r\n{PING}"
            );
            let mut connection = server.sent(&text).await;
            connection.shutdown().await.unwrap();
            is_error(&rest(&mut connection).await, "400 Bad Request", error);
        }
    }
}

#[tokio::test]
async fn rejects_transfer_encodings_other_than_chunked_once() {
    let server = Running::start(limits()).await;
    for (text, error) in transfer_encodings() {
        let mut connection = server.sent(&text).await;
        connection.shutdown().await.unwrap();
        is_error(&rest(&mut connection).await, "400 Bad Request", error);
    }
}

/// Each request arrives in two TCP segments, split at each byte of its first 100 and at some beyond.
#[tokio::test]
async fn rejects_transfer_encodings_however_the_request_is_split() {
    let connections = 1_000;
    let server = Running::start(Limits {
        connections,
        ..limits()
    })
    .await;
    for (text, error) in transfer_encodings() {
        let end = text.len() - PING.len();
        let mut connections = Vec::new();
        for at in (1..end).filter(|at| *at < 100 || at % 40 == 0) {
            let connection = server.sent(&text[..at]).await;
            connections.push((connection, &text[at..]));
        }
        sleep(Duration::from_millis(100)).await; // the first parts are read by then
        for (connection, second) in &mut connections {
            connection.write_all(second.as_bytes()).await.unwrap();
            connection.shutdown().await.unwrap();
        }
        for (mut connection, _) in connections {
            is_error(&rest(&mut connection).await, "400 Bad Request", error);
        }
    }
}

/// Requests with an invalid Transfer-Encoding, each followed by another request, and the error.
fn transfer_encodings() -> Vec<(String, &'static str)> {
    let unsupported = "Transfer-Encoding is not supported; send Content-Length, or Transfer-Encoding: chunked once";
    let unreadable = "the head of the request cannot be read as HTTP/1.1";
    let spaces = " ".repeat(600);
    let table = [
        ("1.1", "gzip".to_owned(), unsupported),
        ("1.1", "gzip, chunked".to_owned(), unsupported),
        ("1.1", "chunked, gzip".to_owned(), unsupported),
        ("1.1", "chunked, chunked".to_owned(), unsupported),
        ("1.1", format!("chunked{spaces}, chunked"), unsupported),
        ("1.1", format!("{spaces}chunked"), unsupported),
        (
            "1.1",
            "chunked\r\nTransfer-Encoding: chunked".to_owned(),
            unsupported,
        ),
        ("1.1", String::new(), unsupported),
        ("1.0", "chunked".to_owned(), unreadable),
    ];
    let requests = table.into_iter().map(|(version, encoding, error)| {
        let text = format!(
            "POST /ping HTTP/{version}\r\nHost: test\r\nTransfer-Encoding: {encoding}\r\n\r\n{PING}"
        );
        (text, error)
    });
    requests.collect()
}

#[tokio::test]
async fn rejects_a_host_that_is_no_host() {
    let server = Running::start(limits()).await;
    for (host, is_valid) in [
        ("a b", false),
        ("a/b", false),
        ("user@a", false),
        ("a\tb", false),
        ("", true),
        ("  a-b.example:8080 ", true),
        ("[::1]:8080", true),
        ("a_b", true),
    ] {
        let text = format!("GET /ping HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let mut connection = server.sent(&text).await;
        let response = rest(&mut connection).await;
        if is_valid {
            assert!(response.ends_with(PONG), "{host}: {response}");
        } else {
            let error =
                "the Host header is invalid; send a host name or an address, with an optional port";
            is_error(&response, "400 Bad Request", error);
        }
    }
}

#[tokio::test]
async fn responses_to_head_have_no_body_when_the_headers_are_rejected() {
    let head = Duration::from_millis(400);
    let server = Running::start(Limits { head, ..limits() }).await;
    for (request, status) in [
        ("HEAD /ping HTTP/1.1\r\nHost: a b\r\n\r\n".to_owned(), "400"),
        (
            "HEAD /ping HTTP/1.1\r\nHost: test\nX-A: b\r\n\r\n".to_owned(),
            "400",
        ),
        ("HEAD /ping HTTP/1.1\r\nno header\r\n\r\n".to_owned(), "400"),
        (
            "HEAD /ping HTTP/9.9\r\nHost: test\r\n\r\n".to_owned(),
            "400",
        ),
        (format!("HEAD /{}", "x".repeat(20_000)), "414"),
        (
            format!("HEAD /ping HTTP/1.1\r\nX-A: {}\r\n", "x".repeat(20_000)),
            "431",
        ),
        (
            format!("HEAD /ping HTTP/1.1\r\n{}\r\n", "X-A: b\r\n".repeat(70)),
            "431",
        ),
        (
            format!("HEAD /ping HTTP/1.1\r\n{}\r\n", "X-A: b\r\n".repeat(150)),
            "431",
        ),
        ("HEAD /ping HTTP/1.1\r\nHost: te".to_owned(), "408"),
    ] {
        // Also when it is not the connection's first request.
        for before in ["", PING] {
            let mut connection = server.sent(&format!("{before}{request}")).await;
            if !before.is_empty() {
                answer(&mut connection).await;
            }
            let response = rest(&mut connection).await;
            assert!(
                response.starts_with(&format!("HTTP/1.1 {status} ")),
                "{request:.60}: {response}"
            );
            assert!(response.ends_with("\r\n\r\n"), "{request:.60}: {response}");
        }
    }
}

#[tokio::test]
async fn a_length_that_no_body_can_have_is_a_413() {
    let server = Running::start(limits()).await;
    for length in [
        "9223372036854775808",
        "18446744073709551615",
        "99999999999999999999",
    ] {
        let text = format!("POST /ping HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\n\r\n");
        let mut connection = server.sent(&text).await;
        is_error(
            &rest(&mut connection).await,
            "413 Payload Too Large",
            "the Content-Length of the request is larger than that of any body",
        );
    }
}

#[tokio::test]
async fn who_is_refused_by_the_head_need_not_send_the_body() {
    let server = Running::start(limits()).await;
    for (headers, status, error) in [
        (
            "Content-Length: 16385\r\n",
            "413 Payload Too Large",
            "the body has more than 16384 bytes",
        ),
        (
            "Content-Length: 100\r\nHost: other.test\r\n",
            "400 Bad Request",
            "a request must have one Host header",
        ),
    ] {
        let start = Instant::now();
        let text = format!("POST /ping HTTP/1.1\r\nHost: test\r\n{headers}\r\n");
        let mut connection = server.sent(&text).await;
        let answer = answer(&mut connection).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}\r\n")),
            "{answer}"
        );
        assert!(
            answer.ends_with(&format!("{{\"error\":\"{error}\"}}")),
            "{answer}"
        );
        assert!(start.elapsed() < Duration::from_secs(2), "{headers}");
    }
}

#[tokio::test]
async fn a_refusal_arrives_while_the_client_still_sends() {
    let server = Running::start(limits()).await;
    for (head, status) in [
        (
            "POST /ping HTTP/1.1\r\nHost: test\r\nContent-Length: 300000\r\n\r\n",
            "413",
        ),
        ("GET /ping HTTP/1.1\r\nHost: test\r\nX-A: ", "431"),
    ] {
        let mut connection = server.sent(head).await;
        for _ in 0..30 {
            connection.write_all(&[b'x'; 10_000]).await.unwrap();
        }
        connection.shutdown().await.unwrap();
        let answer = rest(&mut connection).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(answer.contains(r#"{"error":"the "#), "{answer}");
    }
}

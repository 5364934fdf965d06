//! A full server, or an address at its limit, closes connections without a complete request for new ones.

use std::num::NonZeroU32;
use std::time::Duration;

use agora_token_server::http::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, sleep};

use crate::serve::{LAST_PING, PONG, Running, answer, is_error, limits, rest};
use crate::support::TestApp;

const HALF_HEADERS: &str = "POST /v1/tokens HTTP/1.1\r\nHost: te";
const HALF_BODY: &str = "POST /v1/tokens HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n";
const HALF_CHUNKS: &str =
    "POST /v1/tokens HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a";

/// Requests whose responses do not fit into the buffers of a connection.
fn many_large_responses() -> String {
    let request = "GET /openapi.json HTTP/1.1\r\nHost: test\r\n";
    let last = format!("{request}Connection: close\r\n\r\n");
    format!("{request}\r\n").repeat(20) + &last
}

/// A server with room for as many connections, which has that many by now.
async fn full(sent: &[&str]) -> (Running, Vec<TcpStream>) {
    let server = Running::start(Limits {
        connections: u32::try_from(sent.len()).unwrap(),
        ..limits()
    })
    .await;
    let mut connections = Vec::new();
    for text in sent {
        connections.push(server.sent(text).await);
    }
    (server, connections)
}

/// A connection from another address of this machine.
async fn from(address: &str, server: &Running, sent: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(format!("{address}:0").parse().unwrap())
        .unwrap();
    let mut connection = socket.connect(server.address).await.unwrap();
    connection.write_all(sent.as_bytes()).await.unwrap();
    connection
}

/// The time from opening a new connection to its response.
async fn served(server: &Running) -> Duration {
    let start = Instant::now();
    let mut new = server.sent(LAST_PING).await;
    assert!(rest(&mut new).await.ends_with(PONG));
    start.elapsed()
}

#[tokio::test]
async fn evicts_incomplete_bodies_after_a_second() {
    for half in [HALF_BODY, HALF_CHUNKS] {
        let (server, mut connections) = full(&[half, half]).await;
        let waited = served(&server).await;
        assert!(waited >= Duration::from_secs(1), "{waited:?}");
        assert!(waited < Duration::from_secs(3), "{waited:?}");
        let response = rest(&mut connections[0]).await;
        assert!(
            response.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
            "{response}"
        );
        assert!(
            response.contains("\"code\":\"body_too_slow\""),
            "{response}"
        );
        assert!(response.contains("\r\nconnection: close\r\n"), "{response}");
    }
}

#[tokio::test]
async fn a_slow_drip_does_not_delay_the_eviction_of_a_body() {
    let head = "POST /v1/tokens HTTP/1.1\r\nHost: test\r\n";
    let long = format!("{head}Content-Length: 1000\r\n\r\n");
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n3e8\r\n");
    let (server, connections) = full(&[&long, &chunked]).await;
    let dripping: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            tokio::spawn(async move {
                while connection.write_all(b" ").await.is_ok() {
                    sleep(Duration::from_millis(50)).await;
                }
            })
        })
        .collect();
    let waited = served(&server).await;
    assert!(waited < Duration::from_secs(3), "{waited:?}");
    dripping.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn evicts_unread_responses_after_two_seconds() {
    let many = many_large_responses();
    let (server, _connections) = full(&[&many, &many]).await;
    let waited = served(&server).await;
    assert!(waited < Duration::from_secs(4), "{waited:?}");
}

#[tokio::test]
async fn evicts_incomplete_requests_before_unread_responses() {
    let many = many_large_responses();
    let (server, mut connections) = full(&[&many, HALF_BODY, HALF_HEADERS]).await;
    sleep(Duration::from_millis(2_600)).await;
    served(&server).await;
    let response = rest(&mut connections[1]).await;
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    // The new connection has ended, so that there is room for another one.
    served(&server).await;
    let mut first = connections.swap_remove(0);
    let responses = rest(&mut first).await;
    assert_eq!(responses.matches("HTTP/1.1 200 OK").count(), 21);
}

/// The server only waits to discard the rest of a body that it does not need.
#[tokio::test]
async fn evicts_connections_that_were_answered_from_their_headers_at_once() {
    let get = "GET /ping HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n";
    let (server, mut connections) = full(&[get, get, get]).await;
    let waited = served(&server).await;
    assert!(waited < Duration::from_secs(1), "{waited:?}");
    let response = rest(&mut connections[2]).await;
    assert!(response.contains("\r\nconnection: close\r\n"), "{response}");
    assert!(response.ends_with(PONG), "{response}");
}

/// Room for many connections, of which an address may have two.
async fn two_per_address() -> Running {
    Running::start(per_address(2)).await
}

fn per_address(connections: u32) -> Limits {
    Limits {
        per_address: NonZeroU32::new(connections),
        ..limits()
    }
}

#[tokio::test]
async fn an_address_at_its_limit_loses_its_own_idle_connections() {
    let server = two_per_address().await;
    let mut other = from("127.0.1.1", &server, "").await;
    sleep(Duration::from_millis(1_600)).await; // older than any other one
    let mut first = server.kept().await;
    let mut second = server.kept().await;
    let mut third = server.kept().await;
    assert_eq!(rest(&mut first).await, "");
    for connection in [&mut other, &mut second, &mut third] {
        connection.write_all(LAST_PING.as_bytes()).await.unwrap();
        assert!(rest(connection).await.ends_with(PONG));
    }
}

#[tokio::test]
async fn an_address_at_its_limit_loses_its_own_incomplete_requests_at_once() {
    let server = two_per_address().await;
    let mut other = from("127.0.1.1", &server, HALF_BODY).await;
    let _begun = [
        server.sent(HALF_BODY).await,
        server.sent(HALF_HEADERS).await,
    ];
    assert!(served(&server).await < Duration::from_secs(1));
    other.write_all(b"{\"ttl\":0}").await.unwrap();
    assert!(answer(&mut other).await.starts_with("HTTP/1.1 400 "));
}

/// Both requests of the address wait for an authorization webhook that does not respond.
#[tokio::test]
async fn an_address_at_its_limit_with_busy_connections_delays_no_other() {
    let webhook = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", webhook.local_addr().unwrap());
    let app = TestApp::told(&[("AUTHORIZE_URL", &url)]).app();
    let server = Running::start_app(app, per_address(2)).await;
    let token = "GET /access_token?channel=test HTTP/1.1\r\nHost: test\r\n\r\n";
    let _busy = [server.sent(token).await, server.sent(token).await];
    let _waiting = webhook.accept().await.unwrap();
    let mut rejected = server.connect().await;
    let start = Instant::now();
    let mut other = from("127.0.1.1", &server, LAST_PING).await;
    assert!(rest(&mut other).await.ends_with(PONG));
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(rest(&mut rejected).await, "");
}

#[tokio::test]
async fn connections_that_have_ended_do_not_count_for_their_address() {
    let server = two_per_address().await;
    for _ in 0..20 {
        served(&server).await;
    }
    let mut both = [server.kept().await, server.kept().await];
    for connection in &mut both {
        connection.write_all(LAST_PING.as_bytes()).await.unwrap();
        assert!(rest(connection).await.ends_with(PONG));
    }
}

#[tokio::test]
async fn incomplete_requests_do_not_delay_the_shutdown() {
    let server = Running::start(Limits {
        drain: Duration::from_hours(1),
        ..limits()
    })
    .await;
    let mut headers = server.sent(HALF_HEADERS).await;
    let mut bodies = [server.sent(HALF_BODY).await, server.sent(HALF_CHUNKS).await];
    server.kept().await; // by now the others are read
    let start = Instant::now();
    server.stop().await;
    assert!(
        start.elapsed() < Duration::from_secs(4),
        "{:?}",
        start.elapsed()
    );
    let error = "the head of the request did not arrive in time";
    is_error(&rest(&mut headers).await, "408 Request Timeout", error);
    for connection in &mut bodies {
        let response = rest(connection).await;
        assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    }
}

/// The grace period is a second.
#[tokio::test]
async fn a_body_that_arrives_after_the_shutdown_began_is_still_read() {
    let server = Running::start(limits()).await;
    let mut begun = server.sent(HALF_BODY).await;
    server.kept().await;
    let stopped = tokio::spawn(server.stop());
    sleep(Duration::from_millis(200)).await;
    begun.write_all(b"{\"ttl\":0}").await.unwrap();
    let response = rest(&mut begun).await;
    assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    stopped.await.unwrap();
}

//! A full server closes connections without a complete request for new ones, first those of addresses above their share.
//!
//! Upper bounds of times lie far above what a loaded machine needs, and below the timeouts of a server without eviction.

use std::num::NonZeroU32;
use std::time::Duration;

use agora_token_server::config::MetricsAccess;
use agora_token_server::http::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use crate::serve::{LAST_PING, PING, PONG, Running, answer, is_error, limits, rest};
use crate::support::{METRICS_KEY, TestApp};

const HALF_HEADERS: &str = "POST /v1/tokens HTTP/1.1\r\nHost: te";
const HALF_BODY: &str = "POST /v1/tokens HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n";
const HALF_CHUNKS: &str =
    "POST /v1/tokens HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a";

/// Time after which a body is rejected anyway.
const BODY_TIMEOUT: Duration = Duration::from_secs(9);

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

/// Sends a request on a new connection and returns when its response has arrived.
async fn served(server: &Running) {
    let mut new = server.sent(LAST_PING).await;
    assert!(rest(&mut new).await.ends_with(PONG));
}

/// Sends a last request and expects its response.
async fn still_works(connection: &mut TcpStream) {
    connection.write_all(LAST_PING.as_bytes()).await.unwrap();
    assert!(rest(connection).await.ends_with(PONG));
}

#[tokio::test]
async fn evicts_incomplete_bodies_after_a_second() {
    for half in [HALF_BODY, HALF_CHUNKS] {
        let start = Instant::now();
        let (server, mut connections) = full(&[half, half]).await;
        served(&server).await;
        let waited = start.elapsed();
        assert!(waited >= Duration::from_secs(1), "{waited:?}");
        assert!(waited < BODY_TIMEOUT, "{waited:?}");
        let response = rest(&mut connections[0]).await;
        assert!(
            response.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
            "{response}"
        );
        let error = "the request body did not arrive in time: within 10 s, or earlier while the server is full, overloaded or stopping";
        assert!(
            response.contains(&format!(
                "\"code\":\"body_too_slow\",\"detail\":\"{error}\""
            )),
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
    let start = Instant::now();
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
    served(&server).await;
    assert!(start.elapsed() < BODY_TIMEOUT, "{:?}", start.elapsed());
    dripping.iter().for_each(tokio::task::JoinHandle::abort);
}

/// The responses would be sent for an hour.
#[tokio::test]
async fn evicts_unread_responses_after_two_seconds() {
    let many = many_large_responses();
    let start = Instant::now();
    let (server, _connections) = full(&[&many, &many]).await;
    served(&server).await;
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(2), "{waited:?}");
}

#[tokio::test]
async fn evicts_incomplete_requests_before_unread_responses() {
    let many = many_large_responses();
    let (server, mut connections) = full(&[&many, HALF_BODY]).await;
    sleep(Duration::from_millis(2_600)).await;
    served(&server).await;
    let response = rest(&mut connections[1]).await;
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    let responses = rest(&mut connections[0]).await;
    assert_eq!(responses.matches("HTTP/1.1 200 OK").count(), 21);
}

/// The server only waits up to two seconds to discard the rest of a body that it does not need.
#[tokio::test]
async fn evicts_connections_that_were_answered_from_their_headers_at_once() {
    let get = "GET /ping HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n";
    let (server, mut connections) = full(&[get, get, get]).await;
    let start = Instant::now();
    served(&server).await;
    let waited = start.elapsed();
    assert!(waited < Duration::from_secs(2), "{waited:?}");
    let response = rest(&mut connections[2]).await;
    assert!(response.contains("\r\nconnection: close\r\n"), "{response}");
    assert!(response.ends_with(PONG), "{response}");
}

/// Room for so many connections, of which the share of an address is so many.
fn shared(connections: u32, per_address: u32) -> Limits {
    Limits {
        connections,
        per_address: NonZeroU32::new(per_address),
        ..limits()
    }
}

/// As through a proxy that is not declared: all clients connect from one address.
#[tokio::test]
async fn an_address_above_its_share_loses_nothing_while_there_are_free_slots() {
    let server = Running::start(shared(64, 16)).await;
    let mut idle = server.kept().await;
    let mut connections = Vec::new();
    for _ in 0..40 {
        connections.push(server.sent(HALF_BODY).await);
    }
    sleep(Duration::from_millis(1_500)).await;
    for connection in &mut connections {
        connection.write_all(b"{\"ttl\":0}").await.unwrap();
        let response = answer(connection).await;
        assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    }
    still_works(&mut idle).await;
}

/// A full server closes a fresh request of the largest address rather than the oldest idle connection of another one.
#[tokio::test]
async fn a_full_server_evicts_connections_of_addresses_above_their_share_first() {
    let server = Running::start(shared(4, 1)).await;
    let mut other = from("127.0.1.1", &server, PING).await;
    assert!(answer(&mut other).await.ends_with(PONG));
    sleep(Duration::from_millis(1_600)).await;
    let start = Instant::now();
    let mut begun = Vec::new();
    for half in [HALF_BODY, HALF_HEADERS, HALF_HEADERS] {
        begun.push(server.sent(half).await);
    }
    for address in ["127.0.1.2", "127.0.0.1", "127.0.1.3"] {
        let mut new = from(address, &server, LAST_PING).await;
        assert!(rest(&mut new).await.ends_with(PONG), "{address}");
    }
    assert!(start.elapsed() < BODY_TIMEOUT, "{:?}", start.elapsed());
    still_works(&mut other).await;
    let mut rejected = 0;
    for mut connection in begun {
        if let Ok(response) = timeout(Duration::from_millis(100), rest(&mut connection)).await {
            assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
            rejected += 1;
        }
    }
    assert!(rejected > 0);
}

#[tokio::test]
async fn an_address_above_its_share_loses_idle_connections_before_requests() {
    let server = Running::start(shared(3, 1)).await;
    let mut begun = server.sent(HALF_BODY).await;
    let mut first = server.kept().await;
    let mut second = server.kept().await;
    served(&server).await;
    assert_eq!(rest(&mut first).await, "");
    begun.write_all(b"{\"ttl\":0}").await.unwrap();
    assert!(answer(&mut begun).await.starts_with("HTTP/1.1 400 "));
    still_works(&mut second).await;
}

/// All requests of the address wait for an authorization webhook that does not respond.
#[tokio::test]
async fn a_busy_address_above_its_share_is_rejected_without_delaying_others() {
    let webhook = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", webhook.local_addr().unwrap());
    let app = TestApp::told(&[("AUTHORIZE_URL", &url)]);
    let app = app.metrics(MetricsAccess::Main(METRICS_KEY.parse().unwrap()));
    let server = Running::start_app(app.app(), shared(3, 1)).await;
    let mut idle = from("127.0.1.1", &server, PING).await;
    assert!(answer(&mut idle).await.ends_with(PONG));
    let token = "GET /access_token?channel=test HTTP/1.1\r\nHost: test\r\n\r\n";
    let mut busy = [server.sent(token).await, server.sent(token).await];
    let _first = webhook.accept().await.unwrap();
    let _second = webhook.accept().await.unwrap();
    let mut rejected = [server.connect().await, server.connect().await];
    for connection in &mut rejected {
        assert_eq!(rest(connection).await, "");
    }
    let metrics = app.metrics_text().await;
    assert!(
        metrics.contains("\nagora_connections_rejected_total 2\n"),
        "{metrics}"
    );
    still_works(&mut idle).await;
    let mut other = from("127.0.1.2", &server, LAST_PING).await;
    assert!(rest(&mut other).await.ends_with(PONG));
    for connection in &mut busy {
        let response = answer(connection).await;
        assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
    }
}

#[tokio::test]
async fn a_busy_address_does_not_evict_new_connections_of_a_quieter_one() {
    let server = Running::start(Limits {
        connections: 4,
        ..limits()
    })
    .await;
    let mut busy = Vec::new();
    for _ in 0..3 {
        busy.push(from("127.0.1.1", &server, HALF_HEADERS).await);
    }
    let mut quiet = from("127.0.2.1", &server, "").await;
    busy.push(from("127.0.1.1", &server, HALF_HEADERS).await);
    sleep(Duration::from_millis(300)).await;
    still_works(&mut quiet).await;
}

#[tokio::test]
async fn new_connections_of_a_busy_address_take_the_places_of_its_older_ones_at_once() {
    let server = Running::start(Limits {
        connections: 8,
        per_address: NonZeroU32::new(2),
        ..limits()
    })
    .await;
    let mut busy = Vec::new();
    for _ in 0..8 {
        busy.push(from("127.0.1.1", &server, HALF_HEADERS).await);
    }
    sleep(Duration::from_millis(300)).await;
    let start = Instant::now();
    for _ in 0..40 {
        busy.push(from("127.0.1.1", &server, HALF_HEADERS).await);
    }
    let mut quiet = from("127.0.2.1", &server, LAST_PING).await;
    assert!(rest(&mut quiet).await.ends_with(PONG));
    let waited = start.elapsed();
    assert!(waited < Duration::from_secs(2), "{waited:?}"); // a tenth of a second for each would be four
}

/// Keeps a connection fresh: completes a request and begins the next one four times a second, until it is closed.
async fn stay_fresh(mut connection: TcpStream) {
    let mut responses = [0; 4096];
    loop {
        sleep(Duration::from_millis(250)).await;
        let next = "ET /ping HTTP/1.1\r\nHost: test\r\n\r\nG";
        if connection.write_all(next.as_bytes()).await.is_err() {
            return;
        }
        match connection.read(&mut responses).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

#[tokio::test]
async fn addresses_below_their_share_cannot_keep_a_full_server_by_beginning_requests() {
    let server = Running::start(Limits {
        connections: 8,
        per_address: NonZeroU32::new(2),
        ..limits()
    })
    .await;
    for number in 1..=8 {
        let address = format!("127.0.1.{}", number % 4 + 1);
        tokio::spawn(stay_fresh(from(&address, &server, "G").await));
    }
    for _ in 0..5 {
        let mut good = from("127.0.2.1", &server, LAST_PING).await;
        let response = timeout(Duration::from_secs(5), rest(&mut good)).await;
        assert!(response.expect("a response").ends_with(PONG));
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
    assert!(start.elapsed() < BODY_TIMEOUT, "{:?}", start.elapsed());
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
    sleep(Duration::from_millis(50)).await;
    begun.write_all(b"{\"ttl\":0}").await.unwrap();
    let response = rest(&mut begun).await;
    assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    stopped.await.unwrap();
}

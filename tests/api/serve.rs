//! Connections over real sockets: how long each may take over what, how many there are, and how they end. Clocks are
//! short, so that the tests are.

use std::time::Duration;

use agora_token_server::http::{App, Limits, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use crate::support::TestApp;

pub(crate) const PING: &str = "GET /ping HTTP/1.1\r\nHost: test\r\n\r\n";
pub(crate) const LAST_PING: &str = "GET /ping HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
pub(crate) const PONG: &str = r#"{"message":"pong"}"#;

/// Long enough for a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(20);

/// No clock of these ends before a test does.
pub(crate) fn limits() -> Limits {
    let long = Duration::from_hours(1);
    Limits {
        head: long,
        idle: long,
        answer: long,
        settle: Duration::from_millis(10),
        ..Limits::of(100)
    }
}

pub(crate) struct Running {
    pub(crate) address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(limits: Limits) -> Self {
        Self::start_app(TestApp::new().app(), limits).await
    }

    pub(crate) async fn start_app(app: App, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        Self {
            address,
            stop,
            served: tokio::spawn(serve(listener, app, limits, stopped)),
        }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection that has sent this.
    pub(crate) async fn sent(&self, text: &str) -> TcpStream {
        let mut connection = self.connect().await;
        connection.write_all(text.as_bytes()).await.unwrap();
        connection
    }

    /// A connection that was answered, and may be used again.
    pub(crate) async fn kept(&self) -> TcpStream {
        let mut connection = self.sent(PING).await;
        assert!(answer(&mut connection).await.ends_with(PONG));
        connection
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        timeout(PATIENCE, self.served).await.unwrap().unwrap();
    }
}

/// All that comes until the connection ends.
pub(crate) async fn rest(connection: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    let end = timeout(PATIENCE, connection.read_to_end(&mut rest)).await;
    end.expect("an open connection")
        .expect("an end without a reset");
    String::from_utf8(rest).unwrap()
}

/// One answer whose body is JSON without a closing brace in it.
pub(crate) async fn answer(connection: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let byte = timeout(PATIENCE, connection.read_u8()).await;
        answer.push(byte.expect("an answer").expect("an open connection"));
    }
    String::from_utf8(answer).unwrap()
}

#[track_caller]
pub(crate) fn is_error(answer: &str, status: &str, error: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    assert!(
        head.starts_with(&format!("HTTP/1.1 {status}\r\n")),
        "{answer}"
    );
    assert!(head.contains("\r\nconnection: close"), "{answer}");
    assert!(head.contains("\r\ndate: "), "{answer}");
    assert_eq!(body, format!("{{\"error\":\"{error}\"}}"));
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed_when_its_time_is_over() {
    let idle = Duration::from_millis(400);
    let server = Running::start(Limits { idle, ..limits() }).await;
    let start = Instant::now();
    let mut silent = server.connect().await;
    let mut kept = server.kept().await;
    assert_eq!(rest(&mut silent).await, "");
    assert!(start.elapsed() >= idle);
    assert_eq!(rest(&mut kept).await, "");
    assert!(start.elapsed() < 5 * idle, "{:?}", start.elapsed());
}

#[tokio::test]
async fn each_request_begins_the_time_between_requests_anew() {
    let idle = Duration::from_millis(400);
    let server = Running::start(Limits { idle, ..limits() }).await;
    let start = Instant::now();
    let mut connection = server.kept().await;
    while start.elapsed() < 3 * idle {
        tokio::time::sleep(idle / 4).await;
        connection.write_all(PING.as_bytes()).await.unwrap();
        answer(&mut connection).await;
    }
    let last = Instant::now();
    assert_eq!(rest(&mut connection).await, "");
    assert!(last.elapsed() >= idle * 9 / 10, "{:?}", last.elapsed());
}

/// By then it has given its buffers back.
#[tokio::test]
async fn a_connection_that_was_idle_for_a_while_answers_as_before() {
    let server = Running::start(limits()).await;
    let mut kept = server.kept().await;
    let mut new = server.connect().await;
    tokio::time::sleep(Duration::from_millis(1_600)).await;
    for connection in [&mut kept, &mut new] {
        for request in [PING, LAST_PING] {
            connection.write_all(request.as_bytes()).await.unwrap();
            assert!(answer(connection).await.ends_with(PONG));
        }
        assert_eq!(rest(connection).await, "");
    }
}

#[tokio::test]
async fn a_head_that_drips_is_a_408_when_its_time_is_over() {
    let head = Duration::from_millis(400);
    let server = Running::start(Limits { head, ..limits() }).await;
    let start = Instant::now();
    let (mut reader, mut writer) = server
        .sent("GET /ping HTTP/1.1\r\nX-A: ")
        .await
        .into_split();
    let dripping = tokio::spawn(async move {
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(head / 20).await;
        }
    });
    let mut answer = String::new();
    let read = timeout(PATIENCE, reader.read_to_string(&mut answer)).await;
    read.unwrap().unwrap();
    assert!(start.elapsed() >= head);
    assert!(start.elapsed() < 5 * head, "{:?}", start.elapsed());
    let error = "the head of the request did not arrive in time";
    is_error(&answer, "408 Request Timeout", error);
    dripping.abort();
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answers_is_closed() {
    let answer = Duration::from_millis(400);
    let server = Running::start(Limits { answer, ..limits() }).await;
    let request = "GET /openapi.json HTTP/1.1\r\nHost: test\r\n\r\n";
    let mut greedy = server.sent(&request.repeat(200)).await;
    tokio::time::sleep(2 * answer).await;
    let mut bytes = Vec::new();
    let _ = timeout(PATIENCE, greedy.read_to_end(&mut bytes))
        .await
        .unwrap();
    let answers = String::from_utf8_lossy(&bytes)
        .matches("HTTP/1.1 200 OK")
        .count();
    assert!(answers < 200);
    assert!(server.kept().await.peer_addr().is_ok());
}

#[tokio::test]
async fn for_a_new_connection_beyond_the_most_one_that_is_long_without_a_request_is_closed() {
    let connections = 3;
    let server = Running::start(Limits {
        connections,
        ..limits()
    })
    .await;
    let mut begun = server.sent("GET /ping HTTP/1.1\r\n").await;
    let mut kept = server.kept().await;
    let mut silent = server.connect().await;
    tokio::time::sleep(Duration::from_millis(1_600)).await; // nobody's first request takes as long
    let mut new = server.kept().await;
    assert_eq!(rest(&mut silent).await, "");
    // Now the longest idle of those that had a request.
    let mut newer = server.kept().await;
    assert_eq!(rest(&mut kept).await, "");
    begun.write_all(b"Host: test\r\n\r\n").await.unwrap();
    for connection in [&mut begun, &mut new, &mut newer] {
        connection.write_all(LAST_PING.as_bytes()).await.unwrap();
        assert!(rest(connection).await.ends_with(PONG));
    }
}

#[tokio::test]
async fn a_client_that_has_just_connected_is_not_closed_for_the_next_one() {
    let connections = 16; // two at once make room
    let server = Running::start(Limits {
        connections,
        ..limits()
    })
    .await;
    let mut begun = Vec::new();
    for _ in 0..connections - 2 {
        begun.push(server.sent("GET").await);
    }
    let mut kept = server.kept().await;
    let mut connected = server.connect().await;
    let mut new = server.kept().await;
    assert_eq!(rest(&mut kept).await, "");
    for connection in [&mut connected, &mut new] {
        connection.write_all(LAST_PING.as_bytes()).await.unwrap();
        assert!(rest(connection).await.ends_with(PONG));
    }
}

#[tokio::test]
async fn among_clients_that_have_all_just_connected_the_first_makes_room() {
    let server = Running::start(Limits {
        connections: 3,
        ..limits()
    })
    .await;
    let start = Instant::now();
    let mut first = server.connect().await;
    let mut others = [server.connect().await, server.connect().await];
    let mut new = server.sent(LAST_PING).await;
    assert!(rest(&mut new).await.ends_with(PONG));
    assert_eq!(rest(&mut first).await, "");
    assert!(start.elapsed() < Duration::from_secs(1));
    for connection in &mut others {
        connection.write_all(LAST_PING.as_bytes()).await.unwrap();
        assert!(rest(connection).await.ends_with(PONG));
    }
}

#[tokio::test]
async fn a_new_connection_waits_while_all_others_have_begun_a_request() {
    let head = Duration::from_millis(400);
    let server = Running::start(Limits {
        connections: 2,
        head,
        ..limits()
    })
    .await;
    let start = Instant::now();
    let _begun = [server.sent("GET").await, server.sent("GET").await];
    let mut new = server.sent(LAST_PING).await;
    assert!(rest(&mut new).await.ends_with(PONG));
    assert!(start.elapsed() >= head);
}

#[tokio::test]
async fn heads_that_do_not_come_to_their_end_make_room_after_a_second() {
    let server = Running::start(Limits {
        connections: 2,
        head: Duration::from_secs(10),
        ..limits()
    })
    .await;
    let start = Instant::now();
    let mut begun = [server.sent("GET").await, server.sent("GET").await];
    let mut new = server.sent(LAST_PING).await;
    assert!(rest(&mut new).await.ends_with(PONG));
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(1), "{waited:?}");
    assert!(waited < Duration::from_secs(3), "{waited:?}");
    let said = rest(&mut begun[0]).await;
    assert!(
        said.ends_with(r#"{"error":"the head of the request did not arrive in time"}"#),
        "{said}"
    );
}

#[tokio::test]
async fn a_handler_that_panics_is_a_500_in_the_shape_of_its_url_and_everything_goes_on() {
    let server = Running::start_app(TestApp::new().panicking_app(), limits()).await;
    let mut connection = server.kept().await;
    let error = "something is broken in this server; its log says where";
    for (target, body) in [
        (
            "/access_token?channel=test",
            format!("{{\"error\":\"{error}\"}}"),
        ),
        (
            "/api/generate-agora-token?channel=test&uid=1",
            format!("{{\"error\":\"Failed to generate Agora token\",\"details\":\"{error}\"}}"),
        ),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: test\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let answer = answer(&mut connection).await;
        assert!(
            answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n"),
            "{answer}"
        );
        assert!(
            answer.contains("\r\naccess-control-allow-origin: *\r\n"),
            "{answer}"
        );
        assert!(answer.ends_with(&body), "{answer}");
    }
    server.kept().await;
    connection.write_all(LAST_PING.as_bytes()).await.unwrap();
    assert!(rest(&mut connection).await.ends_with(PONG));
}

#[tokio::test]
async fn a_client_that_has_said_all_still_gets_its_answer() {
    let server = Running::start(limits()).await;
    let mut connection = server.sent(PING).await;
    connection.shutdown().await.unwrap();
    assert!(rest(&mut connection).await.ends_with(PONG));
}

#[tokio::test]
async fn requests_that_come_at_once_are_answered_in_their_order() {
    let server = Running::start(limits()).await;
    let post = "POST /v1/tokens HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nGET GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n";
    for size in [1, 7, 4096] {
        let mut connection = server.connect().await;
        connection.set_nodelay(true).unwrap();
        let text = format!("{PING}\r\n{post}{post}{LAST_PING}");
        for part in text.as_bytes().chunks(size) {
            connection.write_all(part).await.unwrap();
        }
        let answers = rest(&mut connection).await;
        let statuses: Vec<&str> = answers
            .split("HTTP/1.1 ")
            .skip(1)
            .map(|rest| &rest[..3])
            .collect();
        assert_eq!(statuses.join(" "), "200 400 200 400 200 200");
    }
}

#[tokio::test]
async fn the_end_closes_connections_without_a_request_and_waits_for_a_begun_one() {
    let server = Running::start(limits()).await;
    let mut silent = server.connect().await;
    let mut kept = server.kept().await;
    let mut begun = server.sent("GET /ping HTTP/1.1\r\n").await;
    server.kept().await; // by now the others are read
    let ended = tokio::spawn(server.stop());
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(rest(&mut kept).await, "");
    assert!(!ended.is_finished());
    begun.write_all(b"Host: test\r\n\r\n").await.unwrap();
    let answer = rest(&mut begun).await;
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(answer.ends_with(PONG), "{answer}");
    ended.await.unwrap();
}

#[tokio::test]
async fn a_request_that_never_ends_holds_the_end_up_until_its_deadline() {
    let drain = Duration::from_millis(500);
    let server = Running::start(Limits { drain, ..limits() }).await;
    let _endless = server.sent("GET / HTTP/1.1\r\nHos").await;
    server.kept().await;
    let start = Instant::now();
    server.stop().await;
    assert!(start.elapsed() >= drain);
    assert!(start.elapsed() < 8 * drain, "{:?}", start.elapsed());
}

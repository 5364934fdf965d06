//! The authorization webhook when it fails, is slow or closes its connections.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agora_token_server::token::v005;
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::iter;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, advance, pause, resume, timeout};

use super::server::Server;
use super::{alice, alice_with, get_as, hs256, with_secret};
use crate::support::{Answer, NOW, TestApp};

const TARGET: &str = "/v1/tokens?channel=test&uid=1234";
const TARGET_OF_CALLER: &str = "/v1/tokens?channel=test";
const UNAVAILABLE: &str = "the authorization webhook is unavailable; try again later";

fn asking(url: &str) -> TestApp {
    TestApp::told(&[("AUTHORIZE_URL", url)])
}

#[track_caller]
fn is_unavailable(answer: &Answer) {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (answer.status.as_u16(), &body["code"], &body["detail"]),
        (
            503,
            &"authorization_unavailable".into(),
            &UNAVAILABLE.into()
        )
    );
    assert_eq!(answer.header("retry-after"), Some("2"));
    assert_eq!(
        answer.header("access-control-expose-headers"),
        Some("retry-after, x-request-id")
    );
}

/// A server that sends the same bytes to each request, then closes the connection without announcing it.
struct Closing {
    address: SocketAddr,
    response: Arc<Mutex<&'static str>>,
    requests: Arc<AtomicUsize>,
}

impl Closing {
    async fn start(response: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let response = Arc::new(Mutex::new(response));
        let requests = Arc::new(AtomicUsize::new(0));
        let (current, count) = (Arc::clone(&response), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let response = *current.lock().unwrap();
                let count = Arc::clone(&count);
                tokio::spawn(async move {
                    if respond(connection, response).await {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        Self {
            address,
            response,
            requests,
        }
    }

    fn app(&self) -> TestApp {
        asking(&format!("http://{}/authorize", self.address))
    }
}

/// Responds to one request; whether there was one.
async fn respond(mut connection: TcpStream, response: &str) -> bool {
    let mut request = Vec::new();
    while !request.ends_with(b"]}}") {
        match connection.read_buf(&mut request).await {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    let _ = connection.write_all(response.as_bytes()).await; // the client may have gone
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retries_when_an_idle_connection_turns_out_to_be_closed() {
    let server = Closing::start("HTTP/1.1 204 No Content\r\n\r\n").await;
    let app = Arc::new(server.app());
    let statuses = iter(0..1000).map(|_| {
        let app = Arc::clone(&app);
        tokio::spawn(async move { app.get(TARGET).await.status.as_u16() })
    });
    let statuses: Vec<_> = statuses.buffer_unordered(16).collect().await;
    let failed = statuses
        .into_iter()
        .filter(|status| *status.as_ref().unwrap() != 200);
    assert_eq!(failed.count(), 0);
}

#[tokio::test]
async fn tries_twice_at_most_when_connections_are_closed_without_a_response() {
    let server = Closing::start("").await;
    is_unavailable(&server.app().get(TARGET).await);
    assert_eq!(server.requests.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn issues_tokens_only_for_204_or_a_complete_200_with_json() {
    for (response, is_allowed) in [
        ("204 No Content\r\n\r\n", true),
        ("204 No Content\r\nContent-Length: 0\r\n\r\n", true),
        ("200 OK\r\nContent-Length: 2\r\n\r\n{}", true),
        (
            "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            true,
        ),
        ("200 OK\r\nContent-Length: 10\r\n\r\n{\"ttl\":60}", true),
        // These may be incomplete.
        ("200 OK\r\n\r\n", false),
        ("200 OK\r\n\r\n{}", false),
        ("200 OK\r\nConnection: close\r\n\r\n{}", false),
        (
            "200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n{}",
            false,
        ),
        // These are not.
        ("200 OK\r\nContent-Length: 3\r\n\r\n{}", false),
        (
            "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
            false,
        ),
        ("200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}", false),
        ("200 OK\r\n", false),
        // These have no JSON.
        ("200 OK\r\nContent-Length: 0\r\n\r\n", false),
        ("200 OK\r\nContent-Length: 1\r\n\r\n ", false),
        (
            "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            false,
        ),
        // Other statuses mean something else.
        ("201 Created\r\nContent-Length: 2\r\n\r\n{}", false),
        ("202 Accepted\r\nContent-Length: 0\r\n\r\n", false),
        ("205 Reset Content\r\nContent-Length: 0\r\n\r\n", false),
        ("206 Partial Content\r\nContent-Length: 2\r\n\r\n{}", false),
    ] {
        let response: &str = format!("HTTP/1.1 {response}").leak();
        let answer = Closing::start(response).await.app().get(TARGET).await;
        if is_allowed {
            assert_eq!(answer.status, 200, "{response}: {}", answer.body);
        } else {
            assert_eq!(answer.status, 503, "{response}: {}", answer.body);
            is_unavailable(&answer);
        }
    }
}

#[tokio::test]
async fn makes_64_calls_at_once_and_rejects_what_waits_too_long() {
    let server = Server::start().await;
    let app = asking(&server.url("/authorize"));
    server.answers(204, "");
    server.holds();
    let rejected = AtomicUsize::new(0);
    let answers = join_all((0..400).map(|_| async {
        let answer = app.get(TARGET).await;
        if answer.status == 200 {
            return;
        }
        is_unavailable(&answer);
        if rejected.fetch_add(1, Ordering::Relaxed) == 400 - 64 - 1 {
            assert_eq!(server.count(), 64);
            server.releases();
        }
    }));
    answers.await;
    assert_eq!(rejected.into_inner(), 400 - 64);
    assert_eq!(app.get(TARGET).await.status, 200);
}

#[tokio::test]
async fn stops_calling_a_webhook_without_responses_for_two_seconds() {
    let server = Closing::start("").await;
    let app = server.app();
    for _ in 0..4 {
        is_unavailable(&app.get(TARGET).await);
    }
    let before = Instant::now();
    is_unavailable(&app.get(TARGET).await);
    pause(); // rejected requests wait for nothing
    let after = Instant::now();
    let calls = || server.requests.load(Ordering::Relaxed);
    *server.response.lock().unwrap() = "HTTP/1.1 204 No Content\r\n\r\n";
    for moment in [after, before + Duration::from_millis(1999)] {
        advance(moment.saturating_duration_since(Instant::now())).await;
        for _ in 0..10 {
            is_unavailable(&app.get(TARGET).await);
        }
        assert_eq!(calls(), 5 * 2); // each call is repeated once
    }
    advance(after + Duration::from_secs(2) - Instant::now()).await;
    resume();
    assert_eq!(app.get(TARGET).await.status, 200);
    assert_eq!(calls(), 5 * 2 + 1);
    assert_eq!(app.get(TARGET).await.status, 200);
}

/// Time passes whenever nothing but a timer is left to wait for.
#[tokio::test(start_paused = true)]
async fn stops_calling_a_webhook_whose_callers_give_up_after_500_ms() {
    let server = Server::start().await;
    server.holds();
    let app = asking(&server.url("/authorize"));
    for milliseconds in [400, 600] {
        for _ in 0..5 {
            let answer = timeout(Duration::from_millis(milliseconds), app.get(TARGET)).await;
            assert!(answer.is_err());
        }
    }
    let start = Instant::now();
    is_unavailable(&app.get(TARGET).await);
    assert_eq!(start.elapsed(), Duration::ZERO); // it was not called
    advance(Duration::from_secs(2)).await;
    resume();
    server.answers(204, "");
    server.releases();
    assert_eq!(app.get(TARGET).await.status, 200);
}

/// A caller whose request makes the webhook fail must not stop it for everyone.
#[tokio::test]
async fn goes_on_calling_a_webhook_that_responds_with_errors() {
    let server = Server::start().await;
    let app = asking(&server.url("/authorize"));
    let long = "x".repeat(20_000);
    for (status, body) in [(500, ""), (500, &long), (200, "yes"), (200, &long)] {
        server.answers(status, body);
        for _ in 0..10 {
            is_unavailable(&app.get(TARGET).await);
        }
    }
    server.answers(422, &long);
    for _ in 0..10 {
        let answer = app.get(TARGET).await;
        assert_eq!(answer.status, 403);
        assert!(
            answer.body.contains("the caller may not have this token"),
            "{}",
            answer.body
        );
    }
    assert_eq!(server.count(), 50);
    server.answers(204, "");
    assert_eq!(app.get(TARGET).await.status, 200);
}

#[tokio::test]
async fn a_user_without_responses_does_not_stop_calls_for_others() {
    let server = Closing::start("").await;
    let url = format!("http://{}/authorize", server.address);
    let app = with_secret(&[("AUTHORIZE_URL", &url)]);
    for _ in 0..20 {
        is_unavailable(&get_as(&app, &hs256(&alice()), TARGET_OF_CALLER).await);
    }
    *server.response.lock().unwrap() = "HTTP/1.1 204 No Content\r\n\r\n";
    let other = hs256(&alice_with(json!({ "sub": "8" })));
    assert_eq!(get_as(&app, &other, TARGET_OF_CALLER).await.status, 200);
}

#[tokio::test]
async fn a_005_key_that_the_webhook_allows_expires() {
    let server = Server::start().await;
    let app = asking(&server.url("/authorize"));
    let key = app.get("/channel_key?channel=test&uid=7").await.body;
    let question: Value = serde_json::from_str(&server.last().1).unwrap();
    assert_eq!(question["request"]["ttl"], 86_400);
    let key: Value = serde_json::from_str(&key).unwrap();
    let key = v005::Unverified::parse(key["channel_key"].as_str().unwrap()).unwrap();
    assert_eq!(key.message.ends_at.seconds(), NOW + 86_400);
}

#[tokio::test]
async fn goes_on_calling_a_webhook_that_denies() {
    let server = Server::start().await;
    let app = asking(&server.url("/authorize"));
    server.answers(403, "no");
    for _ in 0..20 {
        assert_eq!(app.get(TARGET).await.status, 403);
    }
    assert_eq!(server.count(), 20);
}

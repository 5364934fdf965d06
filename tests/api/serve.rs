//! The end of serving: what holds it up, and for how long.

use std::time::Duration;

use agora_token_server::http::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::support::TestApp;

/// Time is the runtime's own, and passes at once when everything waits.
#[tokio::test(start_paused = true)]
async fn a_request_that_never_ends_holds_the_end_up_for_25_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(serve(listener, TestApp::new().app(), async {
        stopped.await.unwrap();
    }));

    let mut endless = TcpStream::connect(address).await.unwrap();
    endless.write_all(b"GET / HTTP/1.1\r\nHos").await.unwrap();
    let mut other = TcpStream::connect(address).await.unwrap();
    other
        .write_all(b"GET /ping HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    other.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");

    let start = Instant::now();
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(25));
}

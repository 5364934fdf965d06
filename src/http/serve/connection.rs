//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::TcpStream;

use super::clocks::{Clocks, Phase, Progress};
use super::head::{self, HeadError, Last};
use super::socket::Socket;
use crate::http::app::App;

/// What the app is asked when there is no request that it could be asked: its answer is a refusal in any case.
const NO_REQUEST: &[u8] = b"- * HTTP/1.1\r\n\r\n";

/// Answers what comes on a connection until it ends.
pub(super) async fn run(app: &App, clocks: &Clocks, progress: &Progress, stream: TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps Nagle's algorithm");
    }
    let socket = Socket::new(stream, clocks, progress);
    let (mut socket, refused) = answer_all(app, clocks, progress, socket).await;
    if let Some(error) = refused {
        progress.is_last(Last::Refused(error));
        clocks.enter(progress, Phase::Lingering);
        let instead = socket.instead(NO_REQUEST);
        socket = answer_all(app, clocks, progress, instead).await.0;
    }
    if socket.is_owed_more() {
        clocks.enter(progress, Phase::Lingering);
        let mut discarded = pin!(socket.discard());
        poll_fn(|context| match discarded.as_mut().poll(context) {
            Poll::Pending if progress.too_long().is_none() => Poll::Pending,
            _ => Poll::Ready(()),
        })
        .await;
    }
}

/// Lets hyper answer requests until the connection ends, its time is over, or a head cannot be read.
async fn answer_all<'a>(
    app: &App,
    clocks: &'a Clocks,
    progress: &'a Progress,
    socket: Socket<'a>,
) -> (Socket<'a>, Option<HeadError>) {
    let service = service_fn(|request: Request<Incoming>| {
        clocks.enter(progress, Phase::Answering);
        answer(app, progress, request)
    });
    let mut http = http1::Builder::new()
        .half_close(true) // a client may have said all, and still wait for the answer
        .max_header_size(head::MAX_BYTES)
        .serve_connection(socket, service);
    let mut is_told = false;
    let too_long = poll_fn(|context| {
        progress.wakes(context);
        loop {
            if Pin::new(&mut http).poll(context).is_ready() {
                return Poll::Ready(None); // an error says what the client did, and cannot be told it
            }
            if let Some(phase) = progress.too_long() {
                return Poll::Ready(Some(phase));
            }
            if is_told || !clocks.is_draining() {
                return Poll::Pending;
            }
            is_told = true;
            Pin::new(&mut http).graceful_shutdown();
        }
    })
    .await;
    let socket = http.into_parts().io;
    let too_slow = (too_long == Some(Phase::Head)).then_some(HeadError::TooSlow);
    let refused = socket.refused().or(too_slow);
    (socket, refused)
}

async fn answer(
    app: &App,
    progress: &Progress,
    request: Request<Incoming>,
) -> Result<Response<axum::body::Body>, Infallible> {
    let mut response = app.answer(request, progress.fault()).await;
    if progress.last().is_some() {
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    progress.answered();
    Ok(response)
}

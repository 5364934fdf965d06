//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::TcpStream;

use super::clocks::{Clocks, Progress};
use super::head::{self, HeadError, Last};
use super::phase::Phase;
use super::request_body;
use super::socket::Socket;
use crate::http::app::App;
use crate::http::limit::Peer;

/// Replaces a request whose headers cannot be read, so that the app renders the error as it renders others.
const UNREADABLE: &[u8] = b"- * HTTP/1.1\r\n\r\n";

/// The same for a request with the method HEAD: its response has no body.
const UNREADABLE_HEAD: &[u8] = b"HEAD * HTTP/1.1\r\n\r\n";

/// Why hyper has a connection no longer.
enum End {
    /// Nothing has come for a while. It waits without hyper and its buffers, which are most of what it takes.
    Rest,
    /// It is over.
    Over,
    /// A head cannot be read, and its client should know.
    Refused(HeadError),
}

/// Answers what comes on a connection until it ends.
pub(super) async fn run(
    app: &App,
    clocks: &Clocks,
    progress: &Arc<Progress>,
    stream: TcpStream,
    peer: SocketAddr,
) {
    let peer = Peer(peer);
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps Nagle's algorithm");
    }
    let mut socket = Socket::new(stream, clocks, progress);
    loop {
        let is_over = || progress.too_long().is_some() || clocks.is_draining();
        if before(progress, is_over, socket.wait()).await != Some(true) {
            return;
        }
        let end;
        (socket, end) = answer_all(app, clocks, progress, socket, peer, None).await;
        match end {
            End::Rest => continue,
            End::Over => {}
            End::Refused(error) => {
                progress.is_last(Last::Refused(error));
                if error == HeadError::TooSlow {
                    progress.time_out();
                }
                clocks.enter(progress, Phase::Lingering);
                let request = if socket.is_head() {
                    UNREADABLE_HEAD
                } else {
                    UNREADABLE
                };
                let instead = socket.instead(request);
                let refusal = Some(error);
                socket = answer_all(app, clocks, progress, instead, peer, refusal)
                    .await
                    .0;
            }
        }
        break;
    }
    if socket.is_owed_more() {
        clocks.enter(progress, Phase::Lingering);
        before(progress, || progress.too_long().is_some(), socket.discard()).await;
    }
}

/// Waits for something until it is too late for it.
async fn before<T>(
    progress: &Progress,
    is_over: impl Fn() -> bool,
    something: impl Future<Output = T>,
) -> Option<T> {
    let mut something = pin!(something);
    poll_fn(|context| {
        progress.wakes(context);
        match something.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if is_over() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Lets hyper answer requests until the connection ends, its time is over, or a head cannot be read. A refusal is what
/// every one of them is answered with.
async fn answer_all<'a>(
    app: &App,
    clocks: &'a Clocks,
    progress: &'a Arc<Progress>,
    socket: Socket<'a>,
    peer: Peer,
    refusal: Option<HeadError>,
) -> (Socket<'a>, End) {
    let service = service_fn(|request: Request<Incoming>| {
        clocks.enter(progress, Phase::Answering);
        answer(app, clocks, progress, peer, request, refusal)
    });
    let mut http = http1::Builder::new()
        .half_close(true) // a client may have said all, and still wait for the answer
        .max_header_size(head::MAX_BYTES)
        .max_buf_size(head::MAX_BYTES) // its buffers would double beyond that
        .serve_connection(socket, service);
    let mut is_told = false;
    let end = poll_fn(|context| {
        loop {
            if Pin::new(&mut http).poll(context).is_ready() {
                return Poll::Ready(End::Over); // an error says what the client did, and cannot be told it
            }
            match progress.too_long() {
                Some(Phase::Head) => return Poll::Ready(End::Refused(HeadError::TooSlow)),
                Some(_) => return Poll::Ready(End::Over),
                None if progress.may_rest() => return Poll::Ready(End::Rest),
                None => {}
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
    let end = socket.refused().map_or(end, End::Refused);
    (socket, end)
}

async fn answer(
    app: &App,
    clocks: &Clocks,
    progress: &Arc<Progress>,
    peer: Peer,
    request: Request<Incoming>,
    refusal: Option<HeadError>,
) -> Result<Response<axum::body::Body>, Infallible> {
    let fault = progress.fault().or(refusal);
    let (parts, incoming) = request.into_parts();
    let mut request = Request::from_parts(parts, request_body::body(incoming, progress));
    let mut response = app.answer(&mut request, Some(peer), fault).await;
    if progress.last().is_some() || progress.lacks_body() {
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    clocks.enter(progress, Phase::Answered);
    Ok(response)
}

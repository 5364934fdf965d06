//! How other servers are asked: within limits, by TLS as the system trusts it, and without following anyone elsewhere.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use std::{io, iter};

use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use super::resolver::Resolver;

/// Idle connections of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pool {
    /// Idle connections are reused.
    Reuse,
    /// Each request opens a new connection.
    None,
}

/// Creates a client with a timeout for each request. Clients that share a resolver share its lookups and its limit.
pub(super) fn new(timeout: Duration, pool: Pool, resolver: &Arc<Resolver>) -> io::Result<Client> {
    let mut builder = Client::builder();
    if pool == Pool::None {
        builder = builder.pool_max_idle_per_host(0);
    }
    builder
        .dns_resolver(Arc::clone(resolver))
        .timeout(timeout)
        .redirect(Policy::none())
        .no_proxy()
        .user_agent(concat!(
            env!("CARGO_PKG_NAME"),
            "/",
            env!("CARGO_PKG_VERSION")
        ))
        .build()
        .map_err(|error| io::Error::other(format!("TLS cannot be set up: {}", chain(&error))))
}

/// The body of an answer, if it has no more than so many bytes.
pub(super) async fn body(mut response: Response, limit: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reason)? {
        if body.len() + chunk.len() > limit {
            return Err(format!("the answer has more than {limit} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Why a request failed, without its URL: a query may hold a secret.
pub(super) fn reason(error: reqwest::Error) -> String {
    chain(&error.without_url())
}

/// Returns whether the connection was closed before the response began. On an idle connection, the server closed it
/// before it received the request.
pub(super) fn was_closed(error: &reqwest::Error) -> bool {
    let is_closed = |cause: &(dyn Error + 'static)| {
        let of_http = cause.downcast_ref().is_some_and(|error: &hyper::Error| {
            error.is_incomplete_message() || error.is_canceled() || error.is_closed()
        });
        let of_system = cause.downcast_ref().map(io::Error::kind);
        of_http
            || matches!(
                of_system,
                Some(
                    io::ErrorKind::BrokenPipe
                        | io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::UnexpectedEof
                )
            )
    };
    !error.is_connect() && !error.is_timeout() && causes(error).any(is_closed)
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let texts: Vec<String> = causes(error).map(ToString::to_string).collect();
    texts.join(": ")
}

/// An error and its causes.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |error| (*error).source())
}

/// The most of another server's words that is repeated, in bytes.
const MAX_SAID: usize = 200;

/// Another server's words for a person to read: within one line, and not many of them.
pub(super) fn said(words: &impl ToString) -> String {
    let mut words = words.to_string();
    words.retain(|character| !character.is_control());
    words.truncate(words.floor_char_boundary(MAX_SAID));
    words
}

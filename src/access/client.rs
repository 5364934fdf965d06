//! How other servers are asked: within limits, by TLS as the system trusts it, and without following anyone elsewhere.

use std::io;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};

/// A client whose requests end within `patience`.
pub(super) fn new(patience: Duration) -> io::Result<Client> {
    Client::builder()
        .timeout(patience)
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

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.join(": ")
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

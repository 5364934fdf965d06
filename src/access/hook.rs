//! Asks the operator's own service about a token.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING};
use reqwest::{Client, Response};
use serde::{Deserialize, Deserializer, Serialize, de};
use tokio::time::{Instant, timeout_at};

use super::call_limit::CallLimit;
use super::circuit_breaker::{CircuitBreaker, CircuitOpen};
use super::client::Pool;
use super::error::Refusal;
use super::policy::cut;
use super::rank::Rank;
use super::resolver::Resolver;
use super::{Caller, client};
use crate::config;
use crate::issuer::{Bound, TokenRequest};
use crate::token::{Lifetime, TokenVersion, UnixTime};

/// How long an answer may take. A client waits for its token meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);

/// The most that is read of an answer.
const MAX_ANSWER: usize = 16 * 1024;

const HOW_TO_ALLOW: &str =
    "respond with 204, or with 200, a JSON object such as {} and its Content-Length";

#[derive(Debug)]
pub(super) struct Hook {
    config: config::Hook,
    client: Client,
    /// For the retry: opens a new connection for each request.
    unpooled: Client,
    limit: CallLimit,
    breaker: CircuitBreaker,
}

/// The decision of the webhook.
enum Verdict {
    Allowed {
        rank: Option<Rank>,
        longest: Option<Lifetime>,
    },
    Denied(String),
}

/// What the service is asked.
#[derive(Serialize)]
struct Question<'a> {
    caller: Asking<'a>,
    request: Asked<'a>,
}

#[derive(Serialize)]
struct Asking<'a> {
    kind: &'static str,
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Asked<'a> {
    version: TokenVersion,
    /// In seconds; null when the format's longest is asked for.
    ttl: Option<u32>,
    /// As in the answer of `/v1/tokens`: what the token would be bound to.
    services: Vec<Bound<'a>>,
}

/// What it may say beside yes. More than what was asked for is not given.
/// A name that is not known could be a misspelt no, of a name that stands there twice nobody knows which is meant, and a
/// null may be a role that was not found.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "an object")]
struct Lowered {
    #[serde(deserialize_with = "given")]
    role: Option<String>,
    #[serde(deserialize_with = "given")]
    ttl: Option<u64>,
}

/// What stands there, which is not nothing.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// What it may say beside no.
#[derive(Deserialize)]
struct Denied {
    message: String,
}

impl Hook {
    pub(super) fn new(config: config::Hook) -> io::Result<Self> {
        Self::with_resolver(config, Resolver::new())
    }

    fn with_resolver(config: config::Hook, resolver: Resolver) -> io::Result<Self> {
        let resolver = Arc::new(resolver);
        Ok(Self {
            config,
            client: client::new(PATIENCE, Pool::Reuse, &resolver)?,
            unpooled: client::new(PATIENCE, Pool::None, &resolver)?,
            limit: CallLimit::new(),
            breaker: CircuitBreaker::default(),
        })
    }

    /// Leaves of a request what the service does.
    pub(super) async fn ask(
        &self,
        caller: &Caller,
        request: &mut TokenRequest,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        match self.verdict(caller, request, now).await? {
            Verdict::Denied(message) => Err(Refusal::Denied(message)),
            Verdict::Allowed { rank, longest } => {
                if let Some(rank) = rank {
                    rank.lower(request)?;
                }
                if let Some(longest) = longest {
                    cut(request, longest);
                }
                Ok(())
            }
        }
    }

    /// Calls the webhook, unless the circuit is open or the call limit is reached.
    async fn verdict(
        &self,
        caller: &Caller,
        request: &TokenRequest,
        now: UnixTime,
    ) -> Result<Verdict, Refusal> {
        if self.breaker.is_open(Instant::now()) {
            return Err(Refusal::Unavailable); // without waiting for a call to end
        }
        let user = match caller {
            Caller::User(user) => Some(user.name()),
            Caller::Anonymous | Caller::Key(_) => None,
        };
        let permit = self.limit.acquire(user).await;
        let _permit = permit.map_err(|busy| {
            tracing::warn!(reason = %busy, "webhook call rejected");
            Refusal::Unavailable
        })?;
        let call = self.breaker.begin(user, Instant::now());
        let call = call.map_err(|CircuitOpen| Refusal::Unavailable)?;
        let question = question(caller, request, now);
        let deadline = Instant::now() + PATIENCE;
        let late = || format!("no complete response within {} s", PATIENCE.as_secs());
        let response = timeout_at(deadline, self.call(question)).await;
        let verdict = match response.unwrap_or_else(|_| Err(late())) {
            Ok(response) => {
                // Whatever follows: a request that makes the webhook respond with an error affects its own caller alone.
                call.succeeded();
                let verdict = timeout_at(deadline, verdict(response)).await;
                verdict.unwrap_or_else(|_| Err(late()))
            }
            Err(reason) => {
                call.failed(Instant::now());
                Err(reason)
            }
        };
        verdict.map_err(|reason| {
            tracing::warn!(%reason, "webhook call failed");
            Refusal::Unavailable
        })
    }

    /// Sends the question. Returns the response without its body.
    async fn call(&self, question: Bytes) -> Result<Response, String> {
        let mut sent = self.post(&self.client, question.clone()).await;
        if sent.as_ref().is_err_and(client::was_closed) {
            // The webhook may close an idle connection just when a request is sent on it. A call changes nothing there.
            sent = self.post(&self.unpooled, question).await;
        }
        sent.map_err(client::reason)
    }

    async fn post(&self, client: &Client, question: Bytes) -> reqwest::Result<Response> {
        let mut post = client
            .post(self.config.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(question);
        if let Some(token) = &self.config.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
                .expect("visible ASCII, as the configuration wants it");
            value.set_sensitive(true);
            post = post.header(AUTHORIZATION, value);
        }
        post.send().await
    }
}

/// Returns the body of a call. Both attempts share it.
fn question(caller: &Caller, request: &TokenRequest, now: UnixTime) -> Bytes {
    let question = Question {
        caller: Asking {
            kind: caller.kind(),
            name: caller.name(),
        },
        request: Asked {
            version: request.version(),
            ttl: request.lifetime.map(Lifetime::seconds),
            services: request.bound(now),
        },
    };
    let question = serde_json::to_string(&question).expect("texts and numbers under names");
    question.into()
}

/// Parses a response. Any response except 204, 200 with JSON, and 4xx is an error.
async fn verdict(response: Response) -> Result<Verdict, String> {
    let status = response.status();
    match status.as_u16() {
        204 => Ok(Verdict::Allowed {
            rank: None,
            longest: None,
        }),
        200 if has_end(&response) => allowed(&client::body(response, MAX_ANSWER).await?),
        200 => Err(format!(
            "the body of its 200 has neither Content-Length nor chunks, so it may be incomplete; {HOW_TO_ALLOW}"
        )),
        201..=299 => Err(format!("it responds with {status}; {HOW_TO_ALLOW}")),
        code @ 400..=499 => {
            if matches!(code, 401 | 404 | 405 | 429) {
                tracing::warn!(%status, "webhook denied the request; check AUTHORIZE_URL and AUTHORIZE_TOKEN");
            }
            // The status denies; an unreadable body only lacks the reason.
            let body = client::body(response, MAX_ANSWER).await;
            Ok(Verdict::Denied(message(&body.unwrap_or_default())))
        }
        _ => Err(format!("it responds with {status}")),
    }
}

/// Returns whether the body's end is marked, by its length or a last chunk (RFC 9112, section 6.3). Without a mark, a
/// truncated body looks complete.
fn has_end(response: &Response) -> bool {
    let codings = response.headers().get_all(TRANSFER_ENCODING);
    let last = codings.iter().next_back();
    let last = last.and_then(|codings| codings.to_str().ok()?.rsplit(',').next());
    response.content_length().is_some()
        || last.is_some_and(|coding| coding.trim().eq_ignore_ascii_case("chunked"))
}

/// Reads the body of a 200.
fn allowed(body: &[u8]) -> Result<Verdict, String> {
    let limits = if body.trim_ascii_start().starts_with(b"[") {
        Err(de::Error::custom("it is an array")) // of the values in their order, serde would take it for them
    } else {
        serde_json::from_slice(body)
    };
    let Lowered { role, ttl } = limits.map_err(|error: serde_json::Error| {
        let error = client::said(&error);
        format!("its body is not a JSON object with only `role` and `ttl`: {error}; {HOW_TO_ALLOW}")
    })?;
    let rank = |name: String| {
        Rank::from_name(&name).ok_or_else(|| format!("its role is none of {}", Rank::NAMES))
    };
    let longest =
        |seconds| Lifetime::from_seconds(seconds).map_err(|error| format!("its ttl {error}"));
    Ok(Verdict::Allowed {
        rank: role.map(rank).transpose()?,
        longest: ttl.map(longest).transpose()?,
    })
}

/// Why the caller is denied, in the service's words: those of a `message` in JSON, or else the whole text.
fn message(body: &[u8]) -> String {
    let text = match serde_json::from_slice(body) {
        Ok(Denied { message }) => message,
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    let text = client::said(&text);
    if text.trim().is_empty() {
        return "the caller may not have this token".to_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::sleep;

    use futures_util::future::join_all;
    use tokio::net::TcpListener;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn its_clients_share_host_name_lookups() {
        static LOOKUPS: AtomicUsize = AtomicUsize::new(0);
        let resolver = Resolver::with(|_| {
            LOOKUPS.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_millis(500));
            Ok(vec![([127, 0, 0, 1], 0).into()])
        });
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let url = format!("http://webhook.invalid:{port}/");
        let config = config::Hook {
            url: url.parse().expect("a URL"),
            token: None,
        };
        let hook = Hook::with_resolver(config, resolver).expect("TLS");
        let posts = [&hook.client, &hook.unpooled].map(|client| hook.post(client, Bytes::new()));
        let accept = async {
            for _ in 0..2 {
                drop(
                    listener
                        .accept()
                        .await
                        .expect("a connection of each client"),
                );
            }
        };
        let both = async { tokio::join!(join_all(posts), accept) };
        let (responses, ()) = timeout(Duration::from_secs(10), both)
            .await
            .expect("two connections");
        assert!(responses.iter().all(Result::is_err));
        assert_eq!(LOOKUPS.load(Ordering::Relaxed), 1);
    }
}

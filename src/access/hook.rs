//! Asks the operator's own service about a token.

use std::io;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::error::Refusal;
use super::policy::cut;
use super::rank::Rank;
use super::{Caller, client};
use crate::config;
use crate::issuer::{Bound, TokenRequest};
use crate::token::{Lifetime, TokenVersion, UnixTime};

/// How long an answer may take. A client waits for its token meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);

/// The most that is read of an answer.
const MAX_ANSWER: usize = 16 * 1024;

#[derive(Debug)]
pub(super) struct Hook {
    config: config::Hook,
    client: Client,
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
        let client = client::new(PATIENCE)?;
        Ok(Self { config, client })
    }

    /// Leaves of a request what the service does.
    pub(super) async fn ask(
        &self,
        caller: &Caller,
        request: &mut TokenRequest,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let response = self.post(caller, request, now).await.map_err(unavailable)?;
        let status = response.status();
        let body = client::body(response, MAX_ANSWER).await;
        let body = body.map_err(unavailable)?;
        if matches!(status.as_u16(), 401 | 404 | 405 | 429) {
            tracing::warn!(%status, "AUTHORIZE_URL denies, or is not the right URL, token or rate");
        }
        if status.is_client_error() {
            return Err(Refusal::Denied(message(&body)));
        }
        if !status.is_success() {
            return Err(unavailable(format!("it answers {status}")));
        }
        let Lowered { role, ttl } = lowered(&body).map_err(unavailable)?;
        if let Some(name) = role {
            let rank = Rank::from_name(&name)
                .ok_or_else(|| unavailable(format!("its role is none of {}", Rank::NAMES)))?;
            rank.lower(request)?;
        }
        if let Some(seconds) = ttl {
            let longest = Lifetime::from_seconds(seconds)
                .map_err(|error| unavailable(format!("its ttl {error}")))?;
            cut(request, longest);
        }
        Ok(())
    }

    async fn post(
        &self,
        caller: &Caller,
        request: &TokenRequest,
        now: UnixTime,
    ) -> Result<Response, String> {
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
        let mut post = self
            .client
            .post(self.config.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(question);
        if let Some(token) = &self.config.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
                .expect("visible ASCII, as the configuration wants it");
            value.set_sensitive(true);
            post = post.header(AUTHORIZATION, value);
        }
        post.send().await.map_err(client::reason)
    }
}

fn unavailable(reason: impl std::fmt::Display) -> Refusal {
    tracing::warn!(%reason, "AUTHORIZE_URL was asked in vain");
    Refusal::Unavailable
}

/// What is left of the request; nothing in the body leaves all of it.
fn lowered(body: &[u8]) -> Result<Lowered, String> {
    if body.trim_ascii().is_empty() {
        return Ok(Lowered::default());
    }
    let lowered = if body.trim_ascii_start().starts_with(b"[") {
        Err(de::Error::custom("it is an array")) // of the values in their order, serde would take it for them
    } else {
        serde_json::from_slice(body)
    };
    lowered.map_err(|error: serde_json::Error| {
        let error = client::said(&error);
        format!("its body is neither empty nor an object of role and ttl alone: {error}")
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

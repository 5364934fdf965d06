//! Real servers on this machine: an identity provider with keys, and a service that is asked about tokens.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONNECTION;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::serve::ListenerExt;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// A server whose answers a test decides, and whose requests it sees.
pub(super) struct Server {
    address: SocketAddr,
    state: Arc<Script>,
    running: JoinHandle<()>,
}

struct Script {
    answer: Mutex<(u16, String)>,
    requests: Mutex<Vec<(HeaderMap, String)>>,
    connections: AtomicUsize,
    /// Answers that may be given.
    may_answer: Semaphore,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = Arc::new(Script {
            answer: Mutex::new((204, String::new())),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            may_answer: Semaphore::new(Semaphore::MAX_PERMITS / 2),
        });
        Self::on(listener, state)
    }

    fn on(listener: TcpListener, state: Arc<Script>) -> Self {
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .fallback(any(answer))
            .with_state(Arc::clone(&state));
        let counted = Arc::clone(&state);
        let listener = listener.tap_io(move |_| {
            counted.connections.fetch_add(1, Ordering::Relaxed);
        });
        let running = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            state,
            running,
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn answers(&self, status: u16, body: &str) {
        *self.state.answer.lock().unwrap() = (status, body.to_owned());
    }

    /// Holds every answer back from now on.
    pub(super) fn holds(&self) {
        self.state.may_answer.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(super) fn releases(&self) {
        self.state
            .may_answer
            .add_permits(Semaphore::MAX_PERMITS / 2);
    }

    pub(super) fn count(&self) -> usize {
        self.state.requests.lock().unwrap().len()
    }

    /// How many connections it has taken.
    pub(super) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    pub(super) fn last(&self) -> (HeaderMap, String) {
        self.state.requests.lock().unwrap().last().unwrap().clone()
    }

    /// Stops listening, and lets go of every connection.
    pub(super) async fn stop(self) -> Stopped {
        self.running.abort();
        let _ = self.running.await;
        Stopped {
            address: self.address,
            state: self.state,
        }
    }
}

/// A server that is down, and remembers where it was.
pub(super) struct Stopped {
    address: SocketAddr,
    state: Arc<Script>,
}

impl Stopped {
    pub(super) async fn come_back(self) -> Server {
        Server::on(TcpListener::bind(self.address).await.unwrap(), self.state)
    }
}

async fn answer(
    State(state): State<Arc<Script>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    state.requests.lock().unwrap().push((headers, body));
    state.may_answer.acquire().await.unwrap().forget();
    let (status, body) = state.answer.lock().unwrap().clone();
    let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
    if uri.path().starts_with("/.well-known") {
        // So that it is really down when it is stopped.
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// An identity provider.
pub(super) struct Provider(pub(super) Server);

impl Provider {
    pub(super) async fn start(keys: &[(&str, &str)]) -> Self {
        let provider = Self(Server::start().await);
        provider.answers(keys);
        provider
    }

    pub(super) fn url(&self) -> String {
        self.0.url("/.well-known/jwks.json?secret=query")
    }

    /// Has these Ed25519 keys, each with its ID.
    pub(super) fn answers(&self, keys: &[(&str, &str)]) {
        let keys: Vec<Value> = keys.iter().map(|(id, pem)| ed25519(id, pem)).collect();
        self.0.answers(200, &json!({ "keys": keys }).to_string());
    }

    pub(super) fn fails(&self, status: u16) {
        self.0.answers(status, "no");
    }
}

/// A public key as a set has it.
pub(super) fn ed25519(id: &str, pem: &str) -> Value {
    let key = EncodingKey::from_ed_pem(pem.as_bytes()).unwrap();
    public(id, &key, Algorithm::EdDSA)
}

pub(super) fn public(id: &str, key: &EncodingKey, algorithm: Algorithm) -> Value {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).unwrap();
    jwk.common.key_id = Some(id.to_owned());
    serde_json::to_value(jwk).unwrap()
}

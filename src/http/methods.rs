//! What answers each method of a URL. axum's handlers, without its router: that one boxes and copies a route, and what
//! its path holds, for every request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::Request;
use axum::handler::Handler;
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Response};

use super::error::Error;
use super::state::RequestState;

/// An answer that will come.
pub(super) type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

type Answer = Arc<dyn Fn(Request, RequestState) -> Answering + Send + Sync>;

/// What answers each method of a URL; `HEAD` is answered like `GET`.
#[derive(Clone, Default)]
pub(super) struct Methods {
    get: Option<Answer>,
    post: Option<Answer>,
}

/// A URL that answers `GET` and `HEAD`.
pub(super) fn get<T>(handler: impl Handler<T, RequestState, Future = Answering>) -> Methods {
    Methods {
        get: Some(answer(handler)),
        post: None,
    }
}

/// A URL that answers `POST`.
pub(super) fn post<T>(handler: impl Handler<T, RequestState, Future = Answering>) -> Methods {
    Methods::default().post(handler)
}

fn answer<T>(handler: impl Handler<T, RequestState, Future = Answering>) -> Answer {
    Arc::new(move |request, state| handler.clone().call(request, state))
}

impl Methods {
    /// The same URL, which also answers `POST`.
    pub(super) fn post<T>(
        self,
        handler: impl Handler<T, RequestState, Future = Answering>,
    ) -> Self {
        Self {
            post: Some(answer(handler)),
            ..self
        }
    }

    /// Answers a request with the handler for its method, or says which methods there are.
    pub(super) fn call(&self, request: Request, state: RequestState) -> Answering {
        let answer = match *request.method() {
            Method::GET | Method::HEAD => &self.get,
            Method::POST => &self.post,
            _ => &None,
        };
        match answer {
            Some(answer) => answer(request, state),
            None => Box::pin(std::future::ready(self.not_allowed())),
        }
    }

    fn not_allowed(&self) -> Response {
        let allowed = match (&self.get, &self.post) {
            (Some(_), Some(_)) => "GET,HEAD,POST",
            (Some(_), None) => "GET,HEAD",
            (None, _) => "POST",
        };
        let mut response = Error::MethodNotAllowed.into_response();
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static(allowed));
        response
    }
}

impl fmt::Debug for Methods {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Methods")
            .field("get", &self.get.is_some())
            .field("post", &self.post.is_some())
            .finish()
    }
}

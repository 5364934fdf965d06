//! What surrounds every route: the request log outermost, then CORS, then the body of the request.
//!
//! One service around the router instead of a layer for each, since the router copies and boxes every layer for
//! every request.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONNECTION, HOST};
use axum::http::{HeaderValue, Method, Version};
use axum::response::{IntoResponse, Response};
use tower::Service;

use super::answer;
use super::body::{self, RequestBody};
use super::cors::{self, Cors};
use super::error::Error;
use super::guard;
use super::log;
use super::serve::HeadError;
use super::state::AppState;
use super::table::{Found, Routes, Table};
use crate::config::{AllowedOrigins, Compat};

/// The server's answers, without the sockets: a `tower` service.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: AppState,
    routes: Routes,
    cors: Cors,
    is_stopping: AtomicBool,
}

impl App {
    /// An app with a state, for pages of these origins and the clients of these other servers.
    #[must_use]
    pub fn new(state: AppState, origins: &AllowedOrigins, compat: &Compat) -> Self {
        let Table { routes, .. } = super::table(compat);
        Self(Arc::new(Inner {
            state,
            routes,
            cors: Cors::new(origins),
            is_stopping: AtomicBool::new(false),
        }))
    }

    /// From now on answers close their connections: the next request goes to another server.
    pub(super) fn stop(&self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Answers a request, or says why its head is refused.
    pub(super) async fn answer<B: RequestBody>(
        &self,
        request: Request<B>,
        fault: Option<HeadError>,
    ) -> Response {
        let line = log::Line::begin(&request);
        let found = self.0.routes.at(request.uri().path());
        let route = found.route;
        let mut error = None;
        let mut response = if fault.is_none() && cors::is_preflight(&request) {
            let request = request.map(|_| Body::empty());
            self.0.cors.preflight(request).await
        } else {
            let allowed = self.0.cors.of(&request);
            let is_head = request.method() == Method::HEAD;
            let answered = self.route(request, found, fault).await;
            let mut response = answered.unwrap_or_else(Error::into_response);
            error = response.extensions_mut().remove::<Arc<Error>>();
            if let Some(error) = &error {
                let payload = (route.errors)(error.meaning(), &error.to_string());
                answer::fill(&mut response, payload);
            }
            if is_head {
                answer::leave_head(&mut response);
            }
            allowed.stamp(response.headers_mut());
            response
        };
        if self.0.is_stopping.load(Ordering::Relaxed) {
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(line) = line {
            let error = error.map(|error| error.meaning());
            line.end(route.pattern, response.status(), error);
        }
        response
    }

    async fn route<B: RequestBody>(
        &self,
        request: Request<B>,
        found: Found<'_>,
        fault: Option<HeadError>,
    ) -> Result<Response, Error> {
        let (mut head, body) = request.into_parts();
        let body = body::read(body).await;
        if let Some(fault) = fault {
            return Err(fault.into());
        }
        if head.version == Version::HTTP_11 && !head.headers.contains_key(HOST) {
            return Err(Error::HostMissing);
        }
        let body = body?;
        let Some(methods) = found.methods else {
            return Err(Error::NotFound);
        };
        if let Some(pattern) = found.route.with_parts() {
            head.extensions.insert(pattern);
        }
        let request = Request::from_parts(head, body);
        guard::answered(methods.call(request, &self.0.state)).await
    }
}

impl Service<Request> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let app = self.clone();
        Box::pin(async move { Ok(app.answer(request, None).await) })
    }
}

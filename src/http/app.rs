//! What surrounds every route: the request log outermost, then CORS, then the body of the request.
//!
//! One service around the router instead of a layer for each, since the router copies and boxes every layer for
//! every request.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONNECTION, HOST};
use axum::http::{HeaderValue, Version};
use axum::response::{IntoResponse, Response};
use tower::{Service, ServiceExt};

use super::answer;
use super::body;
use super::cors::{self, Cors};
use super::error::Error;
use super::log;
use super::request_id::RequestId;
use super::state::AppState;
use super::table::{Routes, Table};
use crate::config::{AllowedOrigins, Compat};

/// The server's answers, without the sockets: a `tower` service.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    router: Router,
    routes: Routes,
    cors: Cors,
    state: AppState,
}

impl App {
    /// An app with a state, for pages of these origins and the clients of these other servers.
    #[must_use]
    pub fn new(state: AppState, origins: &AllowedOrigins, compat: &Compat) -> Self {
        let Table { router, routes, .. } = super::table(compat);
        let router = router.with_state(state.clone());
        Self(Arc::new(Inner {
            router,
            routes,
            cors: Cors::new(origins),
            state,
        }))
    }

    /// From now on answers close their connections, and `/readyz` says no: the next request goes to another server.
    pub(super) fn stop(&self) {
        self.0.state.stop();
    }

    async fn answer(&self, request: Request) -> Response {
        let is_logged = log::is_on();
        let line = log::Line::begin(&request, is_logged);
        let mut id = RequestId::sent_with(&request);
        if is_logged && id.is_none() {
            id = Some(self.0.state.new_request_id());
        }
        let uri = request.uri().clone();
        let route = || self.0.routes.at(uri.path());
        let mut error = None;
        let mut response = if cors::is_preflight(&request) {
            self.0.cors.preflight(request).await
        } else {
            let allowed = self.0.cors.of(&request);
            let mut response = self.route(request).await;
            error = response.extensions_mut().remove::<Arc<Error>>();
            if let Some(error) = &error {
                let payload = (route().errors)(error.meaning(), &error.to_string());
                answer::fill(&mut response, payload);
            }
            allowed.stamp(response.headers_mut());
            response
        };
        if self.0.state.is_stopping() {
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let error = error.map(|error| error.meaning());
        if is_logged || error.is_some_and(log::has) {
            let id = id.get_or_insert_with(|| self.0.state.new_request_id());
            line.end(route().pattern, response.status(), error, id);
        }
        if let Some(id) = id {
            id.stamp(response.headers_mut());
        }
        response
    }

    async fn route(&self, request: Request) -> Response {
        if request.version() == Version::HTTP_11 && !request.headers().contains_key(HOST) {
            return Error::HostMissing.into_response();
        }
        match body::read(request).await {
            Ok(request) => self.0.router.clone().oneshot(request).await.into_response(),
            Err(error) => error.into_response(),
        }
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
        Box::pin(async move { Ok(app.answer(request).await) })
    }
}

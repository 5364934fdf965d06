//! What surrounds every route: the request log outermost, then CORS, then the body of the request.
//!
//! One service around the router instead of a layer for each, since the router copies and boxes every layer for
//! every request.

use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
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
use super::metrics::{Connected, Metrics};
use super::state::AppState;
use super::table::{Routes, Table};
use super::watch::Watch;
use crate::config::{AllowedOrigins, Compat};

/// The server's answers, without the sockets: a `tower` service.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    router: Router,
    routes: Routes,
    cors: Cors,
    watch: Watch,
    state: AppState,
}

impl App {
    /// An app with a state, for pages of these origins and the clients of these other servers.
    #[must_use]
    pub fn new(state: AppState, origins: &AllowedOrigins, compat: &Compat) -> Self {
        let metrics = state.settings().metrics.as_ref();
        let table = super::table(compat, metrics.is_some_and(Metrics::is_on_main));
        Self::of_table(table, state, origins)
    }

    /// An app for who watches the server of that state: its metrics and its health. No web page may read them.
    #[must_use]
    pub fn watching(state: AppState) -> Self {
        Self::of_table(super::watching(), state, &AllowedOrigins::Only(Vec::new()))
    }

    fn of_table(table: Table, state: AppState, origins: &AllowedOrigins) -> Self {
        let Table { router, routes, .. } = table;
        Self(Arc::new(Inner {
            router: router.with_state(state.clone()),
            watch: Watch::new(&state, &routes),
            routes,
            cors: Cors::new(origins),
            state,
        }))
    }

    /// Counts a connection of this app as open for as long as what is returned lives.
    pub fn connected(&self) -> Connected {
        self.0.watch.connected()
    }

    /// From now on answers close their connections, and `/readyz` says no: the next request goes to another server.
    pub(super) fn stop(&self) {
        self.0.state.stop();
    }

    async fn answer(&self, request: Request) -> Response {
        let Inner {
            routes,
            cors,
            watch,
            state,
            ..
        } = &*self.0;
        let watched = watch.begin(&request, state);
        let uri = request.uri().clone();
        let route = || routes.at(uri.path());
        let mut error = None;
        let mut response = if cors::is_preflight(&request) {
            cors.preflight(request).await
        } else {
            let allowed = cors.of(&request);
            let answer = pin!(self.route(request));
            let mut response = match (&state.settings().audit, &watched.id) {
                (Some(audit), Some(id)) => audit.written(answer, id, route(), state).await,
                _ => answer.await,
            };
            error = response.extensions_mut().remove::<Arc<Error>>();
            if let Some(error) = &error {
                let payload = (route().errors)(error.meaning(), &error.to_string());
                answer::fill(&mut response, payload);
            }
            allowed.stamp(response.headers_mut());
            response
        };
        if state.is_stopping() {
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let error = error.map(|error| error.meaning());
        watch.end(watched, &mut response, route, error, state);
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

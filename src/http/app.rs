//! What surrounds every route: the request log outermost, then CORS. Extractors read the request body inside the route.
//!
//! One function instead of a layer for each: axum's router copies and boxes every layer for every request.

use std::convert::Infallible;
use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::{CONNECTION, HOST};
use axum::http::{HeaderValue, Method, Version};
use axum::response::{IntoResponse, Response};
use tower::Service;

use super::answer::{self, Usual};
use super::body;
use super::budget::Budget;
use super::contain;
use super::cors::{self, Cors};
use super::error::Error;
use super::limit::Peer;
use super::metrics::Connected;
use super::serve::HeadError;
use super::state::{AppState, RequestState};
use super::table::{Found, Routes, Table};
use super::watch::Watch;
use crate::config::{AllowedOrigins, Compat};

/// The server's answers, without the sockets: a `tower` service.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    routes: Routes,
    cors: Cors,
    usual: Usual,
    watch: Watch,
    budget: Budget,
    state: AppState,
}

impl App {
    /// An app with a state, for pages of these origins and the clients of these other servers.
    #[must_use]
    pub fn new(state: AppState, origins: &AllowedOrigins, compat: &Compat) -> Self {
        let table = super::table(compat, &state);
        let budget = state.settings().budget.clone();
        Self::of_table(table, state, origins, budget)
    }

    /// An app for monitoring the server of that state: its metrics and its health. No web page may read them. Its
    /// responses do not share the budget of the server, so that an overload stays visible: few connections bound their
    /// memory.
    #[must_use]
    pub fn watching(state: AppState) -> Self {
        let origins = AllowedOrigins::Only(Vec::new());
        Self::of_table(super::watching(), state, &origins, Budget::unlimited())
    }

    fn of_table(table: Table, state: AppState, origins: &AllowedOrigins, budget: Budget) -> Self {
        let Table { routes, .. } = table;
        let cors = Cors::new(origins);
        Self(Arc::new(Inner {
            watch: Watch::new(&state, &routes),
            routes,
            usual: Usual::new(cors.usual()),
            cors,
            budget,
            state,
        }))
    }

    /// Returns whether the memory for large requests and responses was used up since the last call.
    pub(super) fn take_exhausted(&self) -> bool {
        self.0.budget.take_exhausted()
    }

    /// Counts a connection of this app as open for as long as what is returned lives.
    pub fn connected(&self) -> Connected {
        self.0.watch.connected()
    }

    /// Counts a connection that is rejected.
    pub(super) fn connection_rejected(&self) {
        self.0.watch.connection_rejected();
    }

    /// From now on answers close their connections, and `/readyz` says no: the next request goes to another server.
    pub(super) fn stop(&self) {
        self.0.state.stop();
    }

    /// Answers a request, or says why its head is refused. Of the request is left what nobody needs: to hand it on would
    /// copy it each time.
    pub(super) async fn answer(
        &self,
        request: &mut Request,
        peer: Option<Peer>,
        fault: Option<HeadError>,
    ) -> Response {
        let Inner {
            routes,
            cors,
            usual,
            watch,
            state,
            ..
        } = &*self.0;
        let watched = watch.begin(request, state);
        let found = routes.at(request.uri().path());
        let route = found.route;
        let mut error = None;
        let mut response = if fault.is_none() && cors::is_preflight(request) {
            let mut request = mem::take(request);
            *request.body_mut() = Body::empty();
            cors.preflight(request).await
        } else {
            let allowed = cors.of(request);
            let is_head = request.method() == Method::HEAD;
            let answered = pin!(self.route(request, peer, found, fault));
            let answered = match (&state.settings().audit, &watched.id) {
                (Some(audit), Some(id)) => pin!(audit.written(answered, id, route, state)).await,
                _ => answered.await,
            };
            let mut response = answered.unwrap_or_else(Error::into_response);
            error = response.extensions_mut().remove::<Arc<Error>>();
            if let Some(error) = &error {
                let payload = (route.errors)(error.meaning(), &error.to_string());
                answer::fill(&mut response, payload);
            }
            if response.headers().is_empty() {
                *response.headers_mut() = usual.copy(&allowed, watched.id.is_some());
            } else {
                allowed.stamp(response.headers_mut());
            }
            if is_head {
                answer::leave_head(&mut response);
            }
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

    async fn route(
        &self,
        request: &mut Request,
        peer: Option<Peer>,
        found: Found<'_>,
        fault: Option<HeadError>,
    ) -> Result<Response, Error> {
        if let Some(fault) = fault {
            return Err(fault.into()); // nobody knows where its body ends
        }
        if request.version() == Version::HTTP_11 && !request.headers().contains_key(HOST) {
            return Err(Error::HostMissing);
        }
        body::check_length(request.body())?;
        let Some(methods) = found.methods else {
            return Err(Error::NotFound);
        };
        let request = mem::take(request);
        let has_body = !request.body().is_end_stream();
        let budget = &self.0.budget;
        let reservation = budget.for_body(request.body());
        let state = RequestState {
            app: self.0.state.clone(),
            pattern: found.route.pattern,
            peer,
            reservation: reservation.clone(),
        };
        let response = contain::answered(methods.call(request, state), has_body).await?;
        drop(reservation);
        Ok(budget.hold(response).await?)
    }
}

impl Service<Request> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let app = self.clone();
        let peer = request.extensions().get().copied();
        Box::pin(async move { Ok(app.answer(&mut request, peer, None).await) })
    }
}

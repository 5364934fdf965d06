//! What is seen of every request from outside: its line in the log, its id, and what is counted.
//!
//! Each is asked for first, so that a request costs nothing more while nobody watches.

use std::time::Instant;

use axum::http::Request;
use axum::http::header::ORIGIN;
use axum::response::Response;

use super::cors;
use super::error::Meaning;
use super::log;
use super::method;
use super::metrics::{Connected, Metrics, RouteMetrics};
use super::request_id::RequestId;
use super::state::AppState;
use super::table::{Route, Routes};

/// Who watches.
#[derive(Debug)]
pub(super) struct Watch {
    counted: Option<Counted>,
}

#[derive(Debug)]
struct Counted {
    metrics: Metrics,
    /// By the number of the route.
    routes: Vec<RouteMetrics>,
}

/// A request on its way.
pub(super) struct Watched {
    /// Where its name stands.
    method: usize,
    is_logged: bool,
    /// Whether a web page sent it, which has to be told that it may read the id. Nobody looks while there is no id: should
    /// an error make one, any client is told.
    may_be_of_page: bool,
    /// Nobody looks at a clock when nobody wants to know.
    start: Option<Instant>,
    /// Its own, or one that was made for the log or the audit.
    pub(super) id: Option<RequestId>,
}

impl Watch {
    pub(super) fn new(state: &AppState, routes: &Routes) -> Self {
        let counted = state.settings().metrics.clone().map(|metrics| Counted {
            routes: routes
                .all()
                .iter()
                .map(|route| metrics.of_route(route))
                .collect(),
            metrics,
        });
        Self { counted }
    }

    /// Counts a connection for as long as what is returned lives.
    pub(super) fn connected(&self) -> Connected {
        self.counted
            .as_ref()
            .map_or(Connected::UNCOUNTED, |counted| counted.metrics.connected())
    }

    /// Counts a connection that is rejected.
    pub(super) fn connection_rejected(&self) {
        if let Some(counted) = &self.counted {
            counted.metrics.connection_rejected();
        }
    }

    pub(super) fn begin<B>(&self, request: &Request<B>, state: &AppState) -> Watched {
        let is_logged = log::is_on();
        let has_id = is_logged || state.settings().audit.is_some();
        let sent = RequestId::sent_with(request);
        let id = sent.or_else(|| has_id.then(|| state.new_request_id()));
        Watched {
            method: method::position(request.method()),
            is_logged,
            may_be_of_page: id.is_none() || request.headers().contains_key(ORIGIN),
            start: (is_logged || self.counted.is_some()).then(Instant::now),
            id,
        }
    }

    /// `error` is what went wrong, if anything did.
    pub(super) fn end(
        &self,
        watched: Watched,
        response: &mut Response,
        route: Route,
        error: Option<Meaning>,
        state: &AppState,
    ) {
        let Watched {
            method,
            is_logged,
            may_be_of_page,
            start,
            mut id,
        } = watched;
        let (status, elapsed) = (response.status(), start.map(|start| start.elapsed()));
        if let (Some(counted), Some(elapsed)) = (&self.counted, elapsed) {
            counted.routes[route.number].answered(method, status, elapsed);
            if let Some(error) = error {
                counted.metrics.refused(error.code);
            }
        }
        if is_logged || error.is_some_and(log::has) {
            let id = id.get_or_insert_with(|| state.new_request_id());
            let (method, route) = (method::NAMES[method], route.pattern);
            log::Line {
                method,
                route,
                status,
                elapsed,
                error,
                id,
            }
            .write();
        }
        if let Some(id) = id {
            let headers = response.headers_mut();
            id.stamp(headers);
            if may_be_of_page {
                cors::expose(headers);
            }
        }
    }
}

//! The table of URLs: what answers each, and in which shape its errors are answered.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{MethodRouter, get};

use super::answer::{Payload, plain_error};
use super::error::Meaning;
use super::openapi::{Operation, Outline, Section};
use super::state::AppState;

/// How a URL's clients expect an error: its status or code and its sentence, in a body of their own.
pub(super) type ErrorShape = fn(Meaning, &str) -> Payload;

/// What is known of a URL outside its route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    /// For the log; a path could hold a channel and a uid. `-` when there is nothing at the path.
    pub(super) pattern: &'static str,
    pub(super) errors: ErrorShape,
}

/// What is known of every URL outside its route.
#[derive(Debug, Default)]
pub(super) struct Routes {
    known: matchit::Router<Route>,
    beneath: Vec<(&'static str, ErrorShape)>,
}

impl Routes {
    pub(super) fn at(&self, path: &str) -> Route {
        if let Ok(matched) = self.known.at(path) {
            return *matched.value;
        }
        let is_beneath = |start: &str| {
            path.strip_prefix(start)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let beneath = self.beneath.iter().find(|(start, _)| is_beneath(start));
        Route {
            pattern: "-",
            errors: beneath.map_or(plain_error, |(_, errors)| *errors),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) router: Router<AppState>,
    pub(super) routes: Routes,
    pub(super) outline: Outline,
}

impl Table {
    /// What comes now belongs together, in the description.
    pub(super) fn section(mut self, section: Section) -> Self {
        self.outline.begin(section);
        self
    }

    /// A route that is part of no API.
    pub(super) fn route(
        mut self,
        pattern: &'static str,
        route: MethodRouter<AppState>,
        errors: ErrorShape,
    ) -> Self {
        self.add(pattern, Route { pattern, errors }, route);
        self
    }

    /// A route, and what it does for each of its methods, with and without a slash at its end, answered alike: clients
    /// send both, and a redirect would lose some.
    pub(super) fn both_ways(
        mut self,
        pattern: &'static str,
        route: MethodRouter<AppState>,
        errors: ErrorShape,
        operations: fn() -> Vec<Operation>,
    ) -> Self {
        self.outline.add(pattern, errors, operations);
        self.add(
            &format!("{pattern}/"),
            Route { pattern, errors },
            route.clone(),
        );
        self.route(pattern, route, errors)
    }

    /// Where there is nothing beneath the start of a path, the 404 has this shape: a client that leaves a part of its
    /// path empty reads the error as it reads others.
    pub(super) fn beneath(mut self, start: &'static str, errors: ErrorShape) -> Self {
        self.routes.beneath.push((start, errors));
        self
    }

    /// Answers the description of what is in the table by now, and of itself.
    pub(super) fn documented(
        mut self,
        pattern: &'static str,
        answer: fn(Bytes) -> Response,
        errors: ErrorShape,
        operations: fn() -> Vec<Operation>,
    ) -> Self {
        self.outline.add(pattern, errors, operations);
        // Written when it is first asked for: most servers never are, and it takes some megabytes.
        let document = Arc::new((std::mem::take(&mut self.outline), OnceLock::<Bytes>::new()));
        let route = get(move |State(state): State<AppState>| {
            let (outline, written) = &*document;
            let write = || outline.write(state.guard().is_guarded()).into();
            let document = written.get_or_init(write).clone();
            async move { answer(document) }
        });
        self.route(pattern, route, errors)
    }

    /// What answers an unknown path, and an unknown method of a known one.
    pub(super) fn otherwise<N, M>(mut self, not_found: N, not_allowed: M) -> Self
    where
        N: Handler<((),), AppState>,
        M: Handler<((),), AppState>,
    {
        self.router = self
            .router
            .fallback(not_found)
            .method_not_allowed_fallback(not_allowed);
        self
    }

    fn add(&mut self, path: &str, route: Route, answer: MethodRouter<AppState>) {
        self.routes
            .known
            .insert(path, route)
            .expect("the router refuses the same patterns");
        self.router = std::mem::take(&mut self.router).route(path, answer);
    }
}

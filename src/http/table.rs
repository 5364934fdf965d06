//! The table of URLs: what answers each, and in which shape its errors are answered.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;

use super::answer::{Payload, plain_error};
use super::error::Meaning;
use super::methods::{Methods, get};
use super::openapi::{Operation, Outline, Section};
use super::state::AppState;

/// How a URL's clients expect an error: its status or code and its sentence, in a body of their own.
pub(super) type ErrorShape = fn(Meaning, &str) -> Payload;

/// What is known of a URL outside its route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    /// For logs and metrics; a path could hold a channel and a uid. `-` when there is nothing at the path.
    pub(super) pattern: &'static str,
    /// Whose URL it is: the name of another server, `v1`, `page`, `platform`; `-` for nobody's.
    pub(super) shape: &'static str,
    /// Where it stands among [`Routes::all`].
    pub(super) number: usize,
    pub(super) errors: ErrorShape,
}

/// Every URL: what answers it, and what is known of it outside its route.
#[derive(Debug)]
pub(super) struct Routes {
    known: matchit::Router<(Route, Methods)>,
    beneath: Vec<(&'static str, Route)>,
    all: Vec<Route>,
}

/// What is known of a path where there is nothing.
const NOWHERE: Route = Route {
    pattern: "-",
    shape: "-",
    number: 0,
    errors: plain_error,
};

impl Default for Routes {
    fn default() -> Self {
        Self {
            known: matchit::Router::new(),
            beneath: Vec::new(),
            all: vec![NOWHERE],
        }
    }
}

/// What there is at a path.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) route: Route,
    /// What answers; nothing when there is nothing at the path.
    pub(super) methods: Option<&'a Methods>,
}

impl Routes {
    /// Each once, by number.
    pub(super) fn all(&self) -> &[Route] {
        &self.all
    }

    pub(super) fn at(&self, path: &str) -> Found<'_> {
        if let Ok(matched) = self.known.at(path) {
            let (route, methods) = matched.value;
            return Found {
                route: *route,
                methods: Some(methods),
            };
        }
        let is_beneath = |start: &str| {
            path.strip_prefix(start)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let beneath = self.beneath.iter().find(|(start, _)| is_beneath(start));
        Found {
            route: beneath.map_or(NOWHERE, |(_, route)| *route),
            methods: None,
        }
    }

    /// Gives a route its number; the same for the same pattern of the same shape.
    fn number(&mut self, pattern: &'static str, shape: &'static str, errors: ErrorShape) -> Route {
        let is_same = |route: &&Route| route.pattern == pattern && route.shape == shape;
        if let Some(route) = self.all.iter().find(is_same) {
            return Route { errors, ..*route };
        }
        let route = Route {
            pattern,
            shape,
            number: self.all.len(),
            errors,
        };
        self.all.push(route);
        route
    }
}

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) routes: Routes,
    pub(super) outline: Outline,
    shape: &'static str,
}

impl Table {
    /// Whose URLs come now, in the metrics.
    pub(super) fn shape(mut self, shape: &'static str) -> Self {
        self.shape = shape;
        self
    }

    /// What comes now belongs together, in the description.
    pub(super) fn section(mut self, section: Section) -> Self {
        self.outline.begin(section);
        self
    }

    /// A route that is part of no API.
    pub(super) fn route(
        mut self,
        pattern: &'static str,
        route: Methods,
        errors: ErrorShape,
    ) -> Self {
        self.add(pattern, pattern, errors, route);
        self
    }

    /// A route, and what it does for each of its methods, with and without a slash at its end, answered alike: clients
    /// send both, and a redirect would lose some.
    pub(super) fn both_ways(
        mut self,
        pattern: &'static str,
        route: Methods,
        errors: ErrorShape,
        operations: fn() -> Vec<Operation>,
    ) -> Self {
        self.outline.add(pattern, errors, operations);
        self.add(&format!("{pattern}/"), pattern, errors, route.clone());
        self.route(pattern, route, errors)
    }

    /// Where there is nothing beneath the start of a path, the 404 has this shape: a client that leaves a part of its
    /// path empty reads the error as it reads others.
    pub(super) fn beneath(mut self, start: &'static str, errors: ErrorShape) -> Self {
        let route = self.routes.number("-", self.shape, errors);
        self.routes.beneath.push((start, route));
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

    fn add(&mut self, path: &str, pattern: &'static str, errors: ErrorShape, methods: Methods) {
        let route = self.routes.number(pattern, self.shape, errors);
        self.routes
            .known
            .insert(path, (route, methods))
            .expect("no two routes of the table have the same pattern");
    }
}

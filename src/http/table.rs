//! The table of URLs: what answers each, and in which shape its errors are answered.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;

use super::answer::{Payload, plain_error};
use super::error::Meaning;
use super::extract::Pattern;
use super::methods::{Methods, get};
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

/// Every URL: what answers it, and what is known of it outside its route.
#[derive(Debug, Default)]
pub(super) struct Routes {
    known: matchit::Router<(Route, Methods)>,
    beneath: Vec<(&'static str, ErrorShape)>,
}

/// What there is at a path.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) route: Route,
    /// What answers; nothing when there is nothing at the path.
    pub(super) methods: Option<&'a Methods>,
}

impl Route {
    /// The pattern, when parts of it are a client's own.
    pub(super) fn with_parts(self) -> Option<Pattern> {
        self.pattern.contains('{').then_some(Pattern(self.pattern))
    }
}

impl Routes {
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
        let route = Route {
            pattern: "-",
            errors: beneath.map_or(plain_error, |(_, errors)| *errors),
        };
        Found {
            route,
            methods: None,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Table {
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
        route: Methods,
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
        route: Methods,
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

    fn add(&mut self, path: &str, route: Route, methods: Methods) {
        self.routes
            .known
            .insert(path, (route, methods))
            .expect("no two routes of the table have the same pattern");
    }
}

//! The table of URLs: what answers each, and in which shape its errors are answered.

use axum::Router;
use axum::handler::Handler;
use axum::routing::MethodRouter;

use super::answer::Payload;
use super::error::Meaning;
use super::state::AppState;

/// How a URL's clients expect an error: its status or code and its sentence, in a body of their own.
pub(super) type ErrorShape = fn(Meaning, &str) -> Payload;

/// What is known of a URL outside its route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    /// For the log; a path could hold a channel and a uid.
    pub(super) pattern: &'static str,
    pub(super) errors: ErrorShape,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) router: Router<AppState>,
    pub(super) routes: matchit::Router<Route>,
}

impl Table {
    pub(super) fn route(
        mut self,
        pattern: &'static str,
        route: MethodRouter<AppState>,
        errors: ErrorShape,
    ) -> Self {
        self.add(pattern, Route { pattern, errors }, route);
        self
    }

    /// A route with and without a slash at its end, answered alike: clients send both, and a redirect would lose some.
    pub(super) fn both_ways(
        mut self,
        pattern: &'static str,
        route: MethodRouter<AppState>,
        errors: ErrorShape,
    ) -> Self {
        self.add(
            &format!("{pattern}/"),
            Route { pattern, errors },
            route.clone(),
        );
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
            .insert(path, route)
            .expect("the router refuses the same patterns");
        self.router = std::mem::take(&mut self.router).route(path, answer);
    }
}

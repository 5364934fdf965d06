//! A router that also tells which of its patterns a path matches, for the log around it.

use axum::Router;
use axum::handler::Handler;
use axum::routing::MethodRouter;

use super::state::AppState;

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) router: Router<AppState>,
    pub(super) patterns: matchit::Router<&'static str>,
}

impl Table {
    pub(super) fn route(mut self, pattern: &'static str, route: MethodRouter<AppState>) -> Self {
        self.patterns
            .insert(pattern, pattern)
            .expect("the router refuses the same patterns");
        self.router = self.router.route(pattern, route);
        self
    }

    /// A route with and without a slash at its end, answered alike: clients send both, and a redirect would lose some.
    pub(super) fn both_ways(
        mut self,
        pattern: &'static str,
        route: MethodRouter<AppState>,
    ) -> Self {
        let slashed = format!("{pattern}/");
        self.patterns
            .insert(slashed.as_str(), pattern)
            .expect("the router refuses the same patterns");
        self.router = self.router.route(&slashed, route.clone());
        self.route(pattern, route)
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
}

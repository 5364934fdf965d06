//! What is counted for a route.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::StatusCode;
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec};

use crate::http::method;
use crate::http::table::Route;

/// Every status that an answer has, with one for others.
const STATUSES: [&str; 15] = [
    "200", "400", "401", "403", "404", "405", "408", "413", "414", "415", "429", "431", "500",
    "503", "other",
];

/// The counters of a route, each made when it first counts: most methods and statuses never come.
#[derive(Debug)]
pub(in crate::http) struct RouteMetrics {
    route: Route,
    requests: IntCounterVec,
    durations: HistogramVec,
    /// By method and status.
    requests_here: [[OnceLock<IntCounter>; STATUSES.len()]; method::NAMES.len()],
    durations_here: OnceLock<Histogram>,
}

impl RouteMetrics {
    pub(super) fn new(requests: IntCounterVec, durations: HistogramVec, route: Route) -> Self {
        Self {
            route,
            requests,
            durations,
            requests_here: [const { [const { OnceLock::new() }; STATUSES.len()] };
                method::NAMES.len()],
            durations_here: OnceLock::new(),
        }
    }

    /// Counts an answer to a method, by its position.
    pub(in crate::http) fn answered(&self, method: usize, status: StatusCode, elapsed: Duration) {
        let Route { shape, pattern, .. } = self.route;
        let status = position(status);
        let requests = self.requests_here[method][status].get_or_init(|| {
            let labels = [shape, pattern, method::NAMES[method], STATUSES[status]];
            self.requests.with_label_values(&labels)
        });
        let durations = self
            .durations_here
            .get_or_init(|| self.durations.with_label_values(&[shape, pattern]));
        requests.inc();
        durations.observe(elapsed.as_secs_f64());
    }
}

fn position(status: StatusCode) -> usize {
    let known = STATUSES.iter().position(|known| *known == status.as_str());
    known.unwrap_or(STATUSES.len() - 1)
}

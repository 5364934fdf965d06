//! What is counted, for Prometheus.
//!
//! Each label has few values that are known beforehand: patterns instead of paths, names instead of whatever a client
//! sends. What a request counts is found once and kept, so that it costs some atomic additions, however many clients
//! there are.

mod lines_lost;
mod routes;
mod tokens;

use std::sync::Arc;

use prometheus::core::Collector;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};
use smallvec::SmallVec;

use lines_lost::LinesLostCounter;
pub(super) use routes::RouteMetrics;
use tokens::TokenMetrics;

use super::table::Route;
use crate::config::MetricsAccess;
use crate::issuer::Subject;
use crate::telemetry::log::LinesLost;

/// From the fastest answer to the slowest that is no failure; in seconds.
const BUCKETS: [f64; 15] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5,
];

/// What a server counts, and who may read it.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    access: MetricsAccess,
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    refusals: IntCounterVec,
    tokens: TokenMetrics,
    connections: IntGauge,
    connections_rejected: IntCounter,
}

impl Metrics {
    /// Metrics of a server that has done nothing yet.
    #[must_use]
    pub fn new(access: MetricsAccess, lines_lost: LinesLost) -> Self {
        let requests = counters(
            "agora_http_requests_total",
            "Requests, by what answered them and how.",
            &["shape", "route", "method", "status"],
        );
        let durations = HistogramOpts::new(
            "agora_http_request_duration_seconds",
            "Time from a request's head to its answer's.",
        );
        let durations =
            HistogramVec::new(durations.buckets(BUCKETS.into()), &["shape", "route"]).expect(VALID);
        let refusals = counters(
            "agora_requests_refused_total",
            "Requests that were answered with an error, by its code.",
            &["reason"],
        );
        let issued = counters(
            "agora_tokens_issued_total",
            "Tokens, by version and service. One for several services counts for each.",
            &["version", "service"],
        );
        let connections = IntGauge::new("agora_connections", "Open connections.").expect(VALID);
        let connections_rejected = IntCounter::new(
            "agora_connections_rejected_total",
            "Connections rejected because their address was above MAX_CONNECTIONS_PER_ADDRESS.",
        )
        .expect(VALID);
        let build = Opts::new("agora_build_info", "1, with the version that runs.");
        let build = IntGaugeVec::new(build, &["version"]).expect(VALID);
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);

        let registry = Registry::new();
        let add = |collector: Box<dyn Collector>| {
            registry
                .register(collector)
                .expect("each has a name of its own");
        };
        add(Box::new(requests.clone()));
        add(Box::new(durations.clone()));
        add(Box::new(refusals.clone()));
        add(Box::new(issued.clone()));
        add(Box::new(connections.clone()));
        add(Box::new(connections_rejected.clone()));
        add(Box::new(LinesLostCounter::new(lines_lost)));
        add(Box::new(build));
        #[cfg(target_os = "linux")]
        add(Box::new(
            prometheus::process_collector::ProcessCollector::for_self(),
        ));
        let tokens = TokenMetrics::new(&issued);
        Self(Arc::new(Inner {
            access,
            registry,
            requests,
            durations,
            refusals,
            tokens,
            connections,
            connections_rejected,
        }))
    }

    pub(super) fn access(&self) -> &MetricsAccess {
        &self.0.access
    }

    /// Whether they are served where everything else is.
    pub(super) fn is_on_main(&self) -> bool {
        self.0.access.listen().is_none()
    }

    /// All of them, in Prometheus' text format.
    pub(super) fn text(&self) -> String {
        let families = self.0.registry.gather();
        TextEncoder::new()
            .encode_to_string(&families)
            .expect("names and numbers, into memory")
    }

    /// What a route counts.
    pub(super) fn of_route(&self, route: &Route) -> RouteMetrics {
        RouteMetrics::new(self.0.requests.clone(), self.0.durations.clone(), *route)
    }

    /// Counts an error, by its code.
    pub(super) fn refused(&self, code: &'static str) {
        self.0.refusals.with_label_values(&[code]).inc();
    }

    /// Counts a token.
    pub(super) fn issued(&self, subject: &Subject) {
        self.0.tokens.each(subject, IntCounter::inc);
    }

    /// Leaves it to someone else to count a token, later.
    pub(super) fn will_be_issued(&self, subject: &Subject, counters: &mut Counters) {
        self.0
            .tokens
            .each(subject, |counter| counters.push(counter.clone()));
    }

    /// Counts a connection for as long as what is returned lives.
    pub(super) fn connected(&self) -> Connected {
        self.0.connections.inc();
        Connected(Some(self.0.connections.clone()))
    }

    /// Counts a connection that is rejected.
    pub(super) fn connection_rejected(&self) {
        self.0.connections_rejected.inc();
    }
}

/// Counters of what has not been done yet: of most requests, one token or two.
pub(super) type Counters = SmallVec<[IntCounter; 2]>;

/// A connection that is counted as open until this is dropped.
#[derive(Debug)]
#[must_use = "it counts for as long as it lives"]
pub struct Connected(Option<IntGauge>);

impl Connected {
    /// Nobody counts.
    pub(super) const UNCOUNTED: Self = Self(None);
}

impl Drop for Connected {
    fn drop(&mut self) {
        if let Some(open) = &self.0 {
            open.dec();
        }
    }
}

const VALID: &str = "name and labels are valid";

fn counters(name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    IntCounterVec::new(Opts::new(name, help), labels).expect(VALID)
}

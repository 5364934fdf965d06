//! The count of lost log lines, as a metric.

use prometheus::IntCounter;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use crate::telemetry::log::LinesLost;

/// Reads the count whenever the metrics are read.
#[derive(Debug)]
pub(super) struct LinesLostCounter {
    lines_lost: LinesLost,
    /// Has name and help text; stays 0.
    zero: IntCounter,
}

impl LinesLostCounter {
    pub(super) fn new(lines_lost: LinesLost) -> Self {
        let zero = counter();
        Self { lines_lost, zero }
    }
}

impl Collector for LinesLostCounter {
    fn desc(&self) -> Vec<&Desc> {
        self.zero.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let counter = counter(); // a new one, since two readers may come at once
        counter.inc_by(self.lines_lost.total());
        counter.collect()
    }
}

fn counter() -> IntCounter {
    let help = "Log lines that standard output did not take in time.";
    IntCounter::new("agora_log_lines_lost_total", help).expect(super::VALID)
}

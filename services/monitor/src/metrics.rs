//! What the journal's writer and the clock are measured by; names stand in `telemetry::names`.

use jiff::Timestamp;
use opentelemetry::{
    global,
    metrics::{Counter, Gauge},
};
use telemetry::names;

/// The writer's counters. Cloning shares them.
#[derive(Debug, Clone)]
pub struct JournalMeter {
    facts: Counter<u64>,
    lag_s: Gauge<f64>,
}

impl Default for JournalMeter {
    fn default() -> Self {
        let meter = global::meter("kezek");
        Self {
            facts: meter.u64_counter(names::JOURNAL_FACTS).build(),
            lag_s: meter.f64_gauge(names::JOURNAL_LAG).with_unit("s").build(),
        }
    }
}

impl JournalMeter {
    /// `count` facts were stored.
    pub fn stored(&self, count: usize) {
        self.facts.add(count as u64, &[]);
    }

    /// At `now` the journal is known to hold what happened up to `at`. While facts cannot be stored this is
    /// told at every try, so the lag grows with the clock.
    pub fn known_to(&self, at: Timestamp, now: Timestamp) {
        let behind = now.duration_since(at).as_secs_f64();
        self.lag_s.record(behind.max(0.0), &[]);
    }
}

/// The clock's gauge. Cloning shares it.
#[derive(Debug, Clone)]
pub struct ClockMeter {
    lateness_s: Gauge<f64>,
}

impl Default for ClockMeter {
    fn default() -> Self {
        let meter = global::meter("kezek");
        Self {
            lateness_s: meter
                .f64_gauge(names::DEADLINE_LATENESS)
                .with_unit("s")
                .build(),
        }
    }
}

impl ClockMeter {
    /// At `now` the oldest deadline that is due and not told came due then; none is, without it.
    pub fn oldest(&self, since: Option<Timestamp>, now: Timestamp) {
        let late = since.map_or(0.0, |since| now.duration_since(since).as_secs_f64());
        self.lateness_s.record(late.max(0.0), &[]);
    }
}

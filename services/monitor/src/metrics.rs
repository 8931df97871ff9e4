//! What the journal's writer is measured by; names stand in `telemetry::names`.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;
use opentelemetry::{global, metrics::Counter};
use telemetry::names;

/// The writer's counters. Cloning shares them.
#[derive(Debug, Clone)]
pub struct JournalMeter {
    facts: Counter<u64>,
    /// Up to when the journal is known to be complete, milliseconds since 1970; [`IDLE`]: up to now.
    complete_to_ms: Arc<AtomicI64>,
}

const IDLE: i64 = i64::MAX;

impl JournalMeter {
    /// Behind from `now` on, until something is heard.
    pub fn new(now: Timestamp) -> Self {
        let meter = global::meter("kezek");
        let complete_to_ms = Arc::new(AtomicI64::new(now.as_millisecond()));
        let seen = Arc::clone(&complete_to_ms);
        meter
            .f64_observable_gauge(names::JOURNAL_LAG)
            .with_unit("s")
            .with_callback(move |gauge| {
                let lag = lag_s(seen.load(Ordering::Relaxed), Timestamp::now());
                gauge.observe(lag, &[]);
            })
            .build();
        Self {
            facts: meter.u64_counter(names::JOURNAL_FACTS).build(),
            complete_to_ms,
        }
    }

    /// `count` facts were stored, the newest of them of `newest`.
    pub fn stored(&self, count: usize, newest: Option<Timestamp>) {
        self.facts.add(count as u64, &[]);
        if let Some(newest) = newest {
            self.complete_to_ms
                .store(newest.as_millisecond(), Ordering::Relaxed);
        }
    }

    /// Nothing is waiting to be stored.
    pub fn idle(&self) {
        self.complete_to_ms.store(IDLE, Ordering::Relaxed);
    }

    /// From now on it may be behind.
    pub fn interrupted(&self, now: Timestamp) {
        let now = now.as_millisecond();
        self.complete_to_ms
            .compare_exchange(IDLE, now, Ordering::Relaxed, Ordering::Relaxed)
            .ok();
    }
}

fn lag_s(complete_to_ms: i64, now: Timestamp) -> f64 {
    let behind = now.as_millisecond().saturating_sub(complete_to_ms).max(0);
    // Milliseconds of a lag fit a double exactly for some 285,000 years.
    #[expect(clippy::cast_precision_loss, reason = "see above")]
    let behind = behind as f64;
    behind / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_none_while_idle_and_grows_from_the_last_fact_stored() {
        let now = Timestamp::from_second(1_795_330_800).unwrap();
        let ms = now.as_millisecond();
        for (complete_to, expected) in [(IDLE, 0.0), (ms + 5, 0.0), (ms - 1500, 1.5)] {
            assert!((lag_s(complete_to, now) - expected).abs() < 1e-9);
        }
    }
}

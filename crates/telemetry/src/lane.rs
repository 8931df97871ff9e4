//! What is counted of every lane, by whoever runs it: never by the handlers.

use std::time::Duration;

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Gauge, Histogram, UpDownCounter},
};

use crate::names;

/// The counter of publishes that had to be repeated.
#[derive(Debug, Clone)]
pub struct RepeatMeter(Counter<u64>);

impl RepeatMeter {
    pub fn new() -> Self {
        let meter = global::meter("kezek");
        let counter = meter.u64_counter(names::PUBLISH_REPEATED).build();
        // Shown from the start: the first repeat is a rise from nothing, not a new line.
        counter.add(0, &[]);
        Self(counter)
    }

    pub fn repeated(&self, count: usize) {
        self.0.add(u64::try_from(count).unwrap_or(u64::MAX), &[]);
    }
}

impl Default for RepeatMeter {
    fn default() -> Self {
        Self::new()
    }
}

/// The counters of one lane.
#[derive(Debug, Clone)]
pub struct LaneMeter {
    lane: KeyValue,
    taken: Counter<u64>,
    given: Counter<u64>,
    parked: Counter<u64>,
    faults: Counter<u64>,
    duration_s: Histogram<f64>,
    in_hand: UpDownCounter<i64>,
    closed: Gauge<u64>,
}

impl LaneMeter {
    pub fn new(lane: &str) -> Self {
        let meter = global::meter("kezek");
        let duration_s = meter
            .f64_histogram(names::LANE_DURATION)
            .with_unit("s")
            .with_boundaries(names::DURATION_BOUNDS_S.to_vec());
        Self {
            lane: KeyValue::new(names::LANE, lane.to_owned()),
            taken: meter.u64_counter(names::LANE_TAKEN).build(),
            given: meter.u64_counter(names::LANE_GIVEN).build(),
            parked: meter.u64_counter(names::LANE_PARKED).build(),
            faults: meter.u64_counter(names::LANE_FAULTS).build(),
            duration_s: duration_s.build(),
            in_hand: meter.i64_up_down_counter(names::LANE_IN_HAND).build(),
            closed: meter.u64_gauge(names::LANE_CLOSED).build(),
        }
    }

    /// A message came out of the queue.
    pub fn took(&self) {
        self.taken.add(1, std::slice::from_ref(&self.lane));
        self.in_hand.add(1, std::slice::from_ref(&self.lane));
    }

    /// `count` messages were acknowledged or given back.
    pub fn let_go(&self, count: usize) {
        self.in_hand.add(
            -i64::try_from(count).unwrap_or(i64::MAX),
            std::slice::from_ref(&self.lane),
        );
    }

    /// A step ended in `ending` after `took`, and what follows from it was confirmed.
    pub fn gave(&self, ending: &'static str, took: Duration) {
        let labels = [self.lane.clone(), KeyValue::new(names::ENDING, ending)];
        self.given.add(1, &labels);
        self.duration_s.record(took.as_secs_f64(), &labels);
    }

    /// A message was none of this lane's business.
    pub fn passed_over(&self) {
        let ending = KeyValue::new(names::ENDING, "passed-over");
        self.given.add(1, &[self.lane.clone(), ending]);
    }

    /// A step could not be done.
    pub fn failed(&self, code: &'static str) {
        self.faults.add(
            1,
            &[self.lane.clone(), KeyValue::new(names::ERROR_CODE, code)],
        );
    }

    /// A message was set aside.
    pub fn parked(&self, code: &str) {
        self.parked.add(
            1,
            &[
                self.lane.clone(),
                KeyValue::new(names::ERROR_CODE, code.to_owned()),
            ],
        );
    }

    /// The lane closed or opened.
    pub fn closed(&self, closed: bool) {
        self.closed
            .record(u64::from(closed), std::slice::from_ref(&self.lane));
    }
}

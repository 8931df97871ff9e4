//! What certification authorities are asked, counted and timed: by whoever asks them, in every service alike.

use std::time::Duration;

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Histogram},
};

use crate::names;

/// What an authority is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// An OCSP answer about a certificate.
    Ocsp,
    /// A revocation list.
    List,
    /// What changed since a list.
    Changes,
    /// A timestamp.
    Timestamp,
}

/// How that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The authority answered, and the answer holds.
    Answered,
    /// It was not asked: another copy of the service had shared its answer.
    Shared,
    /// No answer, or one that does not hold.
    Failed,
}

/// The counters of what authorities are asked.
#[derive(Debug, Clone)]
pub struct AuthorityMeter {
    asked: Counter<u64>,
    duration_s: Histogram<f64>,
}

impl AuthorityMeter {
    pub fn new() -> Self {
        let meter = global::meter("kezek");
        let duration_s = meter
            .f64_histogram(names::AUTHORITY_DURATION)
            .with_unit("s")
            .with_boundaries(names::DURATION_BOUNDS_S.to_vec());
        Self {
            asked: meter.u64_counter(names::AUTHORITY_ASKED).build(),
            duration_s: duration_s.build(),
        }
    }

    /// An authority was asked, and it took so long.
    pub fn asked(&self, asked: Asked, is_good: bool, took: Duration) {
        let outcome = if is_good {
            Outcome::Answered
        } else {
            Outcome::Failed
        };
        let labels = labels(asked, outcome);
        self.asked.add(1, &labels);
        self.duration_s.record(took.as_secs_f64(), &labels);
    }

    /// What an authority would have been asked for was shared.
    pub fn shared(&self, asked: Asked) {
        self.asked.add(1, &labels(asked, Outcome::Shared));
    }
}

impl Default for AuthorityMeter {
    fn default() -> Self {
        Self::new()
    }
}

fn labels(asked: Asked, outcome: Outcome) -> [KeyValue; 2] {
    [
        KeyValue::new(names::AUTHORITY_SERVICE, asked.as_str()),
        KeyValue::new(names::AUTHORITY_OUTCOME, outcome.as_str()),
    ]
}

impl Asked {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ocsp => "ocsp",
            Self::List => "crl",
            Self::Changes => "delta-crl",
            Self::Timestamp => "tsp",
        }
    }
}

impl Outcome {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Shared => "shared",
            Self::Failed => "failed",
        }
    }
}

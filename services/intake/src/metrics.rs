//! What is counted at the door: messages accepted, requests refused. Names come from `telemetry::names`; labels
//! are participants, services, kinds and codes, never anything of a person.

use message::Message;
use opentelemetry::{KeyValue, global, metrics::Counter};
use telemetry::names;

/// The counters of the door.
#[derive(Debug, Clone)]
pub struct Metrics {
    accepted: Counter<u64>,
    refused: Counter<u64>,
}

impl Metrics {
    pub fn new() -> Self {
        let meter = global::meter("kezek");
        Self {
            accepted: meter.u64_counter(names::INTAKE_ACCEPTED).build(),
            refused: meter.u64_counter(names::INTAKE_REFUSED).build(),
        }
    }

    /// A message of `participant` was accepted for the first time.
    pub fn accepted(&self, participant: &str, message: Option<&Message>) {
        let mut labels = vec![by(participant)];
        if let Some(message) = message {
            labels.push(KeyValue::new(names::SERVICE, message.service.to_string()));
            labels.push(KeyValue::new(names::KIND, message.kind.as_str()));
        }
        self.accepted.add(1, &labels);
    }

    /// A request of `participant` was refused.
    pub fn refused(&self, participant: &str, code: &'static str) {
        self.refused.add(
            1,
            &[by(participant), KeyValue::new(names::ERROR_CODE, code)],
        );
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn by(participant: &str) -> KeyValue {
    KeyValue::new(names::PARTICIPANT, participant.to_owned())
}

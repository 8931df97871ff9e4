//! Every name that a trace, a metric or a log attribute has here.
//!
//! They follow OpenTelemetry's semantic conventions 1.44 (messaging, HTTP, RPC); what is our own begins with
//! `kezek.`. None of them ever carries a personal number, a name or a document.

/// `messaging.system`, always [`RABBITMQ`].
pub const MESSAGING_SYSTEM: &str = "messaging.system";
pub const RABBITMQ: &str = "rabbitmq";
/// `send`, `process` or `settle`.
pub const MESSAGING_OPERATION_TYPE: &str = "messaging.operation.type";
pub const MESSAGING_OPERATION_NAME: &str = "messaging.operation.name";
pub const MESSAGING_DESTINATION_NAME: &str = "messaging.destination.name";
pub const MESSAGING_ROUTING_KEY: &str = "messaging.rabbitmq.destination.routing_key";
pub const MESSAGING_MESSAGE_ID: &str = "messaging.message.id";
/// The application number: an identifier of a case, not of a person.
pub const APPLICATION_NUMBER: &str = "kezek.application.number";
/// The lane a measure or span belongs to.
pub const LANE: &str = "kezek.lane";
/// A code of the error catalogue.
pub const ERROR_CODE: &str = "kezek.error.code";
/// How a step ended: pass, refuse, later, never.
pub const ENDING: &str = "kezek.ending";

/// Counter: messages taken from a lane.
pub const LANE_TAKEN: &str = "kezek.lane.taken";
/// Counter: messages published and confirmed by the workers of a lane, by ending.
pub const LANE_GIVEN: &str = "kezek.lane.given";
/// Counter: messages set aside for a person.
pub const LANE_PARKED: &str = "kezek.lane.parked";
/// Counter: steps that could not be done, by error code.
pub const LANE_FAULTS: &str = "kezek.lane.faults";
/// Histogram, seconds: how long a step took.
pub const LANE_DURATION: &str = "kezek.lane.duration";
/// Up-down counter: messages taken and not yet acknowledged.
pub const LANE_IN_HAND: &str = "kezek.lane.in_hand";
/// Gauge: 1 while the lane is closed.
pub const LANE_CLOSED: &str = "kezek.lane.closed";
/// Counter: requests refused at the door, by error code.
pub const INTAKE_REFUSED: &str = "kezek.intake.refused";
/// Counter: messages accepted at the door.
pub const INTAKE_ACCEPTED: &str = "kezek.intake.accepted";
/// Gauge, seconds: how far the monitor's journal is behind the stream.
pub const JOURNAL_LAG: &str = "kezek.journal.lag";
/// Counter: facts written to the journal.
pub const JOURNAL_FACTS: &str = "kezek.journal.facts";
/// Counter: publishes repeated because their confirm was missing or negative.
pub const PUBLISH_REPEATED: &str = "kezek.publish.repeated";

/// Bucket bounds of [`LANE_DURATION`], seconds.
pub const DURATION_BOUNDS_S: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

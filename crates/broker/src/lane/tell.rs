//! What is told of a step that ended and of a lane that changed: to the journal, the log and the metrics.

use fault::{Again, Blame, Fault};
use flow::{Lane, end_key};
use jiff::Timestamp;
use message::{About, Detail, Event, Fact, FactName};
use stage::{Change, Publication};
use telemetry::names;
use tracing::{Span, debug, info, warn};

/// Whether the outside system is away, for every message.
pub(super) fn is_outage(fault: &Fault) -> bool {
    fault.again == Again::Later && fault.blame == Blame::Lane
}

/// The fact that a lane closed or opened (X12).
pub(super) fn change(
    lane: &Lane,
    change: Change,
    fault: Option<&Fault>,
    now: Timestamp,
) -> Publication {
    let detail = match change {
        Change::Opened => {
            info!(lane = %lane.name, "the lane is open");
            Detail::LaneOpened
        }
        Change::Closed => {
            let code = fault.map_or("", |fault| fault.code.name);
            warn!(lane = %lane.name, code, "the lane is closed");
            Detail::LaneClosed {
                code: code.to_owned(),
                explanation: fault.map_or_else(String::new, |fault| fault.explanation.clone()),
            }
        }
    };
    let about = About::Lane(lane.name.clone());
    let fact = Fact::new(about, now, lane.service(), detail);
    Publication {
        key: end_key(fact.name()),
        also: None,
        event: Event {
            facts: vec![fact],
            message: None,
        },
    }
}

/// A failed step, in the log and on its span. The errors beneath may quote what others sent, so they are for
/// the debug log only.
pub(super) fn fault(lane: &Lane, fault: &Fault, span: &Span) {
    span.record(names::ERROR_CODE, fault.code.name);
    telemetry::span::failed(span, fault.code.name);
    warn!(lane = %lane.name, code = fault.code.name, %fault, "a step failed");
    let mut source = std::error::Error::source(fault);
    while let Some(error) = source {
        debug!(lane = %lane.name, %error, "because of");
        source = error.source();
    }
}

pub(super) fn last(publication: &Publication) -> Option<&Detail> {
    publication.event.facts.last().map(|fact| &fact.detail)
}

/// How a step ended, as the metrics call it.
pub(super) fn ending(publication: &Publication) -> &'static str {
    match last(publication).map(Detail::name) {
        Some(FactName::AttemptFailed) => "later",
        Some(FactName::Parked) => "never",
        Some(FactName::Refused) => "refuse",
        _ => "pass",
    }
}

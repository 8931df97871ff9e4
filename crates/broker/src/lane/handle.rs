//! One step, done: within its deadline, in its span, whatever the handler does.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use fault::{Fault, inside};
use flow::Lane;
use futures::FutureExt;
use lapin::{message::Delivery, types::ShortString};
use message::{Detail, Event};
use stage::{Stage, Ticket, Verdict};
use telemetry::{names, span::Origin};
use tracing::{Instrument, Span};

use crate::parcel::trace_of;

/// A delivery that waits for its turn.
pub(super) struct Held {
    pub(super) place: Place,
    pub(super) event: Event,
    pub(super) delivery: Delivery,
    pub(super) since: Instant,
}

/// Which delivery of which session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) session: u64,
    pub(super) tag: u64,
}

/// A step that has ended.
pub(super) struct Handled {
    pub(super) place: Place,
    pub(super) ticket: Ticket,
    pub(super) event: Event,
    pub(super) ended: Result<Verdict, Fault>,
    /// What a step that failed may have done.
    pub(super) attempted: Vec<Detail>,
    pub(super) took: Duration,
    pub(super) span: Span,
}

/// Does the step. A handler that panics or takes too long has failed on this message; it may be tried again.
pub(super) async fn handle(
    stage: Arc<dyn Stage>,
    limit: Duration,
    span: Span,
    held: Held,
    ticket: Ticket,
) -> Handled {
    let begun = Instant::now();
    let step = AssertUnwindSafe(stage.handle(&held.event)).catch_unwind();
    let ended = tokio::time::timeout(limit, step.instrument(span.clone())).await;
    let ended = match ended {
        Ok(Ok(ended)) => ended,
        Ok(Err(_panic)) => {
            Err(Fault::later(&inside::INTERNAL, "do the step").because("the handler panicked"))
        }
        Err(_elapsed) => Err(Fault::later(&inside::HANDLING_TIMEOUT, "do the step")
            .because(format!("it took longer than {} ms", limit.as_millis()))),
    };
    let attempted = match &ended {
        Ok(_) => Vec::new(),
        Err(_) => stage.attempted(&held.event),
    };
    Handled {
        place: held.place,
        ticket,
        event: held.event,
        ended,
        attempted,
        took: begun.elapsed(),
        span,
    }
}

/// Asks whether the outside system is back, within the same deadline.
pub(super) async fn probe(stage: Arc<dyn Stage>, limit: Duration) -> bool {
    let asked = AssertUnwindSafe(stage.probe()).catch_unwind();
    matches!(tokio::time::timeout(limit, asked).await, Ok(Ok(Ok(()))))
}

/// The span of a step, in the trace that came with the message.
pub(super) fn span(lane: &Lane, held: &Held) -> Span {
    let Delivery {
        exchange,
        routing_key,
        properties,
        ..
    } = &held.delivery;
    let origin = Origin {
        exchange: exchange.as_str(),
        key: routing_key.as_str(),
        id: properties.message_id().as_ref().map(ShortString::as_str),
        sent: trace_of(properties),
    };
    let span = telemetry::span::process(lane.name.as_str(), origin);
    if let Some(message) = &held.event.message {
        span.record(names::MESSAGE_ID, message.id.to_string());
        span.record(names::APPLICATION_NUMBER, message.number.to_string());
    }
    span
}

//! What the lanes hold, and how many checks are overdue, as gauges: looked at again and again, so that nobody has to
//! ask.
//!
//! In: the same answer that `/v1/lanes` gives, and the table of checks. Out: the page of metrics. What could not be
//! looked at is not told, rather than told as it was.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use opentelemetry::{KeyValue, global, metrics::AsyncInstrument};
use telemetry::names;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{answers::Lane, questions::Questions};

/// Pause between two looks. A look asks the broker twice for each lane and the database once.
const PAUSE: Duration = Duration::from_secs(10);

type Seen = Arc<Mutex<Vec<Lane>>>;
/// Checks that nobody has answered in time; none while they cannot be counted.
type Overdue = Arc<Mutex<Option<u64>>>;

/// Looks at the lanes until `shutdown`.
pub(crate) async fn keep(questions: Questions, shutdown: CancellationToken) -> anyhow::Result<()> {
    let (seen, overdue) = (Seen::default(), Overdue::default());
    register(&seen, &overdue);
    let mut was_seen = true;
    loop {
        let looked = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            looked = questions.lanes(Timestamp::now()) => looked,
        };
        if let (Err(error), true) = (&looked, was_seen) {
            warn!(%error, "the lanes cannot be looked at");
        }
        was_seen = looked.is_ok();
        *seen.lock().unwrap_or_else(PoisonError::into_inner) = looked.unwrap_or_default();
        let counted = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            counted = questions.store.overdue_checks(Timestamp::now()) => counted,
        };
        let counted = counted.ok().and_then(|count| u64::try_from(count).ok());
        *overdue.lock().unwrap_or_else(PoisonError::into_inner) = counted;
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

fn register(seen: &Seen, overdue: &Overdue) {
    let meter = global::meter("kezek");
    let overdue = Arc::clone(overdue);
    meter
        .u64_observable_gauge(names::CHECK_OVERDUE)
        .with_callback(move |gauge| {
            let overdue = overdue.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(count) = *overdue {
                gauge.observe(count, &[]);
            }
        })
        .build();
    let told = |value: fn(&Lane) -> Option<u64>| {
        let seen = Arc::clone(seen);
        move |gauge: &dyn AsyncInstrument<u64>| {
            for lane in seen.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                if let Some(value) = value(lane) {
                    gauge.observe(value, &[KeyValue::new(names::LANE, lane.name.clone())]);
                }
            }
        }
    };
    meter
        .u64_observable_gauge(names::LANE_WAITING)
        .with_callback(told(|lane| Some(lane.waiting)))
        .build();
    meter
        .u64_observable_gauge(names::LANE_STANDING_PARKED)
        .with_callback(told(|lane| Some(lane.parked)))
        .build();
    meter
        .u64_observable_gauge(names::LANE_OLDEST)
        .with_unit("s")
        .with_callback(told(|lane| lane.oldest_s))
        .build();
}

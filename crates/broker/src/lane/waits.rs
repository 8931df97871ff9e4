//! What the task of a lane waits for besides the broker: the clock, and the probe.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use stage::Gate;

use super::handle::Held;
use crate::Config;

/// When to look again although nothing has happened: for the next probe, for the rate, or because a closed
/// lane has held its messages for long enough.
pub(super) fn wake_at(
    gate: &Gate,
    held: &VecDeque<Held>,
    is_consuming: bool,
    config: &Config,
) -> Option<Instant> {
    let gate_at = gate.wake_at(Instant::now());
    if !gate.is_closed() {
        return gate_at.filter(|_| !held.is_empty());
    }
    let hold_max = Duration::from_secs(config.hold_s_max);
    let hold_at = held.front().map(|held| held.since + hold_max);
    let hold_at = hold_at.filter(|_| is_consuming);
    [gate_at, hold_at].into_iter().flatten().min()
}

pub(super) async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// The answer of the probe under way; never, if none is.
pub(super) async fn answer(probe: &mut Option<BoxFuture<'static, bool>>) -> bool {
    match probe {
        Some(probe) => probe.await,
        None => std::future::pending().await,
    }
}

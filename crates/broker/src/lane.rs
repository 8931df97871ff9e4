//! Running a stage over its lane: decode → span → handle, with a deadline → publish, confirmed → acknowledge,
//! last. The order is fixed, and nothing in it can lose a message: what was not acknowledged comes again.

mod acks;
mod floor;
mod handle;
mod session;
mod tell;
mod waits;
mod worker;

use std::sync::Arc;

use flow::{InvalidMap, Map};
use jiff::Timestamp;
use message::LaneName;
use stage::Stage;
use tokio_util::sync::CancellationToken;

pub use floor::{Arrival, Floor, FloorError};

use crate::{Config, Publisher};

/// Where the time comes from: `Timestamp::now`, or a test's own.
pub type Clock = fn() -> Timestamp;

/// Runs `stage` over `lane` until `shutdown`, through every failure of the broker and of the outside system.
///
/// After `shutdown` it takes nothing new, finishes what is in hand within `config.drain_ms_max` and hands the
/// rest back. `publisher` must outlive it: close that one afterwards. Fails only when the lane is not on the map.
pub async fn run_lane(
    config: Config,
    map: Arc<Map>,
    lane: LaneName,
    stage: Arc<dyn Stage>,
    publisher: Publisher,
    shutdown: CancellationToken,
    now: Clock,
) -> Result<(), InvalidMap> {
    let lane = map.lane(lane.as_str())?.clone();
    worker::Worker::new(config, map, lane, stage, publisher, now)
        .run(&shutdown)
        .await;
    Ok(())
}

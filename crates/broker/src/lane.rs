//! Running a stage over its lane.

use std::sync::Arc;

use flow::{InvalidMap, Map};
use jiff::Timestamp;
use message::LaneName;
use stage::Stage;
use tokio_util::sync::CancellationToken;

use crate::{Config, Publisher};

/// Where the time comes from: `Timestamp::now`, or a test's own.
pub type Clock = fn() -> Timestamp;

/// Runs `stage` over `lane` until `shutdown`.
pub async fn run_lane(
    config: Config,
    map: Arc<Map>,
    lane: LaneName,
    stage: Arc<dyn Stage>,
    publisher: Publisher,
    shutdown: CancellationToken,
    now: Clock,
) -> Result<(), InvalidMap> {
    let _ = (config, stage, publisher, now);
    map.lane(lane.as_str())?;
    shutdown.cancelled().await;
    Ok(())
}

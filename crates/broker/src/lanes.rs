//! The one way in which a service works its lanes.

use std::sync::Arc;

use flow::{InvalidMap, Map};
use jiff::Timestamp;
use message::LaneName;
use stage::Stage;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{CheckError, Config, Publisher, check_when_up, run_lane};

/// Why the lanes of a service cannot be worked.
#[derive(Debug, thiserror::Error)]
pub enum LanesError {
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error(transparent)]
    Map(#[from] InvalidMap),
    #[error("a lane broke")]
    Broke(#[from] JoinError),
}

/// Waits until the broker is there and the queues of `service` are safe, calls `is_up`, and works each lane with
/// its stage and a connection of its own until `shutdown`. Ends when all have finished what they had in hand.
///
/// A broker that is away, at the start or later, is waited for; one that could lose messages ends it. A lane
/// that breaks stops the others in good order, so that the process can be started anew.
pub async fn run_lanes(
    config: Config,
    map: Arc<Map>,
    service: &str,
    stages: Vec<(LaneName, Arc<dyn Stage>)>,
    shutdown: CancellationToken,
    is_up: impl FnOnce() + Send,
) -> Result<(), LanesError> {
    for (lane, _) in &stages {
        map.lane(lane.as_str())?;
    }
    if !check_when_up(&config, &map.queues_of(service), &shutdown).await? {
        return Ok(());
    }
    is_up();
    let stop = shutdown.child_token();
    let mut lanes = JoinSet::new();
    for (lane, stage) in stages {
        let (config, map, stop) = (config.clone(), Arc::clone(&map), stop.clone());
        lanes.spawn(async move {
            let publisher = Publisher::start(&config, lane.as_str());
            let (closing, limit) = (publisher.clone(), config.confirm_max());
            run_lane(config, map, lane, stage, publisher, stop, Timestamp::now).await?;
            // The lane has waited for its confirms: nothing of it can be left over.
            closing.close(limit).await;
            Ok::<_, InvalidMap>(())
        });
    }
    let mut ended = Ok(());
    while let Some(lane) = lanes.join_next().await {
        let lane = lane.map_err(LanesError::from).and_then(|l| Ok(l?));
        if lane.is_err() {
            stop.cancel();
            ended = ended.and(lane);
        }
    }
    ended
}

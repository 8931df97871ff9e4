//! Makes the parts of the notifier and joins them.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use broker::{CheckError, Publisher};
use chassis::{Chassis, Condition};
use flow::{Lane, Map};
use jiff::Timestamp;
use regulations::Regulations;
use tokio_util::sync::CancellationToken;

use crate::{channels, config::Config, notify::Notify, texts::Texts, told::Told};

const SERVICE: &str = "notifier";

/// Pause between looks at a broker that is not there.
const BROKER_PAUSE: Duration = Duration::from_secs(1);

/// Builds the stage of each lane `notifier.<channel>` and hands its work to the process.
#[expect(clippy::unused_async, reason = "the shape that the chassis calls")]
pub async fn build(config: Config, chassis: Chassis) -> anyhow::Result<()> {
    let map = Arc::new(Map::load(&config.flow)?);
    let regulations = Arc::new(Regulations::load(&config.regulations)?);
    let texts = Arc::new(Texts::read()?);
    for name in config.channels.keys() {
        map.lane(&format!("{SERVICE}.{name}"))
            .with_context(|| format!("channels.{name}"))?;
    }
    let lanes: Vec<_> = map.lanes_of(SERVICE).collect();
    ensure!(
        !lanes.is_empty(),
        "the flow map has no lane of the notifier"
    );
    for lane in lanes {
        let name = lane
            .name
            .as_str()
            .trim_start_matches("notifier.")
            .to_owned();
        let channel = config.channels.get(&name);
        let channel = channel.with_context(|| format!("channels.{name} is missing"))?;
        let stage = Notify {
            channel: channels::open(&channel.adapter, &channel.settings)?,
            name,
            texts: Arc::clone(&texts),
            regulations: Arc::clone(&regulations),
            told: Told::new(&config.redis)?,
            now: Timestamp::now,
        };
        let work = Work {
            config: config.broker.clone(),
            map: Arc::clone(&map),
            lane: lane.clone(),
            condition: chassis.condition("broker"),
            shutdown: chassis.shutdown(),
        };
        chassis.spawn("lane", work.run(stage));
    }
    Ok(())
}

/// What one lane needs to be worked.
struct Work {
    config: broker::Config,
    map: Arc<Map>,
    lane: Lane,
    condition: Condition,
    shutdown: CancellationToken,
}

impl Work {
    /// Looks at the broker until it is there and safe, then works the lane until `shutdown`.
    async fn run(self, stage: Notify) -> anyhow::Result<()> {
        let queues = self.map.queues_of(SERVICE);
        while let Err(error) = broker::check(&self.config, &queues).await {
            let CheckError::Unavailable { what, source } = error else {
                return Err(error.into());
            };
            tracing::warn!(what, %source, "the broker cannot be looked at yet");
            tokio::select! {
                () = self.shutdown.cancelled() => return Ok(()),
                () = tokio::time::sleep(BROKER_PAUSE) => {}
            }
        }
        self.condition.set(true);
        let publisher = Publisher::start(&self.config, self.lane.name.as_str());
        let drain = Duration::from_millis(self.config.drain_ms_max);
        broker::run_lane(
            self.config,
            self.map,
            self.lane.name,
            Arc::new(stage),
            publisher.clone(),
            self.shutdown,
            Timestamp::now,
        )
        .await?;
        publisher.close(drain).await;
        Ok(())
    }
}

//! Makes the parts of the notifier and joins them.

use std::sync::Arc;

use anyhow::{Context, ensure};
use chassis::Chassis;
use flow::Map;
use jiff::Timestamp;
use message::LaneName;
use regulations::Regulations;
use stage::Stage;

use crate::{channels, config::Config, notify::Notify, texts::Texts, told::Told};

const SERVICE: &str = "notifier";

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
    let mut stages: Vec<(LaneName, Arc<dyn Stage>)> = Vec::new();
    for lane in lanes {
        let name = lane
            .name
            .as_str()
            .trim_start_matches("notifier.")
            .to_owned();
        let channel = config.channels.get(&name);
        let channel = channel.with_context(|| format!("channels.{name} is missing"))?;
        let channel = channels::open(&channel.adapter, &channel.settings)?;
        if let Some(filed_by) = &lane.filed_by {
            ensure!(
                channel.filed_by() == Some(filed_by),
                "channels.{name}: its lane hears only of what {filed_by} filed, and it tells another"
            );
        }
        let stage = Notify {
            channel,
            name,
            texts: Arc::clone(&texts),
            regulations: Arc::clone(&regulations),
            told: Told::new(&config.redis)?,
            now: Timestamp::now,
        };
        stages.push((lane.name.clone(), Arc::new(stage)));
    }
    let (condition, shutdown) = (chassis.condition("broker"), chassis.shutdown());
    chassis.spawn("lanes", async move {
        let is_up = || condition.set(true);
        broker::run_lanes(config.broker, map, SERVICE, stages, shutdown, is_up).await?;
        Ok(())
    });
    Ok(())
}

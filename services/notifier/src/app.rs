//! Makes the parts of the notifier and joins them.

use std::sync::Arc;

use anyhow::{Context, ensure};
use broker::Publisher;
use chassis::Chassis;
use flow::Map;
use jiff::Timestamp;
use regulations::Regulations;
use stage::Stage;

use crate::{channels, config::Config, notify::Notify, texts::Texts, told::Told};

/// Builds the stage of each lane `notifier.<channel>` and runs it.
pub async fn build(config: Config, chassis: Chassis) -> anyhow::Result<()> {
    let map = Arc::new(Map::load(&config.flow)?);
    let regulations = Arc::new(Regulations::load(&config.regulations)?);
    let texts = Arc::new(Texts::read()?);
    let lanes: Vec<_> = map
        .lanes_of("notifier")
        .map(|lane| lane.name.clone())
        .collect();
    ensure!(
        !lanes.is_empty(),
        "the flow map has no lane of the notifier"
    );
    for name in config.channels.keys() {
        let known = lanes
            .iter()
            .any(|lane| lane.as_str() == format!("notifier.{name}"));
        ensure!(
            known,
            "channels.{name}: the flow map has no lane `notifier.{name}`"
        );
    }

    broker::check(&config.broker, &map.queues_of("notifier")).await?;
    let publisher = Publisher::start(&config.broker, "notifier");
    for lane in lanes {
        let name = lane.as_str().trim_start_matches("notifier.").to_owned();
        let channel = config.channels.get(&name);
        let channel =
            channel.with_context(|| format!("channels.{name} is missing for `{lane}`"))?;
        let stage: Arc<dyn Stage> = Arc::new(Notify {
            channel: channels::open(&channel.adapter, &channel.settings)?,
            name,
            texts: Arc::clone(&texts),
            regulations: Arc::clone(&regulations),
            told: Told::new(&config.redis)?,
        });
        let running = broker::run_lane(
            config.broker.clone(),
            Arc::clone(&map),
            lane,
            stage,
            publisher.clone(),
            chassis.shutdown(),
            Timestamp::now,
        );
        chassis.spawn("lane", async { Ok(running.await?) });
    }
    Ok(())
}

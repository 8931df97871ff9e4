//! Makes the parts and joins them. No logic.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use broker::Publisher;
use chassis::Chassis;
use flow::Map;
use jiff::Timestamp;
use message::LaneName;
use regulations::Regulations;
use stage::Stage;

use crate::{
    config::{Config, lane_of},
    deliver::Deliver,
    route::Route,
};

const SERVICE: &str = "router";
const ROUTE: &str = "router.route";

/// Builds the service: the lane that chooses, and a lane for each provider.
pub async fn build(config: Config, chassis: Chassis) -> anyhow::Result<()> {
    let map = Arc::new(Map::load(&config.flow)?);
    let regulations = regulations(&config.regulations, &map)?;
    broker::check(&config.broker, &map.queues_of(SERVICE)).await?;

    let route = Route {
        map: Arc::clone(&map),
        regulations,
    };
    let mut lanes: Vec<(LaneName, Arc<dyn Stage>)> = vec![(LaneName::new(ROUTE)?, Arc::new(route))];
    for (code, provider) in &config.providers {
        let provider = providers::open(&provider.adapter, &provider.settings)
            .with_context(|| format!("provider.{code}"))?;
        let deliver = Deliver {
            code: code.clone(),
            provider: Arc::from(provider),
        };
        lanes.push((LaneName::new(&lane_of(code))?, Arc::new(deliver)));
    }
    for (lane, stage) in lanes {
        let (broker, map, shutdown) = (config.broker.clone(), Arc::clone(&map), chassis.shutdown());
        chassis.spawn(SERVICE, async move {
            let publisher = Publisher::start(&broker, lane.as_str());
            let (limit, closing) = (
                Duration::from_millis(broker.confirm_ms_max),
                publisher.clone(),
            );
            broker::run_lane(
                broker,
                map,
                lane,
                stage,
                publisher,
                shutdown,
                Timestamp::now,
            )
            .await?;
            closing.close(limit).await;
            Ok(())
        });
    }
    Ok(())
}

/// The regulations, if nothing is wrong with them.
fn regulations(folder: &Path, map: &Map) -> anyhow::Result<Arc<Regulations>> {
    let regulations = Regulations::load(folder)?;
    let findings = regulations.check(&|lane| map.lane(lane).is_ok());
    if let Some(first) = findings.first() {
        let count = findings.len();
        bail!("the regulations are wrong, {count} times; first: {first}");
    }
    Ok(Arc::new(regulations))
}

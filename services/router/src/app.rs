//! Makes the parts and joins them. No logic.

use std::sync::Arc;

use anyhow::Context;
use chassis::Chassis;
use flow::Map;
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
#[expect(clippy::unused_async, reason = "the shape that the chassis calls")]
pub async fn build(config: Config, chassis: Chassis) -> anyhow::Result<()> {
    let map = Arc::new(Map::load(&config.flow)?);
    let has_lane = |lane: &str| map.lane(lane).is_ok();
    let regulations = Arc::new(Regulations::load_checked(&config.regulations, &has_lane)?);

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
    let (condition, shutdown) = (chassis.condition("broker"), chassis.shutdown());
    chassis.spawn("lanes", async move {
        let is_up = || condition.set(true);
        broker::run_lanes(config.broker, map, SERVICE, lanes, shutdown, is_up).await?;
        Ok(())
    });
    Ok(())
}

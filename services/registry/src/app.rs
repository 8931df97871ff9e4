//! Makes the parts and joins them. No logic.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::Context;
use async_trait::async_trait;
use broker::Publisher;
use chassis::Chassis;
use fault::{Fault, door::BROKER_UNAVAILABLE};
use flow::Map;
use jiff::Timestamp;
use message::{LaneName, RegisterName};
use regulations::Regulations;
use stage::{Publication, Stage};
use tokio::net::TcpListener;
use tonic::transport::{Server, server::TcpIncoming};
use wire::proto::registry::registry_server::SERVICE_NAME;

use crate::{
    answers::Answers,
    ask::Ask,
    config::{Config, Grpc, lane_of},
    grpc::{Journal, Lookup},
    look_up::LookUp,
};

const SERVICE: &str = "registry";

/// How long a query may take to be registered before the question is given up.
const JOURNAL_MAX: Duration = Duration::from_secs(5);

/// Builds the service: a lane for each register, and the door for questions.
pub async fn build(config: Config, chassis: Chassis) -> anyhow::Result<()> {
    let map = Arc::new(Map::load(&config.flow)?);
    let has_lane = |lane: &str| map.lane(lane).is_ok();
    let regulations = Arc::new(Regulations::load_checked(&config.regulations, &has_lane)?);
    let registers = registers(&config)?;

    let publisher = Publisher::start(&config.broker, SERVICE);
    serve(&config.grpc, registers.clone(), publisher.clone(), &chassis).await?;
    let mut lanes: Vec<(LaneName, Arc<dyn Stage>)> = Vec::new();
    for (name, register) in &config.registers {
        let stage = Arc::new(LookUp {
            register: name.clone(),
            about: register.about,
            ask: registers[name].clone(),
            regulations: Arc::clone(&regulations),
        });
        lanes.push((LaneName::new(&lane_of(name))?, stage));
    }
    let (condition, shutdown) = (chassis.condition("broker"), chassis.shutdown());
    chassis.spawn("lanes", async move {
        let is_up = || condition.set(true);
        broker::run_lanes(config.broker, map, SERVICE, lanes, shutdown, is_up).await?;
        Ok(())
    });
    Ok(())
}

fn registers(config: &Config) -> anyhow::Result<BTreeMap<RegisterName, Ask>> {
    let answers = match &config.redis {
        Some(redis) => Answers::kept_in(redis).context("redis.url")?,
        None => Answers::forgotten(),
    };
    let open = |(name, register): (&RegisterName, &crate::config::Register)| {
        let registry = registries::open(&register.adapter, &register.settings)
            .with_context(|| format!("register.{name}"))?;
        let ask = Ask {
            registry: Arc::from(registry),
            answers: answers.clone(),
            cache_s: register.cache_s,
            now: Timestamp::now,
        };
        Ok((name.clone(), ask))
    };
    config.registers.iter().map(open).collect()
}

async fn serve(
    grpc: &Grpc,
    registers: BTreeMap<RegisterName, Ask>,
    publisher: Publisher,
    chassis: &Chassis,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(grpc.listen)
        .await
        .with_context(|| format!("cannot listen on grpc.listen = {}", grpc.listen))?;
    let lookup = Lookup::server(registers, Arc::new(Broker(publisher)), Timestamp::now);
    let shutdown = chassis.shutdown();
    chassis.spawn("grpc", async move {
        Server::builder()
            .layer(telemetry::grpc::server(SERVICE_NAME))
            .add_service(lookup)
            .serve_with_incoming_shutdown(TcpIncoming::from(listener), shutdown.cancelled_owned())
            .await?;
        Ok(())
    });
    Ok(())
}

/// The journal, behind the broker.
struct Broker(Publisher);

#[async_trait]
impl Journal for Broker {
    async fn write(&self, publication: Publication) -> Result<(), Fault> {
        let stored = self.0.publish_within(publication, JOURNAL_MAX).await;
        stored.map_err(|e| Fault::later(&BROKER_UNAVAILABLE, "register the query").from_source(e))
    }
}

//! Makes the parts and joins them. No logic.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use async_trait::async_trait;
use broker::Publisher;
use chassis::Chassis;
use fault::{Fault, door::BROKER_UNAVAILABLE};
use flow::Map;
use jiff::Timestamp;
use message::{LaneName, RegisterName};
use regulations::Regulations;
use stage::Publication;
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
    let regulations = regulations(&config.regulations, &map)?;
    let registers = registers(&config)?;
    broker::check(&config.broker, &map.queues_of(SERVICE)).await?;

    let publisher = Publisher::start(&config.broker, SERVICE);
    serve(&config.grpc, registers.clone(), publisher.clone(), &chassis).await?;
    let mut lanes = Vec::new();
    for (name, register) in &config.registers {
        let stage = Arc::new(LookUp {
            register: name.clone(),
            about: register.about,
            ask: registers[name].clone(),
            regulations: Arc::clone(&regulations),
        });
        lanes.push((LaneName::new(&lane_of(name))?, stage));
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
        bail!(
            "the regulations are wrong, {} times; first: {first}",
            findings.len()
        );
    }
    Ok(Arc::new(regulations))
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

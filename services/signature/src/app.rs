//! Makes the parts of the service and joins them.
//!
//! Configuration → trust and lists → stage → its lane and its gRPC server. The folder of authorities and the
//! map are read, and the broker's queues checked, before the first message is taken.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use broker::{CheckError, Publisher};
use chassis::{Chassis, Condition};
use flow::Map;
use jiff::Timestamp;
use message::LaneName;
use signatures::{Policy, Verifier};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::TcpIncoming;
use wire::proto::signature::signatures_server::SERVICE_NAME;

use crate::cache::Cache;
use crate::config::{self, Config};
use crate::grpc::Questions;
use crate::lists::Lists;
use crate::trust::Authorities;
use crate::verify::Verify;

const SERVICE: &str = "signature";
const LANE: &str = "signature.verify";

/// Pause between looks at a broker that is not there.
const BROKER_PAUSE: Duration = Duration::from_secs(1);

/// Builds the service and hands its tasks to the process.
pub async fn build(config: Config, chassis: Chassis) -> anyhow::Result<()> {
    let map = Map::load(&config.flow)?;
    let (verify, lists) = parts(&config)?;
    let verify = Arc::new(verify);
    serve(&config.grpc, Arc::clone(&verify), &chassis).await?;
    let fresh = chassis.shutdown();
    chassis.spawn("revocation lists", async move {
        lists.keep_fresh(fresh).await;
        Ok(())
    });
    let (condition, shutdown) = (chassis.condition("broker"), chassis.shutdown());
    chassis.spawn(LANE, work(config.broker, map, verify, condition, shutdown));
    Ok(())
}

/// Looks at the broker until it is there and safe, then works the lane until `shutdown`.
async fn work(
    config: broker::Config,
    map: Map,
    verify: Arc<Verify>,
    condition: Condition,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let queues = map.queues_of(SERVICE);
    while let Err(error) = broker::check(&config, &queues).await {
        let CheckError::Unavailable { what, source } = error else {
            return Err(error.into());
        };
        tracing::warn!(what, %source, "the broker cannot be looked at yet");
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(BROKER_PAUSE) => {}
        }
    }
    condition.set(true);
    let publisher = Publisher::start(&config, SERVICE);
    let (drain, lane) = (
        Duration::from_millis(config.drain_ms_max),
        LaneName::new(LANE)?,
    );
    let (map, now) = (Arc::new(map), Timestamp::now);
    broker::run_lane(config, map, lane, verify, publisher.clone(), shutdown, now).await?;
    publisher.close(drain).await;
    Ok(())
}

/// The stage and its lists, from configuration alone.
pub fn parts(config: &Config) -> anyhow::Result<(Verify, Arc<Lists>)> {
    let authorities = Authorities::read(&config.trust.folder)?;
    let sources = config
        .trust
        .crl
        .iter()
        .map(|address| {
            Ok((
                authorities.in_file(&address.issuer)?.clone(),
                address.url.clone(),
            ))
        })
        .collect::<anyhow::Result<_>>()?;
    let cache = config
        .redis
        .as_ref()
        .map(Cache::new)
        .transpose()
        .context("redis.url")?;
    let lists = Arc::new(Lists::new(config.lists.clone(), sources, cache)?);
    let policy = Policy {
        signing_certificate_required: config.trust.cades_required,
        ..Policy::default()
    };
    let verifier = Verifier::new(authorities.trust()?, policy);
    let rights = config.rights.clone();
    let verify = Verify::new(verifier, Arc::clone(&lists), rights, Timestamp::now);
    Ok((verify, lists))
}

async fn serve(
    config: &config::Grpc,
    verify: Arc<Verify>,
    chassis: &Chassis,
) -> anyhow::Result<()> {
    let listen = config.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on grpc.listen = {listen}"))?;
    let questions = Questions::server(verify, config.question_bytes_max);
    let shutdown = chassis.shutdown();
    chassis.spawn("grpc", async move {
        tonic::transport::Server::builder()
            .layer(telemetry::grpc::server(SERVICE_NAME))
            .add_service(questions)
            .serve_with_incoming_shutdown(TcpIncoming::from(listener), shutdown.cancelled_owned())
            .await?;
        Ok(())
    });
    Ok(())
}

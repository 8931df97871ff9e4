//! Makes the parts of the service and joins them.
//!
//! Configuration → trust, lists and responders → stage → its lane and its gRPC server. The folder of authorities and the
//! map are read before anything starts, and the broker's queues checked before the first message is taken.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chassis::Chassis;
use flow::Map;
use jiff::Timestamp;
use message::LaneName;
use signatures::format::{Cms, Format};
use signatures::{Policy, Verifier};
use stage::Stage;
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use wire::proto::signature::signatures_server::SERVICE_NAME;

use crate::cache::Cache;
use crate::config::{self, Config};
use crate::evidence::Keeper;
use crate::grpc::Questions;
use crate::lists::{self, Lists};
use crate::responders::{self, Responders};
use crate::trust::{Authorities, TrustError};
use crate::verify::Verify;

const SERVICE: &str = "signature";
const LANE: &str = "signature.verify";
/// CMS, and XML whose document is a text inside: the formats of `message::SignatureFormat`.
static FORMATS: &[&dyn Format] = &[&Cms, &xmldsig::format::TEXT];

/// Builds the service and hands its tasks to the process.
pub async fn build(config: Config, chassis: Chassis) -> anyhow::Result<()> {
    let map = Arc::new(Map::load(&config.flow)?);
    let (verify, lists) = parts(&config)?;
    let verify = Arc::new(verify);
    serve(&config.grpc, Arc::clone(&verify), &chassis).await?;
    let fresh = chassis.shutdown();
    chassis.spawn("revocation lists", async move {
        lists.keep_fresh(fresh).await;
        Ok(())
    });
    let lanes: Vec<(LaneName, Arc<dyn Stage>)> = vec![(LaneName::new(LANE)?, verify)];
    let (condition, shutdown) = (chassis.condition("broker"), chassis.shutdown());
    chassis.spawn(LANE, async move {
        let is_up = || condition.set(true);
        broker::run_lanes(config.broker, map, SERVICE, lanes, shutdown, is_up).await?;
        Ok(())
    });
    Ok(())
}

/// The stage and its lists, from configuration alone.
pub fn parts(config: &Config) -> anyhow::Result<(Verify, Arc<Lists>)> {
    let authorities = Authorities::read(&config.trust.folder, &config.trust.list())?;
    let cache = config
        .redis
        .as_ref()
        .map(Cache::new)
        .transpose()
        .context("redis.url")?;
    let sources = list_sources(&config.trust, &authorities)?;
    let lists = Arc::new(Lists::new(config.lists.clone(), sources, cache.clone())?);
    let sources = responder_sources(&config.trust, &authorities)?;
    let responders = Responders::new(
        config.ocsp.clone(),
        sources,
        cache,
        rand::random,
        Timestamp::now,
    )?;
    let policy = Policy {
        signing_certificate_required: config.trust.cades_required,
        ..Policy::default()
    };
    let verifier = Verifier::new(authorities.trust()?, policy).with_formats(FORMATS);
    let rights = config.rights.clone();
    let responders = Arc::new(responders);
    let at_hand = (Arc::clone(&lists), responders);
    let store = config.evidence.as_ref().map(objects::open).transpose();
    let keeper = store.context("evidence")?.map(Keeper::new);
    let verify = Verify::new(verifier, at_hand, rights, Timestamp::now).keeping(keeper);
    Ok((verify, lists))
}

fn list_sources(
    trust: &config::Trust,
    authorities: &Authorities,
) -> Result<Vec<lists::Source>, TrustError> {
    let source = |address: &config::ListAddress| {
        Ok(lists::Source {
            issuer: authorities.in_file(&address.issuer)?.clone(),
            url: address.url.clone(),
            delta_url: address.delta_url.clone(),
        })
    };
    trust.crl.iter().map(source).collect()
}

fn responder_sources(
    trust: &config::Trust,
    authorities: &Authorities,
) -> Result<Vec<responders::Source>, TrustError> {
    let source = |responder: &config::Responder| {
        Ok(responders::Source {
            issuer: authorities.in_file(&responder.issuer)?.clone(),
            url: responder.url.clone(),
            timeout: Duration::from_millis(responder.timeout_ms),
            nonce: responder.nonce,
        })
    };
    trust.ocsp.iter().map(source).collect()
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
    let questions = Questions::server(verify, config.question_bytes_max, config.batch_max);
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

//! Makes the parts of intake and joins them.
//!
//! Files are read and checked before the door opens; the broker and Redis may come later. Until the broker is
//! there and found safe, messages are answered 503. At the end the door closes first, requests in hand are
//! finished, then the publisher.

use std::{net::TcpListener, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use broker::{Health, Publisher};
use chassis::{Chassis, Condition};
use flow::Map;
use hyper_util::rt::TokioTimer;
use jiff::Timestamp;
use participants::Participants;
use regulations::Regulations;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    accept::{Desk, Stamping},
    answers::InRedis,
    attachments::Attachments,
    carrier::ToBroker,
    compose::Ways,
    config::{Config, Limits},
    http::Door,
    mailbox::InBroker,
    query::Waiting,
    receipts::{OfMonitor, Receipts},
    registers::{self, Registers},
    soap::systems::Systems,
    stamps::{self, OfAuthority},
    tls::{self, PeerAcceptor},
    verdicts::{OfService, Verdicts},
};

/// Builds the service and hands its tasks to the chassis.
#[expect(clippy::unused_async, reason = "the shape that the chassis calls")]
pub async fn build(config: Config, chassis: Chassis) -> Result<()> {
    let map = Map::load(&config.flow)?;
    let regulations = Regulations::load(&config.regulations)?;
    let participants = Participants::load(&config.participants)?;
    let systems = Systems::open(&config.soap, &participants)?;
    let limits = config.limits.clone();
    let publisher = Publisher::start(&config.broker, "intake");
    let (told_safe, is_safe) = watch::channel(false);
    let desk = Desk {
        ways: Ways::on(&map, &regulations, &participants)?,
        participants,
        regulations,
        attachments: Attachments::open(
            &config.store,
            limits.attachment_bytes_max,
            limits.upload_max(),
        )?,
        answers: Arc::new(InRedis::open(&config.redis)?),
        receipts: receipts(&config)?,
        stamping: config.tsa.as_ref().map(stamping).transpose()?,
        carrier: Arc::new(ToBroker::new(
            publisher.clone(),
            is_safe,
            limits.confirm_max(),
        )),
        mailboxes: Arc::new(InBroker::on(
            &map,
            &config.broker,
            publisher.clone(),
            Timestamp::now,
        )),
        registers: registers(&config)?,
        waiting: Waiting::of(&config.query),
        clock: Timestamp::now,
        limits: limits.clone(),
    };
    let verdicts = verdicts(&config)?;
    let serving = RustlsConfig::from_config(tls::server_config(&config.tls)?);
    let listener = listen(&config)?;
    let handle = Handle::new();
    let door = open(
        listener,
        Door::new(desk, verdicts, systems),
        serving.clone(),
        &limits,
        handle.clone(),
    )?;

    let condition = chassis.condition("broker");
    let shutdown = chassis.shutdown();
    let (health, stop) = (publisher.health(), shutdown.clone());
    let follow = async move {
        // Intake works no lane; what it publishes goes to the first of signature's, and it lends out mailboxes.
        let mut queues = map.queues_of("signature");
        for lane in map.lanes_of("intake") {
            queues.extend([lane.queue(), lane.parked_queue()]);
        }
        if !broker::check_when_up(&config.broker, &queues, &stop).await? {
            return Ok(());
        }
        told_safe.send_replace(true);
        follow(health, condition).await;
        Ok(())
    };
    chassis.spawn("broker", until(shutdown.clone(), follow));
    let files = async move {
        tls::keep_fresh(config.tls, serving).await;
        Ok(())
    };
    chassis.spawn("tls files", until(shutdown.clone(), files));
    chassis.spawn("door", door);
    let drain = chassis.drain();
    chassis.spawn("close", async move {
        shutdown.cancelled().await;
        handle.graceful_shutdown(Some(drain));
        while handle.connection_count() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        publisher.close(drain).await;
        Ok(())
    });
    Ok(())
}

fn verdicts(config: &Config) -> Result<Option<Arc<dyn Verdicts>>> {
    let service = config.signature.as_ref().map(OfService::open).transpose()?;
    Ok(service.map(|service| Arc::new(service) as Arc<dyn Verdicts>))
}

fn registers(config: &Config) -> Result<Option<Arc<dyn Registers>>> {
    let registry = config.registry.as_ref();
    let service = registry.map(registers::OfService::open).transpose()?;
    Ok(service.map(|service| Arc::new(service) as Arc<dyn Registers>))
}

fn stamping(config: &stamps::Config) -> Result<Stamping> {
    Ok(Stamping {
        stamps: Arc::new(OfAuthority::open(config, Timestamp::now)?),
        required: config.required,
    })
}

fn receipts(config: &Config) -> Result<Option<Arc<dyn Receipts>>> {
    let monitor = config.monitor.as_ref().map(OfMonitor::open).transpose()?;
    Ok(monitor.map(|monitor| Arc::new(monitor) as Arc<dyn Receipts>))
}

fn listen(config: &Config) -> Result<TcpListener> {
    let address = config.door.listen;
    let listener = TcpListener::bind(address)
        .with_context(|| format!("cannot listen on door.listen = {address}"))?;
    listener.set_nonblocking(true)?;
    tracing::info!(door = %listener.local_addr()?, "the door is open");
    Ok(listener)
}

/// The server behind `listener`: what it does until `handle` is told to stop.
pub fn open(
    listener: TcpListener,
    door: Door,
    serving: RustlsConfig,
    limits: &Limits,
    handle: Handle<std::net::SocketAddr>,
) -> Result<impl Future<Output = Result<()>> + Send + 'static> {
    let handshake_max = Duration::from_millis(limits.handshake_ms_max);
    let headers_max = Duration::from_millis(limits.headers_ms_max);
    let mut server = axum_server::from_tcp(listener)?
        .acceptor(PeerAcceptor::new(serving, handshake_max))
        .handle(handle);
    let http = server.http_builder();
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(headers_max);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(30)));
    Ok(async move { Ok(server.serve(door.router().into_make_service()).await?) })
}

/// Says whether the process is ready as the connection comes and goes.
async fn follow(mut health: watch::Receiver<Health>, condition: Condition) {
    loop {
        let is_connected = health.borrow_and_update().is_connected();
        condition.set(is_connected);
        if health.changed().await.is_err() {
            return;
        }
    }
}

/// Ends `task` when the process stops.
async fn until<F>(shutdown: CancellationToken, task: F) -> Result<()>
where
    F: Future<Output = Result<()>> + Send,
{
    tokio::select! {
        () = shutdown.cancelled() => Ok(()),
        ended = task => ended,
    }
}

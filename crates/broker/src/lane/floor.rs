//! The floor under every measurement: the same number of queues, and no work.
//!
//! In: how many hops, and messages of any bytes. Out: when each reached the end. The queues are made like lanes
//! (quorum, persistent, publishes refused when full) with names of their own, and each is emptied by a
//! forwarder with the guarantees and the two connections of a real lane: take, publish confirmed and mandatory,
//! acknowledge last. Nothing is decoded, settled, traced or told to the journal.

use bytes::Bytes;
use flow::{Lane, Map};
use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use lapin::{
    BasicProperties,
    message::Delivery,
    options::{QueueDeclareOptions, QueueDeleteOptions},
    types::ShortString,
};
use tokio::{
    select,
    sync::{Mutex, mpsc::UnboundedSender},
    task::JoinSet,
    time::Duration,
};
use tokio_util::sync::CancellationToken;

use super::session::Session;
use crate::{
    Config, PublishError, Publisher,
    check::arguments,
    connect::{Unavailable, ask, within},
    parcel::{PERSISTENT, Parcel},
};

/// How long forwarders may take to stop.
const STOP_MAX: Duration = Duration::from_secs(5);

/// Why the chain cannot be made, or did not last.
#[derive(Debug, thiserror::Error)]
pub enum FloorError {
    #[error("a chain has 1 to {max} hops, not {0}", max = Floor::HOPS_MAX)]
    Hops(u8),
    #[error("the chain's map: {0}")]
    Map(#[from] flow::InvalidMap),
    #[error("the chain: {0}")]
    Broker(#[from] Unavailable),
    #[error("the chain: {0}")]
    Publish(#[from] PublishError),
    #[error("the consumer of {0} ended")]
    Ended(String),
}

/// A message that reached the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// As it was sent.
    pub id: u64,
    pub at: Timestamp,
}

/// A chain of queues `load.hop-1` to `load.hop-N`. Call [`Floor::remove`] at the end.
#[derive(Debug)]
pub struct Floor {
    config: Config,
    lanes: Vec<Lane>,
    source: Publisher,
    running: Mutex<JoinSet<Result<(), FloorError>>>,
    stop: CancellationToken,
}

impl Floor {
    /// The longest chain.
    pub const HOPS_MAX: u8 = 20;

    /// Makes the queues, empty, and starts a forwarder from each to the next; the last one tells `arrivals`.
    pub async fn build(
        config: &Config,
        hops: u8,
        arrivals: UnboundedSender<Arrival>,
    ) -> Result<Self, FloorError> {
        let lanes = lanes(hops)?;
        delete(config, &lanes).await?;
        declare(config, &lanes).await?;
        let (mut running, stop) = (JoinSet::new(), CancellationToken::new());
        for (place, lane) in lanes.iter().enumerate() {
            let session = Session::open(config, lane, 1).await?;
            let stop = stop.clone();
            let name = lane.name.to_string();
            if let Some(next) = lanes.get(place + 1) {
                let publisher = Publisher::start(config, &name);
                running.spawn(forward(session, publisher, next.name.to_string(), stop));
            } else {
                running.spawn(sink(session, name, arrivals.clone(), stop));
            }
        }
        Ok(Self {
            config: config.clone(),
            source: Publisher::start(config, "floor"),
            running: Mutex::new(running),
            stop,
            lanes,
        })
    }

    /// Puts a message in at the beginning; resolves when the broker has stored it.
    pub async fn send(&self, id: u64, body: Bytes) -> Result<(), PublishError> {
        let properties = BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_message_id(id.to_string().into());
        let key = self.lanes.first().map(|lane| lane.name.to_string());
        let parcel = Parcel {
            exchange: "",
            key: key.unwrap_or_default(),
            properties,
            body,
        };
        self.source.send(parcel).await
    }

    /// Stops everything and deletes the queues; tells what went wrong on the way, if anything did.
    pub async fn remove(&self) -> Result<(), FloorError> {
        self.stop.cancel();
        self.source.close(STOP_MAX).await;
        let mut ended = Ok(());
        let mut running = self.running.lock().await;
        while let Some(one) = running.join_next().await {
            ended = ended.and(one.unwrap_or(Ok(())));
        }
        delete(&self.config, &self.lanes).await?;
        ended
    }
}

/// The lanes of the chain, with the defaults of any other.
fn lanes(hops: u8) -> Result<Vec<Lane>, FloorError> {
    if !(1..=Floor::HOPS_MAX).contains(&hops) {
        return Err(FloorError::Hops(hops));
    }
    let lane = |hop: u8| format!("[[lane]]\nname = 'load.hop-{hop}'\nkind = 'stage'\n");
    let text: String = (1..=hops).map(lane).collect();
    Ok(Map::parse(&format!("delays = ['1s']\n{text}"))?.lanes)
}

async fn declare(config: &Config, lanes: &[Lane]) -> Result<(), Unavailable> {
    ask(config, "floor", async |channel| {
        for lane in lanes {
            let queue = lane.queue();
            let options = QueueDeclareOptions {
                durable: true,
                ..QueueDeclareOptions::default()
            };
            let name = queue.name.as_str().into();
            within(
                config,
                channel.queue_declare(name, options, arguments(&queue)),
            )
            .await?;
        }
        Ok(())
    })
    .await
}

async fn delete(config: &Config, lanes: &[Lane]) -> Result<(), Unavailable> {
    ask(config, "floor", async |channel| {
        for lane in lanes {
            let name = lane.name.as_str().into();
            within(
                config,
                channel.queue_delete(name, QueueDeleteOptions::default()),
            )
            .await?;
        }
        Ok(())
    })
    .await
}

/// Carries everything from the session's queue to the queue `next`.
async fn forward(
    mut session: Session,
    publisher: Publisher,
    next: String,
    stop: CancellationToken,
) -> Result<(), FloorError> {
    let mut publishing = FuturesUnordered::new();
    loop {
        select! {
            biased;
            () = stop.cancelled() => break,
            Some((tag, sent)) = publishing.next() => {
                let mut ended = Some((tag, sent));
                while let Some((tag, sent)) = ended {
                    sent?;
                    session.acks.done(tag);
                    ended = publishing.next().now_or_never().flatten();
                }
                session.acknowledge().await?;
            }
            delivery = session.next() => {
                let mut come = Some(delivery);
                while let Some(delivery) = come {
                    let delivery = taken(delivery, &next)?;
                    let (tag, publisher) = (delivery.delivery_tag, publisher.clone());
                    session.acks.taken(tag);
                    let parcel = Parcel::again(delivery, "", next.clone());
                    publishing.push(async move { (tag, publisher.send(parcel).await) });
                    come = session.next().now_or_never();
                }
            }
        }
    }
    publisher.close(STOP_MAX).await;
    Ok(session.end().await?)
}

/// Takes everything from the session's queue and tells when.
async fn sink(
    mut session: Session,
    queue: String,
    arrivals: UnboundedSender<Arrival>,
    stop: CancellationToken,
) -> Result<(), FloorError> {
    loop {
        let delivery = select! {
            biased;
            () = stop.cancelled() => break,
            delivery = session.next() => delivery,
        };
        let mut come = Some(delivery);
        while let Some(delivery) = come {
            let delivery = taken(delivery, &queue)?;
            session.acks.taken(delivery.delivery_tag);
            session.acks.done(delivery.delivery_tag);
            let id = delivery.properties.message_id().as_ref();
            if let Some(id) = id.map(ShortString::as_str).and_then(|id| id.parse().ok()) {
                // Who has stopped listening does not want to know.
                arrivals
                    .send(Arrival {
                        id,
                        at: Timestamp::now(),
                    })
                    .ok();
            }
            come = session.next().now_or_never();
        }
        session.acknowledge().await?;
    }
    Ok(session.end().await?)
}

fn taken(
    delivery: Option<Result<Delivery, lapin::Error>>,
    queue: &str,
) -> Result<Delivery, FloorError> {
    let delivery = delivery.ok_or_else(|| FloorError::Ended(queue.to_owned()))?;
    Ok(delivery.map_err(Unavailable::from)?)
}

//! Parked messages: looked at without being taken, and sent on again when a person says so.

use flow::Lane;
use jiff::Timestamp;
use lapin::{
    Channel,
    message::Delivery,
    options::{BasicAckOptions, BasicGetOptions, BasicNackOptions},
};
use message::{Detail, Event, MessageId};
use tracing::Span;

use crate::{
    Config, PublishError, Publisher,
    connect::{Unavailable, ask, within},
    dead::{DeadLetter, dead_letter},
    parcel::Parcel,
};

/// Messages looked through for the one that is asked for.
const LOOK_MAX: usize = 100_000;

/// A message that was set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct Parked {
    /// What was set aside; the bare bytes if they are not a message of ours.
    pub event: Result<Event, Vec<u8>>,
    /// A code of the catalogue.
    pub code: String,
    pub explanation: String,
    /// Since when.
    pub at: Option<Timestamp>,
}

/// Why a message was not sent on.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    #[error("no message {id} is parked in `{lane}`")]
    NotThere { lane: String, id: MessageId },
    #[error("it was not sent on, and stays parked")]
    NotPublished(#[from] PublishError),
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// The messages parked in `lane`, oldest first, up to `limit`. They stay where they are.
pub async fn parked(
    config: &Config,
    lane: &Lane,
    limit: usize,
) -> Result<Vec<Parked>, Unavailable> {
    ask(config, "parked", async |channel| {
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(delivery) = look(config, &channel, lane).await?
        {
            found.push(read(delivery));
        }
        give_back(config, &channel).await?;
        Ok(found)
    })
    .await
}

/// Sends message `id` on into its lane again, as told by `by` (a service's name, not a person's). The other
/// messages stay. When this returns `Ok`, it is in the lane's queue and parked no more.
pub async fn release(
    config: &Config,
    publisher: &Publisher,
    lane: &Lane,
    id: MessageId,
    by: &str,
    now: Timestamp,
) -> Result<(), ReleaseError> {
    ask(config, "release", async |channel| {
        let released = find_and_release(config, publisher, &channel, lane, id, by, now).await;
        give_back(config, &channel).await?;
        released
    })
    .await
}

async fn find_and_release(
    config: &Config,
    publisher: &Publisher,
    channel: &Channel,
    lane: &Lane,
    id: MessageId,
    by: &str,
    now: Timestamp,
) -> Result<(), ReleaseError> {
    for _ in 0..LOOK_MAX {
        let Some(delivery) = look(config, channel, lane).await? else {
            break;
        };
        let (tag, properties) = (delivery.delivery_tag, delivery.properties.clone());
        let Ok(event) = read(delivery).event else {
            continue;
        };
        if event.message.as_ref().map(|message| message.id) != Some(id) {
            continue;
        }
        let Some(publication) = stage::release(&lane.name, &event, by, now) else {
            continue;
        };
        let parcel = Parcel::of(&publication, &Span::none()).in_trace_of(&properties);
        let limit = config.confirm_max() * 2;
        let sent = tokio::time::timeout(limit, publisher.send(parcel)).await;
        sent.unwrap_or(Err(PublishError::Unconfirmed(limit)))?;
        let acked = channel.basic_ack(tag, BasicAckOptions::default());
        within(config, acked).await?;
        return Ok(());
    }
    let lane = lane.name.to_string();
    Err(ReleaseError::NotThere { lane, id })
}

async fn look(
    config: &Config,
    channel: &Channel,
    lane: &Lane,
) -> Result<Option<Delivery>, Unavailable> {
    let got = channel.basic_get(lane.parked().into(), BasicGetOptions::default());
    Ok(within(config, got).await?.map(|got| got.delivery))
}

async fn give_back(config: &Config, channel: &Channel) -> Result<(), Unavailable> {
    let everything = BasicNackOptions {
        multiple: true,
        requeue: true,
    };
    within(config, channel.basic_nack(0, everything)).await
}

fn read(delivery: Delivery) -> Parked {
    let event = wire::decode(&delivery.data);
    let (exchange, key) = (delivery.exchange.as_str(), delivery.routing_key.as_str());
    let dead = dead_letter(exchange, key, &delivery.properties, event.is_ok());
    let told = event.as_ref().ok().and_then(told);
    let (code, explanation, at) = match (told, dead) {
        (_, Some(DeadLetter { code, at, .. })) => (code.name.to_owned(), String::new(), at),
        (Some(told), None) => told,
        (None, None) => (String::new(), String::new(), None),
    };
    Parked {
        event: event.map_err(|_| delivery.data),
        code,
        explanation,
        at,
    }
}

fn told(event: &Event) -> Option<(String, String, Option<Timestamp>)> {
    let fact = event.facts.last()?;
    match &fact.detail {
        Detail::Parked {
            code, explanation, ..
        } => Some((code.clone(), explanation.clone(), Some(fact.at))),
        _ => None,
    }
}

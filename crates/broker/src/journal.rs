//! Reading the journal stream: everything that happened, in one order, from any offset on.
//!
//! Entries are handed to a [`Reader`] in batches; it keeps the last offset in the same transaction as what it
//! made of them. When anything fails, reading goes on after the last batch that the reader took, so each entry
//! is taken once and none is missed.

use std::time::Duration;

use async_trait::async_trait;
use fault::Fault;
use flow::JOURNAL;
use futures::{FutureExt, StreamExt};
use lapin::{
    Channel, Consumer,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions},
    types::{AMQPValue, FieldTable},
};
use message::Event;
use telemetry::span;
use tokio::select;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, warn};

use crate::{
    Config,
    connect::{Backoff, Unavailable, ask, channel, close, connect, within},
    dead::{DeadLetter, dead_letter},
    parcel::trace_of,
};

/// Entries handed over at once, at most.
const BATCH_MAX: usize = 500;
/// Entries on their way to us.
const PREFETCH: u16 = 1000;
/// A journal that hands over nothing for so long is empty.
const EMPTY_AFTER: Duration = Duration::from_secs(1);

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place in the stream; rises, with gaps only where the stream was cut.
    pub offset: u64,
    /// The routing key it was published under.
    pub key: String,
    /// What it says; the bare bytes if they are not a message of ours.
    pub event: Result<Event, Vec<u8>>,
    /// How long its body is, bytes.
    pub size: usize,
    /// Set if the broker gave the message up: its facts were told before, and now it is set aside.
    pub dead: Option<DeadLetter>,
}

/// Who takes the entries.
#[async_trait]
pub trait Reader: Send {
    /// Takes a batch for good, or fails and gets it again. Offsets rise. Never called at the same time.
    async fn take(&mut self, entries: Vec<Entry>) -> Result<(), Fault>;
}

#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error(transparent)]
    Broker(#[from] Unavailable),
    #[error("the reader: {0}")]
    Reader(#[from] Fault),
}

/// Reads the entries after offset `after` (`None`: from the beginning) until `shutdown`, through every failure
/// of the broker and of the reader. A batch that was begun is finished.
pub async fn read_journal(
    config: Config,
    mut after: Option<u64>,
    mut reader: impl Reader,
    shutdown: CancellationToken,
) {
    let mut backoff = Backoff::new(&config);
    while !shutdown.is_cancelled() {
        let before = after;
        if let Err(error) = read(&config, &mut after, &mut reader, &shutdown).await {
            warn!(%error, after, "reading the journal was interrupted");
        }
        if after != before {
            backoff.reset();
        }
        select! {
            () = shutdown.cancelled() => {}
            () = backoff.wait() => {}
        }
    }
}

/// An offset near the end of the journal, at most one chunk of the stream before it; `None` while the journal
/// is empty. For who wants to read what comes from now on.
pub async fn recent_offset(config: &Config) -> Result<Option<u64>, Unavailable> {
    ask(config, "journal", async |channel| {
        let last = AMQPValue::LongString("last".into());
        let mut consumer = consume(config, &channel, last).await?;
        let first = tokio::time::timeout(EMPTY_AFTER, consumer.next()).await;
        let Ok(Some(delivery)) = first else {
            return Ok(None);
        };
        Ok(entry(delivery?).map(|entry| entry.offset))
    })
    .await
}

async fn read(
    config: &Config,
    after: &mut Option<u64>,
    reader: &mut impl Reader,
    shutdown: &CancellationToken,
) -> Result<(), Interrupted> {
    let opened = async {
        let connection = connect(config, "journal").await?;
        let channel = channel(config, &connection).await?;
        let consumer = consume(config, &channel, from(*after)).await?;
        Ok::<_, Unavailable>((connection, channel, consumer))
    };
    let (connection, channel, mut consumer) = select! {
        () = shutdown.cancelled() => return Ok(()),
        opened = opened => opened?,
    };
    let ended = loop {
        let first = select! {
            biased;
            () = shutdown.cancelled() => break Ok(()),
            first = consumer.next() => first,
        };
        match take(config, &channel, &mut consumer, first, after, reader).await {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    close(config, &connection).await;
    ended
}

/// The entries after `after`.
fn from(after: Option<u64>) -> AMQPValue {
    match after {
        Some(offset) => AMQPValue::LongLongInt(i64::try_from(offset + 1).unwrap_or(i64::MAX)),
        None => AMQPValue::LongString("first".into()),
    }
}

async fn consume(
    config: &Config,
    channel: &Channel,
    from: AMQPValue,
) -> Result<Consumer, Unavailable> {
    let qos = channel.basic_qos(PREFETCH, BasicQosOptions::default());
    within(config, qos).await?;
    let mut arguments = FieldTable::default();
    arguments.insert("x-stream-offset".into(), from);
    let options = BasicConsumeOptions::default();
    let consumer = channel.basic_consume(JOURNAL.into(), "".into(), options, arguments);
    within(config, consumer).await
}

/// Takes `first` and all others that have come already. False when the consumer has ended.
async fn take(
    config: &Config,
    channel: &Channel,
    consumer: &mut Consumer,
    first: Option<Result<Delivery, lapin::Error>>,
    after: &mut Option<u64>,
    reader: &mut impl Reader,
) -> Result<bool, Interrupted> {
    let (mut entries, mut traces) = (Vec::new(), Vec::new());
    let mut next = Some(first);
    let mut last_tag = None;
    let mut has_ended = false;
    while let Some(delivery) = next {
        match delivery {
            Some(Ok(delivery)) => {
                last_tag = Some(delivery.delivery_tag);
                let sent = trace_of(&delivery.properties);
                // The broker stores entries in chunks and begins with a whole one, which may begin earlier.
                let entry = entry(delivery);
                let is_new = |entry: &Entry| after.is_none_or(|after| entry.offset > after);
                if let Some(entry) = entry.filter(is_new) {
                    entries.push(entry);
                    traces.push(sent);
                }
            }
            Some(Err(error)) => {
                warn!(%error, "the journal's consumer failed");
                has_ended = true;
                break;
            }
            None => {
                has_ended = true;
                break;
            }
        }
        if entries.len() >= BATCH_MAX {
            break;
        }
        next = consumer.next().now_or_never();
    }
    if let Some(last) = entries.last() {
        let last = last.offset;
        if let (Some(after), Some(first)) = (*after, entries.first())
            && first.offset > after + 1
        {
            warn!(
                after,
                next = first.offset,
                "entries of the journal are gone: it was cut"
            );
        }
        let span = span::process_batch(JOURNAL, traces.into_iter());
        let taken = reader.take(entries).instrument(span.clone()).await;
        taken.inspect_err(|fault| span::failed(&span, fault.code.name))?;
        *after = Some(last);
    }
    if let Some(tag) = last_tag
        && !has_ended
    {
        let acked = channel.basic_ack(tag, BasicAckOptions { multiple: true });
        within(config, acked).await?;
    }
    Ok(!has_ended)
}

/// `None` for a delivery without an offset, which a stream never makes.
fn entry(delivery: Delivery) -> Option<Entry> {
    let headers = delivery.properties.headers().as_ref()?;
    let offset = match headers.inner().get("x-stream-offset")? {
        AMQPValue::LongLongInt(offset) => u64::try_from(*offset).ok()?,
        _ => return None,
    };
    let size = delivery.data.len();
    let event = wire::decode(&delivery.data).map_err(|_| delivery.data);
    let (exchange, key) = (delivery.exchange.as_str(), delivery.routing_key.as_str());
    Some(Entry {
        offset,
        key: key.to_owned(),
        size,
        dead: dead_letter(exchange, key, &delivery.properties, event.is_ok()),
        event,
    })
}

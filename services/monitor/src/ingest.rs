//! Writes what the journal stream hands over into the journal table: one writer, in the stream's order.
//!
//! In come batches of entries; out goes nothing but rows. The reading position moves in the same transaction,
//! so whatever fails is handed over again and leaves no trace twice. While the database is away, or another
//! instance is the writer, batches are refused and the stream keeps them. An entry that can never be stored
//! is noted as unreadable and stops nothing.

use std::time::Duration;

use async_trait::async_trait;
use fault::{Fault, inside};
use jiff::Timestamp;
use message::{About, Detail, Event, Fact, LaneName};
use tokio::time::sleep;
use tracing::{info, warn};

use crate::{
    batch::{Batch, Entry, Undecodable},
    metrics::JournalMeter,
    store::{Store, StoreError, WriteError, Writer},
    whereabouts::Ways,
};

/// Batches smaller than this are followed by a pause in which the next one grows.
const BATCH_SMALL: usize = 100;

/// The reader of the journal stream that writes the table.
#[derive(Debug)]
pub struct Ingest {
    store: Store,
    ways: Ways,
    writer: Option<Writer>,
    /// The database refused something in the last batch, which comes again: its entries are stored one by one.
    careful: bool,
    linger: Duration,
    meter: JournalMeter,
    now: fn() -> Timestamp,
}

impl Ingest {
    /// `linger` is the pause after a small batch: at low load nothing waits for it, at high load it spares
    /// commits.
    pub fn new(
        store: Store,
        ways: Ways,
        linger: Duration,
        meter: JournalMeter,
        now: fn() -> Timestamp,
    ) -> Self {
        Self {
            store,
            ways,
            writer: None,
            careful: false,
            linger,
            meter,
            now,
        }
    }

    /// Becomes the writer, unless another instance is. Tells the offset to read from.
    pub async fn begin(&mut self) -> Result<Option<i64>, StoreError> {
        self.writer = self.store.answered(self.store.writer()).await?;
        if let Some(writer) = &self.writer {
            let (offset, position) = (writer.next_offset(), writer.head().position);
            info!(offset, position, "this instance writes the journal");
        }
        Ok(self.writer.as_ref().map(Writer::next_offset))
    }

    /// Stores a batch for good, or fails and leaves nothing of it.
    pub async fn store(&mut self, entries: Vec<Entry>) -> Result<(), Fault> {
        let oldest = times(&entries).min();
        let newest = times(&entries).max();
        let small = entries.len() < BATCH_SMALL;
        let store = self.store.clone();
        let stored = store.answered(Box::pin(self.try_store(entries))).await;
        let known_to = if stored.is_ok() { newest } else { oldest };
        if let Some(known_to) = known_to {
            self.meter.known_to(known_to, (self.now)());
        }
        if let Err(error) = stored {
            // Whatever happened to it, a writer that failed starts anew from what the table says.
            self.writer = None;
            return Err(
                Fault::outage(&inside::STORE_OF_FACTS_UNAVAILABLE, "write the journal")
                    .from_source(error),
            );
        }
        if small {
            sleep(self.linger).await;
        }
        Ok(())
    }

    async fn try_store(&mut self, entries: Vec<Entry>) -> Result<(), WriteError> {
        if self.writer.is_none() {
            self.begin().await?;
        }
        let Some(writer) = &mut self.writer else {
            return Err(WriteError::Overtaken);
        };
        if std::mem::take(&mut self.careful) {
            for entry in entries {
                store_alone(writer, entry).await?;
            }
            return Ok(());
        }
        let batch = Batch::new(entries, writer.next_offset());
        let written = writer.write(&batch).await;
        self.careful = matches!(written, Err(WriteError::Poisoned(_)));
        self.meter.stored(written?.rows);
        noted(&batch);
        Ok(())
    }
}

/// Stores an entry by itself; if the database will never take it, notes it as unreadable.
async fn store_alone(writer: &mut Writer, entry: Entry) -> Result<(), WriteError> {
    let offset = entry.offset;
    let bytes = entry.content.as_ref().map(wire::encode).unwrap_or_default();
    let alone = Batch::new([entry], writer.next_offset());
    match writer.write(&alone).await {
        Err(WriteError::Poisoned(error)) => {
            let why = format!("the database refuses it: {error}");
            let content = Err(Undecodable { why, bytes });
            let noted_entry = Entry {
                offset,
                content,
                stand: None,
            };
            let batch = Batch::new([noted_entry], writer.next_offset());
            writer.write(&batch).await?;
            noted(&batch);
            Ok(())
        }
        written => written.map(drop),
    }
}

fn noted(batch: &Batch) {
    for (offset, undecodable) in &batch.undecodable {
        let why = &undecodable.why;
        warn!(
            offset,
            why, "an entry of the journal stream was noted as unreadable"
        );
    }
}

fn times(entries: &[Entry]) -> impl Iterator<Item = Timestamp> {
    entries
        .iter()
        .filter_map(|entry| entry.content.as_ref().ok())
        .flat_map(|event| event.facts.iter().map(|fact| fact.at))
}

#[async_trait]
impl broker::Reader for Ingest {
    async fn take(&mut self, entries: Vec<broker::Entry>) -> Result<(), Fault> {
        let ways = self.ways.clone();
        let entries = entries.into_iter().map(|read| entry(read, &ways));
        self.store(entries.collect()).await
    }
}

/// An entry of the stream as the journal takes it. Of a message that the broker itself gave up, its being set
/// aside is the one thing that was not told yet.
pub fn entry(read: broker::Entry, ways: &Ways) -> Entry {
    let offset = i64::try_from(read.offset).unwrap_or(i64::MAX);
    let given_up_in = read.dead.as_ref().map(|dead| dead.lane.as_str());
    let event = read.event.as_ref().ok();
    let stand = event.and_then(|event| ways.stand(&read.key, event, given_up_in));
    let content = match (read.event, read.dead) {
        (Ok(event), None) => Ok(event),
        (Ok(event), Some(dead)) => Ok(given_up(event, &dead)),
        (Err(bytes), _) => Err(Undecodable {
            why: format!("not an event of ours, published under `{}`", read.key),
            bytes,
        }),
    };
    Entry {
        offset,
        content,
        stand,
    }
}

fn given_up(mut event: Event, dead: &broker::DeadLetter) -> Event {
    let about = event.message.as_ref().map(|message| About::Message {
        id: message.id,
        number: message.number,
    });
    // The journal is not told when; the broker's clock, where it is known, has whole seconds and may seem to
    // come before what led to it.
    let told = event.facts.iter().map(|fact| fact.at).max();
    let at = told.max(dead.at);
    if let (Some(about), Some(at), Ok(lane)) = (about, at, LaneName::new(&dead.lane)) {
        let detail = Detail::Parked {
            lane,
            code: dead.code.name.to_owned(),
            explanation: String::new(),
        };
        event.facts.push(Fact::new(about, at, "broker", detail));
    }
    event
}

//! Reads the journal stream into the journal table: one writer, in the stream's order, in batches.
//!
//! A batch is what has arrived when the writer comes back from the last one, and a few milliseconds more: at
//! low load nothing waits, at high load one commit stores hundreds of facts. The reading position moves in
//! the same transaction, so whatever fails is read again from there and leaves no trace twice. While the
//! database is away nothing is taken further; the stream keeps it.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use message::Event;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    batch::{Batch, Entry, Undecodable},
    metrics::JournalMeter,
    store::{Store, StoreError, WriteError, Writer},
};

/// Where entries come from.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// Entries from `offset` on, in order, for as long as the receiver lives. The channel ends when reading
    /// cannot go on; it is then opened again.
    async fn open(&self, offset: i64) -> anyhow::Result<mpsc::Receiver<Entry>>;
}

/// How the writer works.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Entries in one transaction at most.
    pub batch_max: usize,
    /// How long a batch waits to grow.
    pub linger: Duration,
    /// Pause before another try: after a fault, or to become the writer.
    pub pause: Duration,
}

/// Brings the database to the point where a writer can begin.
#[async_trait]
pub trait Prepare: Send + Sync + 'static {
    async fn prepare(&self) -> Result<(), StoreError>;
}

/// The writer's task; see the head of this file.
pub struct Ingest<S, P> {
    pub store: Store,
    pub source: S,
    pub prepare: P,
    pub settings: Settings,
    pub meter: JournalMeter,
    /// Told whether this instance writes or stands by in good health.
    pub healthy: Box<dyn Fn(bool) + Send + Sync>,
}

#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("the journal stream cannot be read: {0:#}")]
    Stream(anyhow::Error),
    #[error("reading the journal stream has ended")]
    StreamEnded,
}

impl<S: Source, P: Prepare> Ingest<S, P> {
    /// Works until `shutdown`. Faults of database and broker are waited out; they never end it.
    pub async fn run(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        // Entries before this offset are stored one by one, because one of them the database refused.
        let mut careful_until = 0;
        loop {
            let ended = self.session(&mut careful_until, &shutdown).await;
            let Err(interrupted) = ended else {
                return Ok(());
            };
            (self.healthy)(false);
            self.meter.interrupted(Timestamp::now());
            warn!(error = error_chain(&interrupted), "the journal waits");
            tokio::select! {
                () = sleep(self.settings.pause) => {}
                () = shutdown.cancelled() => return Ok(()),
            }
        }
    }

    /// One writer's life, from becoming it to `shutdown`.
    async fn session(
        &self,
        careful_until: &mut i64,
        shutdown: &CancellationToken,
    ) -> Result<(), Interrupted> {
        self.prepare.prepare().await?;
        let Some(mut writer) = self.become_writer(shutdown).await? else {
            return Ok(());
        };
        let from = writer.next_offset();
        info!(
            offset = from,
            position = writer.head().position,
            "this instance writes the journal"
        );
        let mut entries = self.source.open(from).await.map_err(Interrupted::Stream)?;
        (self.healthy)(true);
        let mut waiting = Vec::with_capacity(self.settings.batch_max);
        loop {
            if entries.is_empty() {
                self.meter.idle();
            }
            let careful = writer.next_offset() < *careful_until;
            let limit = if careful { 1 } else { self.settings.batch_max };
            let received = tokio::select! {
                received = gather(&mut entries, &mut waiting, limit, self.settings.linger) => received,
                () = shutdown.cancelled() => return Ok(()),
            };
            if !received {
                return Err(Interrupted::StreamEnded);
            }
            if careful {
                self.store_one(&mut writer, waiting.remove(0)).await?;
                continue;
            }
            let batch = Batch::new(waiting.drain(..), writer.next_offset());
            match self.store(&mut writer, &batch).await {
                Err(WriteError::Poisoned(error)) => {
                    *careful_until = batch.next_offset;
                    return Err(WriteError::Poisoned(error).into());
                }
                stored => stored?,
            }
        }
    }

    /// Waits until no other instance is the writer; none at `shutdown`.
    async fn become_writer(
        &self,
        shutdown: &CancellationToken,
    ) -> Result<Option<Writer>, StoreError> {
        loop {
            if let Some(writer) = self.store.writer().await? {
                return Ok(Some(writer));
            }
            (self.healthy)(true);
            tokio::select! {
                () = sleep(self.settings.pause) => {}
                () = shutdown.cancelled() => return Ok(None),
            }
        }
    }

    async fn store(&self, writer: &mut Writer, batch: &Batch) -> Result<(), WriteError> {
        let written = writer.write(batch).await?;
        let newest = batch.facts.iter().map(|(_, fact)| fact.at).max();
        self.meter.stored(written.rows, newest);
        for (offset, undecodable) in &batch.undecodable {
            warn!(
                offset,
                why = undecodable.why,
                "an entry of the journal stream was noted as unreadable"
            );
        }
        Ok(())
    }

    /// Stores an entry by itself; if the database will never take it, notes it as unreadable.
    async fn store_one(&self, writer: &mut Writer, entry: Entry) -> Result<(), WriteError> {
        let offset = entry.offset;
        let bytes = entry.content.as_ref().map(wire::encode).unwrap_or_default();
        let alone = Batch::new([entry], writer.next_offset());
        match self.store(writer, &alone).await {
            Err(WriteError::Poisoned(error)) => {
                let why = format!("the database refuses it: {error}");
                let content: Result<Event, _> = Err(Undecodable { why, bytes });
                let noted = Batch::new([Entry { offset, content }], writer.next_offset());
                self.store(writer, &noted).await
            }
            stored => stored,
        }
    }
}

/// Waits for the first entry, then up to `linger` for more, until there are `limit`. False at the end.
async fn gather(
    entries: &mut mpsc::Receiver<Entry>,
    waiting: &mut Vec<Entry>,
    limit: usize,
    linger: Duration,
) -> bool {
    if entries.recv_many(waiting, limit).await == 0 {
        return false;
    }
    let deadline = Instant::now() + linger;
    while waiting.len() < limit {
        let more = entries.recv_many(waiting, limit - waiting.len());
        // Both the end of the time and the end of the stream close the batch.
        if timeout_at(deadline, more).await.unwrap_or(0) == 0 {
            break;
        }
    }
    true
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

//! Mailboxes: what waits for one participant's system until it comes for it and confirms.
//!
//! A mailbox is a lane without a worker. Looking takes entries without acknowledging them and gives them back
//! before it answers, so whatever instance answers, and whoever crashes meanwhile, each entry comes again until
//! it is confirmed, and nothing rests in memory.
//!
//! What comes back into a queue stands in front, but behind what came back before. So a look takes all that was
//! handed out before, and tells the oldest by their facts. Giving back is done by closing the channel: RabbitMQ
//! 3.10 then returns everything in its order, while one large `basic.nack` returns it in any.

use std::{collections::BTreeMap, time::Duration};

use flow::Lane;
use futures::StreamExt;
use jiff::Timestamp;
use lapin::{
    Channel, Connection, Consumer,
    message::Delivery,
    options::{
        BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions,
        BasicRejectOptions, QueueDeclareOptions,
    },
    types::{FieldTable, ShortString},
};
use message::{Event, FactId};
use stage::Publication;
use tokio::{sync::Mutex, time::timeout};
use tracing::Span;

use crate::{
    Config, PublishError, Publisher,
    connect::{Unavailable, channel, close, connect, within},
    parcel::Parcel,
};

/// Entries that one look or one search goes through.
const WALK_MAX: u32 = 100_000;
/// Entries taken at a time once more than the first are needed.
const WINDOWS: [u32; 5] = [1, 64, 256, 1024, 4096];
/// Entries a search takes at first: what is confirmed is mostly among the first.
const SEARCH_WINDOW: u32 = 16;
/// Octets of entries that one look answers with, but for a single one that is larger.
const LOOK_BYTES_MAX: usize = 16 * 1024 * 1024;
/// When an entry that should be there does not come, somebody else is looking at it.
const SILENT_MAX: Duration = Duration::from_secs(1);
/// How long the broker may take to put back what was given back.
const BACK_MAX: Duration = Duration::from_secs(2);
const BACK_PAUSE: Duration = Duration::from_millis(5);

/// Something that waits in a mailbox.
#[derive(Debug, Clone, PartialEq)]
pub struct MailboxEntry {
    /// The id of the last fact of `event`, which it is confirmed by.
    pub id: FactId,
    pub event: Event,
}

/// What whoever looks wants of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// To be told it.
    Tell,
    /// Not now.
    Leave,
    /// Never: it is taken out, for it is none of his business.
    Drop,
}

/// Why an entry is not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    #[error("no entry {id} waits in `{mailbox}`")]
    NotThere { mailbox: String, id: FactId },
    #[error("that it was confirmed could not be registered, and it stays")]
    NotPublished(#[from] PublishError),
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// One mailbox, for one process. Its calls take turns.
#[derive(Debug)]
pub struct Mailbox {
    config: Config,
    queue: String,
    /// About how many entries were handed out before and stand in front. A hint: what is lost with it is time.
    in_front: Mutex<u32>,
}

impl Mailbox {
    /// The mailbox `lane`. Connects when it is asked.
    pub fn new(config: &Config, lane: &Lane) -> Self {
        Self {
            config: config.clone(),
            queue: lane.name.to_string(),
            in_front: Mutex::new(0),
        }
    }

    /// The oldest entries that are wished for, oldest first, each once, up to `amount_max`. They stay where they are.
    /// Bytes that are no message of ours are set aside, as in any lane.
    pub async fn look(
        &self,
        amount_max: usize,
        wish: impl Fn(&Event) -> Wish + Send,
    ) -> Result<Vec<MailboxEntry>, Unavailable> {
        let mut in_front = self.in_front.lock().await;
        let first = (*in_front).max(u32::try_from(amount_max).unwrap_or(u32::MAX));
        let mut visit = Visit::begin(&self.config, &self.queue, first).await?;
        let mut oldest = Oldest::new(amount_max, LOOK_BYTES_MAX);
        let (mut dropped, mut unreadable) = (Vec::new(), Vec::new());
        while amount_max > 0
            && let Some(delivery) = visit.next().await?
        {
            let event = wire::decode(&delivery.data);
            match event.map(|event| (wish(&event), event)) {
                Ok((Wish::Tell, event)) => oldest.put(event, delivery.data.len()),
                Ok((Wish::Leave, _)) => {}
                Ok((Wish::Drop, _)) => dropped.push(delivery.delivery_tag),
                Err(_) => unreadable.push(delivery.delivery_tag),
            }
            if oldest.is_full && !delivery.redelivered {
                break;
            }
        }
        *in_front = visit.end(&dropped, &unreadable).await?;
        Ok(oldest.into_entries())
    }

    /// Takes entry `id` out, once the publication that `registered` makes of it is stored. The others stay.
    pub async fn confirm(
        &self,
        publisher: &Publisher,
        id: FactId,
        registered: impl FnOnce(&Event) -> Option<Publication> + Send,
    ) -> Result<(), ConfirmError> {
        let mut in_front = self.in_front.lock().await;
        let first = (*in_front).max(SEARCH_WINDOW);
        let mut visit = Visit::begin(&self.config, &self.queue, first).await?;
        let wanted = id.to_string();
        let mut found = None;
        while let Some(delivery) = visit.next().await? {
            let id = delivery.properties.message_id().as_ref();
            if id.map(ShortString::as_str) == Some(wanted.as_str()) {
                found = Some(delivery);
                break;
            }
        }
        let Some(delivery) = found else {
            *in_front = visit.end(&[], &[]).await?;
            let mailbox = self.queue.clone();
            return Err(ConfirmError::NotThere { mailbox, id });
        };
        let event = wire::decode(&delivery.data).ok();
        let stored = match event.and_then(|event| registered(&event)) {
            Some(publication) => {
                let parcel = Parcel::of(&publication, &Span::current());
                let limit = self.config.confirm_max() * 2;
                let sent = timeout(limit, publisher.send(parcel)).await;
                sent.unwrap_or(Err(PublishError::Unconfirmed(limit)))
            }
            None => Ok(()),
        };
        let tag = [delivery.delivery_tag];
        let done: &[u64] = if stored.is_ok() { &tag } else { &[] };
        *in_front = visit.end(done, &[]).await?;
        Ok(stored?)
    }
}

/// The oldest of what is put in.
struct Oldest {
    amount_max: usize,
    bytes_max: usize,
    bytes: usize,
    /// By the time of their last fact; copies of one entry fall together.
    entries: BTreeMap<(Timestamp, FactId), (Event, usize)>,
    /// Only something older can still change it.
    is_full: bool,
}

impl Oldest {
    fn new(amount_max: usize, bytes_max: usize) -> Self {
        Self {
            amount_max,
            bytes_max,
            bytes: 0,
            entries: BTreeMap::new(),
            is_full: false,
        }
    }

    fn put(&mut self, event: Event, bytes: usize) {
        let Some(fact) = event.facts.last() else {
            return;
        };
        let key = (fact.at, fact.id);
        if self.entries.insert(key, (event, bytes)).is_some() {
            return;
        }
        self.bytes += bytes;
        let is_too_much = |oldest: &Self| {
            oldest.entries.len() > oldest.amount_max
                || (oldest.bytes > oldest.bytes_max && oldest.entries.len() > 1)
        };
        while is_too_much(self)
            && let Some((_, (_, bytes))) = self.entries.pop_last()
        {
            self.bytes -= bytes;
            self.is_full = true;
        }
        self.is_full |= self.entries.len() == self.amount_max;
    }

    fn into_entries(self) -> Vec<MailboxEntry> {
        let entries = self.entries.into_iter();
        entries
            .map(|((_, id), (event, _))| MailboxEntry { id, event })
            .collect()
    }
}

/// One going through a mailbox, on a connection of its own. Dropped, it gives everything back too, only later.
struct Visit<'a> {
    config: &'a Config,
    queue: &'a str,
    connection: Connection,
    taking: Channel,
    /// Counts, while `taking` is closed.
    counting: Channel,
    ready_before: u32,
    taken: u32,
    /// Entries the next consumers may bring.
    windows: Vec<u32>,
    /// The consumer at work and how many it may still bring.
    consumer: Option<(Consumer, u32)>,
}

impl<'a> Visit<'a> {
    async fn begin(config: &'a Config, queue: &'a str, first: u32) -> Result<Self, Unavailable> {
        let connection = connect(config, &format!("mailbox {queue}")).await?;
        let taking = channel(config, &connection).await?;
        let counting = channel(config, &connection).await?;
        let ready_before = ready(config, &counting, queue).await?;
        let windows = WINDOWS.iter().rev().chain([&first]);
        Ok(Self {
            config,
            queue,
            connection,
            taking,
            counting,
            ready_before,
            taken: 0,
            windows: windows.copied().collect(),
            consumer: None,
        })
    }

    /// The next entry; none past those that were there at the beginning.
    async fn next(&mut self) -> Result<Option<Delivery>, Unavailable> {
        let left = self.ready_before.min(WALK_MAX) - self.taken;
        if left == 0 {
            return Ok(None);
        }
        if self.consumer.as_ref().is_none_or(|(_, left)| *left == 0) {
            self.consumer = Some(self.open(left).await?);
        }
        let Some((consumer, may_bring)) = &mut self.consumer else {
            return Ok(None);
        };
        match timeout(SILENT_MAX, consumer.next()).await {
            Ok(Some(delivery)) => {
                *may_bring -= 1;
                self.taken += 1;
                Ok(Some(delivery?))
            }
            Ok(None) => Err(Unavailable::Silent(SILENT_MAX)),
            Err(_) => Ok(None),
        }
    }

    /// A consumer that brings the next entries, and how many: never more than are needed, for what was once
    /// handed out is handed out first from then on. Nothing is settled before the end, so it brings no others.
    async fn open(&mut self, left: u32) -> Result<(Consumer, u32), Unavailable> {
        let last = WINDOWS[WINDOWS.len() - 1];
        let wanted = self.windows.pop().unwrap_or(last).min(left);
        let window = u16::try_from(wanted).unwrap_or(u16::MAX);
        let qos = self.taking.basic_qos(window, BasicQosOptions::default());
        within(self.config, qos).await?;
        let consuming = self.taking.basic_consume(
            self.queue.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        let consumer = within(self.config, consuming).await?;
        Ok((consumer, u32::from(window)))
    }

    /// Settles what is said and gives the rest back. Answers, once it is back, how many entries stand in front
    /// because of this visit.
    async fn end(self, done: &[u64], unreadable: &[u64]) -> Result<u32, Unavailable> {
        let config = self.config;
        if let Some((consumer, _)) = &self.consumer {
            let cancelled = self
                .taking
                .basic_cancel(consumer.tag(), BasicCancelOptions::default());
            within(config, cancelled).await?;
        }
        for tag in done {
            let acked = self.taking.basic_ack(*tag, BasicAckOptions::default());
            within(config, acked).await?;
        }
        for tag in unreadable {
            let aside = BasicRejectOptions { requeue: false };
            within(config, self.taking.basic_reject(*tag, aside)).await?;
        }
        within(config, self.taking.close(200, "done".into())).await?;
        let gone = u32::try_from(done.len() + unreadable.len()).unwrap_or(u32::MAX);
        let back = self.ready_before.saturating_sub(gone);
        let is_back = async {
            while ready(config, &self.counting, self.queue).await? < back {
                tokio::time::sleep(BACK_PAUSE).await;
            }
            Ok::<(), Unavailable>(())
        };
        // Where somebody else holds entries meanwhile, they are missing for longer: not for long.
        timeout(BACK_MAX, is_back).await.unwrap_or(Ok(()))?;
        drop(within(config, self.counting.close(200, "done".into())).await);
        close(config, &self.connection).await;
        Ok(self.taken.saturating_sub(gone))
    }
}

/// How many entries nobody holds.
async fn ready(config: &Config, channel: &Channel, queue: &str) -> Result<u32, Unavailable> {
    let passive = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let declared = channel.queue_declare(queue.into(), passive, FieldTable::default());
    Ok(within(config, declared).await?.message_count())
}

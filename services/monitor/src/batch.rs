//! Entries of the journal stream, brought together for one transaction.
//!
//! In come entries in the order of the stream; out go the facts and messages that are new, each once, and the
//! rows that continue the chain. Copies of a fact, in the batch or in the table, leave no trace. No I/O.

use std::collections::{HashMap, HashSet};

use message::{About, Event, Fact, Message};
use uuid::Uuid;

use crate::{
    chain::{Checkpoint, Hash},
    kept::Kept,
    row::Row,
    whereabouts::Stand,
};

/// One entry of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub offset: i64,
    pub content: Result<Event, Undecodable>,
    /// Where it leaves its message, if it moves one.
    pub stand: Option<Stand>,
}

/// Bytes on the stream that are no event of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable {
    pub why: String,
    pub bytes: Vec<u8>,
}

/// What a list of entries says, copies left out.
#[derive(Debug, Default)]
pub struct Batch {
    /// The offset after the last entry.
    pub next_offset: i64,
    /// New facts with the offset that told them first.
    pub facts: Vec<(i64, Fact)>,
    /// The messages of these facts, as they first travelled.
    pub messages: Vec<Message>,
    /// Entries that could not be read.
    pub undecodable: Vec<(i64, Undecodable)>,
    /// How messages moved, in the order of the stream.
    pub stands: Vec<Stand>,
}

impl Batch {
    /// Brings entries together. Those before `from` were stored already and are left out.
    pub fn new(entries: impl IntoIterator<Item = Entry>, from: i64) -> Self {
        let mut batch = Self {
            next_offset: from,
            ..Self::default()
        };
        let (mut facts, mut messages) = (HashSet::new(), HashSet::new());
        for entry in entries {
            if entry.offset < batch.next_offset {
                continue;
            }
            batch.next_offset = entry.offset + 1;
            batch.stands.extend(entry.stand);
            match entry.content {
                Ok(event) => {
                    if let Some(message) = event.message
                        && !event.facts.is_empty()
                        && messages.insert(message.id)
                    {
                        batch.messages.push(message);
                    }
                    for fact in event.facts {
                        if facts.insert(fact.id) {
                            batch.facts.push((entry.offset, fact));
                        }
                    }
                }
                Err(undecodable) => batch.undecodable.push((entry.offset, undecodable)),
            }
        }
        batch
    }

    pub fn fact_ids(&self) -> Vec<Uuid> {
        self.facts
            .iter()
            .map(|(_, fact)| fact.id.as_uuid())
            .collect()
    }

    pub fn message_ids(&self) -> Vec<Uuid> {
        self.messages
            .iter()
            .map(|message| message.id.as_uuid())
            .collect()
    }

    /// What is to be stored after `head`, given what the tables know already.
    pub fn news(
        &self,
        known_facts: &HashSet<Uuid>,
        known_messages: &HashSet<Uuid>,
        head: Checkpoint,
    ) -> Result<News, serde_json::Error> {
        let mut messages: Vec<Kept> = self
            .messages
            .iter()
            .filter(|message| !known_messages.contains(&message.id.as_uuid()))
            .map(Kept::new)
            .collect();
        // The first row of a message carries the hash of the message that came with it.
        let mut to_bring: HashMap<Uuid, Hash> = messages
            .iter()
            .map(|kept| (kept.message_id, kept.content_hash()))
            .collect();
        let mut rows: Vec<Row> = Vec::with_capacity(self.facts.len());
        for (offset, fact) in &self.facts {
            if known_facts.contains(&fact.id.as_uuid()) {
                continue;
            }
            let content = match &fact.about {
                About::Message { id, .. } => to_bring.remove(&id.as_uuid()),
                About::Lane(_) => None,
            };
            let after = rows.last().map_or(head, Row::checkpoint);
            rows.push(Row::new(fact, *offset, content, after)?);
        }
        messages.retain(|kept| !to_bring.contains_key(&kept.message_id));
        Ok(News { rows, messages })
    }
}

/// Rows and messages to be stored.
#[derive(Debug)]
pub struct News {
    pub rows: Vec<Row>,
    /// Each brought by exactly one of the rows.
    pub messages: Vec<Kept>,
}

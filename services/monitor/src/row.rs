//! A row of the journal: a fact as it is stored and hashed, and back.
//!
//! What PostgreSQL cannot hold is settled here, before the hash is made: times are cut to microseconds, the
//! character NUL is replaced. So a row read back is hashed to the same value, to the byte.

use jiff::Timestamp;
use message::{About, Detail, Fact, FactId, LaneName, MessageId, Number};
use uuid::Uuid;

use crate::chain::{Checkpoint, Hash, link};

/// A row, column by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// From 1, without gaps.
    pub position: i64,
    pub fact_id: Uuid,
    pub name: String,
    pub message_id: Option<Uuid>,
    pub number: Option<String>,
    /// The lane that the fact is about or happened in.
    pub lane: Option<String>,
    pub at: Timestamp,
    pub by: String,
    /// [`Detail`] as JSON.
    pub detail: String,
    pub stream_offset: i64,
    /// Hash of the message that came with this row, on the first row of each message.
    pub content_hash: Option<Hash>,
    pub previous_hash: Hash,
    pub hash: Hash,
}

/// A row that this version cannot read as a fact.
#[derive(Debug, thiserror::Error)]
#[error("row {position} of the journal cannot be read: {why}")]
pub struct UnreadableRow {
    pub position: i64,
    pub why: String,
}

impl Row {
    /// The row of `fact`, chained to the row at `after`.
    ///
    /// `stream_offset` is where the stream told it; `content` the hash of the message stored with it.
    pub fn new(
        fact: &Fact,
        stream_offset: i64,
        content: Option<Hash>,
        after: Checkpoint,
    ) -> Result<Self, serde_json::Error> {
        let (message_id, number) = match &fact.about {
            About::Message { id, number } => (Some(id.as_uuid()), Some(number.to_string())),
            About::Lane(_) => (None, None),
        };
        let mut row = Self {
            position: after.position + 1,
            fact_id: fact.id.as_uuid(),
            name: fact.name().to_string(),
            message_id,
            number,
            lane: lane(fact).map(ToString::to_string),
            at: microseconds(fact.at),
            by: text(&fact.by),
            detail: serde_json::to_string(&fact.detail)?.replace("\\u0000", "\\ufffd"),
            stream_offset,
            content_hash: content,
            previous_hash: after.hash,
            hash: Hash::GENESIS,
        };
        row.hash = link(after.hash, &row);
        Ok(row)
    }

    /// The place of this row and its hash.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            position: self.position,
            hash: self.hash,
        }
    }

    /// The fact that this row tells.
    pub fn fact(&self) -> Result<Fact, UnreadableRow> {
        let unreadable = |why: &dyn std::fmt::Display| UnreadableRow {
            position: self.position,
            why: why.to_string(),
        };
        let about = match (self.message_id, &self.number, &self.lane) {
            (Some(id), Some(number), _) => About::Message {
                id: MessageId::from_uuid(id),
                number: number
                    .parse::<Number>()
                    .map_err(|error| unreadable(&error))?,
            },
            (_, _, Some(lane)) => {
                About::Lane(LaneName::new(lane).map_err(|error| unreadable(&error))?)
            }
            _ => return Err(unreadable(&"it is about nothing")),
        };
        Ok(Fact {
            id: FactId::from_uuid(self.fact_id),
            about,
            at: self.at,
            by: self.by.clone(),
            detail: serde_json::from_str(&self.detail).map_err(|error| unreadable(&error))?,
        })
    }
}

fn lane(fact: &Fact) -> Option<&LaneName> {
    match (&fact.about, &fact.detail) {
        (About::Lane(lane), _)
        | (
            _,
            Detail::AttemptFailed { lane, .. }
            | Detail::Parked { lane, .. }
            | Detail::Released { lane }
            | Detail::Refused {
                lane: Some(lane), ..
            },
        ) => Some(lane),
        _ => None,
    }
}

/// The instant as PostgreSQL keeps it.
pub fn microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// The text as PostgreSQL can keep it.
pub fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

//! Reading: rows of the journal, stored messages, lanes; and the one decision that is made by a row, which
//! result settles an application.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use message::{Fact, MessageId, Number};
use sqlx::{PgExecutor, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{Store, StoreError};
use crate::{
    chain::{Checkpoint, Hash},
    kept::Kept,
    row::Row,
};

/// Rows of the journal, and where the next page begins.
#[derive(Debug)]
pub struct Page {
    pub rows: Vec<Row>,
    /// Position to ask after next; none at the end.
    pub next_after: Option<i64>,
}

/// What intake answers to a message that came again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub number: String,
    pub received_at: Timestamp,
}

/// The last word on a lane's outside system.
#[derive(Debug, Clone)]
pub struct LaneState {
    pub lane: String,
    pub fact: Fact,
}

/// The result that decided an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    pub message_id: Uuid,
    pub provider: String,
    pub outcome: String,
    pub received_at: Timestamp,
}

pub(super) fn row(columns: &PgRow) -> Result<Row, sqlx::Error> {
    Ok(Row {
        position: columns.try_get("position")?,
        fact_id: columns.try_get("fact_id")?,
        name: columns.try_get("name")?,
        message_id: columns.try_get("message_id")?,
        number: columns.try_get("number")?,
        lane: columns.try_get("lane")?,
        at: instant(columns, "at")?,
        by: columns.try_get("by")?,
        detail: columns.try_get("detail")?,
        stream_offset: columns.try_get("stream_offset")?,
        content_hash: columns
            .try_get::<Option<[u8; 32]>, _>("content_hash")?
            .map(Hash),
        previous_hash: Hash(columns.try_get("previous_hash")?),
        hash: Hash(columns.try_get("hash")?),
    })
}

pub(super) fn instant(columns: &PgRow, name: &str) -> Result<Timestamp, sqlx::Error> {
    Ok(columns.try_get::<SqlTimestamp, _>(name)?.to_jiff())
}

/// The last row of the journal.
pub(super) async fn head(database: impl PgExecutor<'_>) -> Result<Checkpoint, sqlx::Error> {
    let last = sqlx::query("SELECT position, hash FROM journal ORDER BY position DESC LIMIT 1")
        .fetch_optional(database)
        .await?;
    last.map_or(Ok(Checkpoint::START), |columns| {
        Ok(Checkpoint {
            position: columns.try_get("position")?,
            hash: Hash(columns.try_get("hash")?),
        })
    })
}

/// All rows about some applications, in the order of the journal.
pub(super) async fn rows_of(
    database: impl PgExecutor<'_>,
    numbers: &[&str],
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query(
        "SELECT position, fact_id, name, message_id, number, lane, at, by, detail::text AS detail,
                stream_offset, content_hash, previous_hash, hash
         FROM journal WHERE number = ANY($1) ORDER BY position",
    )
    .bind(numbers)
    .fetch_all(database)
    .await?
    .iter()
    .map(row)
    .collect()
}

/// All facts about some applications, by number. A row that cannot be read (only tampering makes one) is left
/// out: the walk over the chain tells of it.
pub(super) async fn facts_of(
    database: impl PgExecutor<'_>,
    numbers: &[&str],
) -> Result<HashMap<Number, Vec<Fact>>, sqlx::Error> {
    let mut facts: HashMap<Number, Vec<Fact>> = HashMap::new();
    for row in rows_of(database, numbers).await? {
        if let Ok(fact) = row.fact()
            && let Some(number) = fact.about.number()
        {
            facts.entry(number).or_default().push(fact);
        }
    }
    Ok(facts)
}

/// Stored messages by id; those that are not there are left out.
pub(super) async fn kept(
    database: impl PgExecutor<'_>,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Kept>, sqlx::Error> {
    let found = sqlx::query(
        "SELECT message_id, number, kind, service, channel, sender, sender_reference, received_at,
                applicant_number, applicant_name, applicant_email, applicant_phone,
                applicant_language, provider, media_type, document, attachments::text AS attachments,
                ARRAY(SELECT format FROM signatures s
                      WHERE s.message_id = m.message_id ORDER BY ordinal) AS formats,
                ARRAY(SELECT content FROM signatures s
                      WHERE s.message_id = m.message_id ORDER BY ordinal) AS contents
         FROM messages m WHERE message_id = ANY($1)",
    )
    .bind(ids)
    .fetch_all(database)
    .await?;
    found.iter().map(one_kept).collect()
}

fn one_kept(columns: &PgRow) -> Result<(Uuid, Kept), sqlx::Error> {
    let formats: Vec<String> = columns.try_get("formats")?;
    let contents: Vec<Vec<u8>> = columns.try_get("contents")?;
    let kept = Kept {
        message_id: columns.try_get("message_id")?,
        number: columns.try_get("number")?,
        kind: columns.try_get("kind")?,
        service: columns.try_get("service")?,
        channel: columns.try_get("channel")?,
        sender: columns.try_get("sender")?,
        sender_reference: columns.try_get("sender_reference")?,
        received_at: instant(columns, "received_at")?,
        applicant_number: columns.try_get("applicant_number")?,
        applicant_name: columns.try_get("applicant_name")?,
        applicant_email: columns.try_get("applicant_email")?,
        applicant_phone: columns.try_get("applicant_phone")?,
        applicant_language: columns.try_get("applicant_language")?,
        provider: columns.try_get("provider")?,
        media_type: columns.try_get("media_type")?,
        document: columns.try_get("document")?,
        attachments: columns.try_get("attachments")?,
        signatures: formats.into_iter().zip(contents).collect(),
    };
    Ok((kept.message_id, kept))
}

impl Store {
    /// All rows about an application, in the order of the journal.
    pub async fn rows_of(&self, number: Number) -> Result<Vec<Row>, StoreError> {
        Ok(rows_of(&self.pool, &[&number.to_string()]).await?)
    }

    /// A page of the journal: at most `limit` rows after position `after`.
    pub async fn journal(&self, after: i64, limit: u16) -> Result<Page, StoreError> {
        let rows = sqlx::query(
            "SELECT position, fact_id, name, message_id, number, lane, at, by,
                    detail::text AS detail, stream_offset, content_hash, previous_hash, hash
             FROM journal WHERE position > $1 ORDER BY position LIMIT $2",
        )
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(row)
        .collect::<Result<Vec<Row>, _>>()?;
        let full = rows.len() == usize::from(limit);
        let next_after = rows.last().filter(|_| full).map(|row| row.position);
        Ok(Page { rows, next_after })
    }

    /// The last row of the journal.
    pub async fn head(&self) -> Result<Checkpoint, StoreError> {
        Ok(head(&self.pool).await?)
    }

    /// The offset of the first entry of the stream that is not stored yet.
    pub async fn next_offset(&self) -> Result<i64, StoreError> {
        let offset = sqlx::query_scalar("SELECT next_offset FROM reading WHERE stream = 'journal'")
            .fetch_one(&self.pool)
            .await?;
        Ok(offset)
    }

    /// A stored message.
    pub async fn message(&self, id: MessageId) -> Result<Option<Kept>, StoreError> {
        let id = id.as_uuid();
        Ok(kept(&self.pool, &[id]).await?.remove(&id))
    }

    /// Whether the journal has reached a message.
    pub async fn has_message(&self, id: MessageId) -> Result<bool, StoreError> {
        let there =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM messages WHERE message_id = $1)")
                .bind(id.as_uuid())
                .fetch_one(&self.pool)
                .await?;
        Ok(there)
    }

    /// Number and time of a message that was taken before.
    pub async fn receipt(&self, id: MessageId) -> Result<Option<Receipt>, StoreError> {
        let found = sqlx::query("SELECT number, received_at FROM messages WHERE message_id = $1")
            .bind(id.as_uuid())
            .fetch_optional(&self.pool)
            .await?;
        let receipt = found.map(|columns| {
            Ok::<_, sqlx::Error>(Receipt {
                number: columns.try_get("number")?,
                received_at: instant(&columns, "received_at")?,
            })
        });
        Ok(receipt.transpose()?)
    }

    /// The last fact about each lane.
    pub async fn lane_states(&self) -> Result<Vec<LaneState>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT ON (lane)
                    position, fact_id, name, message_id, number, lane, at, by,
                    detail::text AS detail, stream_offset, content_hash, previous_hash, hash
             FROM journal WHERE name IN ('lane-closed', 'lane-opened')
             ORDER BY lane, at DESC, position DESC",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut states = Vec::with_capacity(rows.len());
        for columns in &rows {
            // A row that cannot be read was tampered with: the walk tells, and the other lanes are still told of.
            let row = row(columns)?;
            if let (Ok(fact), Some(lane)) = (row.fact(), row.lane) {
                states.push(LaneState { lane, fact });
            }
        }
        Ok(states)
    }

    /// The result that decided `number`, if one has.
    pub async fn settlement(&self, number: Number) -> Result<Option<Settlement>, StoreError> {
        let found = sqlx::query(
            "SELECT message_id, provider, outcome, received_at FROM settlements WHERE number = $1",
        )
        .bind(number.to_string())
        .fetch_optional(&self.pool)
        .await?;
        let settlement = found.map(|columns| {
            Ok::<_, sqlx::Error>(Settlement {
                message_id: columns.try_get("message_id")?,
                provider: columns.try_get("provider")?,
                outcome: columns.try_get("outcome")?,
                received_at: instant(&columns, "received_at")?,
            })
        });
        Ok(settlement.transpose()?)
    }

    /// Settles `number` by `wanted`, unless it is settled; tells which result settles it now.
    pub async fn settle(
        &self,
        number: Number,
        wanted: &Settlement,
    ) -> Result<Settlement, StoreError> {
        sqlx::query(
            "INSERT INTO settlements (number, message_id, provider, outcome, received_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (number) DO NOTHING",
        )
        .bind(number.to_string())
        .bind(wanted.message_id)
        .bind(&wanted.provider)
        .bind(&wanted.outcome)
        .bind(wanted.received_at.to_sqlx())
        .execute(&self.pool)
        .await?;
        // Rows of this table are never deleted: what stands there now stands for ever.
        let settled = self.settlement(number).await?;
        Ok(settled.unwrap_or_else(|| wanted.clone()))
    }
}

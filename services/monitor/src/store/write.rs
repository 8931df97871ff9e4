//! The one writer: a connection that holds an advisory lock and appends batches, each in one transaction with
//! the reading position.
//!
//! A second instance does not get the lock and stands by. Lock and writes share the connection, so a writer
//! that lost its lock has lost its hand too; the reading position, moved only from where this writer knows it
//! to be, refuses whatever is left of such a writer.

use std::collections::HashSet;

use jiff_sqlx::ToSqlx;
use sqlx::{
    Connection, PgTransaction,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgConnection},
};
use uuid::Uuid;

use super::{Store, StoreError, alone, memory::Memory, project, read, standing};
use crate::{
    batch::{Batch, Undecodable},
    chain::{Checkpoint, Hash},
    deadlines::Rules,
    kept::Kept,
    row::Row,
};

/// `kezek.jn` as a number: the lock that only one writer holds.
const WRITER_LOCK: i64 = i64::from_be_bytes(*b"kezek.jn");

/// Bytes kept of an entry that cannot be read.
const HEAD_BYTES_MAX: usize = 256;

/// Why a batch was not stored. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("another writer has moved the journal on")]
    Overtaken,
    #[error("the database will never take one of the entries")]
    Poisoned(#[source] sqlx::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for WriteError {
    fn from(error: sqlx::Error) -> Self {
        // Classes 22 (data exception) and 23 (constraint violation) blame the data, not the moment.
        let blames_data = |code: &str| code.starts_with("22") || code.starts_with("23");
        let code = error.as_database_error().and_then(DatabaseError::code);
        if code.is_some_and(|code| blames_data(&code)) {
            Self::Poisoned(error)
        } else {
            Self::Store(error.into())
        }
    }
}

/// What a batch has added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub rows: usize,
    pub messages: usize,
    pub undecodable: usize,
}

/// See the head of this file.
#[derive(Debug)]
pub struct Writer {
    connection: PgConnection,
    next_offset: i64,
    head: Checkpoint,
    rules: Rules,
    memory: Memory,
}

impl Store {
    /// Becomes the writer; none while another one is.
    pub async fn writer(&self) -> Result<Option<Writer>, StoreError> {
        let mut connection = alone(&by_key(&self.options)).await?;
        let ours: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(WRITER_LOCK)
            .fetch_one(&mut connection)
            .await?;
        if !ours {
            connection.close().await?;
            return Ok(None);
        }
        let next_offset =
            sqlx::query_scalar("SELECT next_offset FROM reading WHERE stream = 'journal'")
                .fetch_one(&mut connection)
                .await?;
        let head = read::head(&mut connection).await?;
        Ok(Some(Writer {
            connection,
            next_offset,
            head,
            rules: self.rules.clone(),
            memory: Memory::default(),
        }))
    }
}

/// The writer looks things up by their keys alone. Left to itself the planner reads whole tables while statistics
/// are old, and these grow with each batch; with that ruled out, one plan is good for all batches.
fn by_key(options: &PgConnectOptions) -> PgConnectOptions {
    options.clone().options([
        ("enable_seqscan", "off"),
        ("plan_cache_mode", "force_generic_plan"),
    ])
}

impl Writer {
    /// The offset of the first entry that is not stored yet.
    pub fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// The last row.
    pub fn head(&self) -> Checkpoint {
        self.head
    }

    /// Stores what is new in `batch`, and the reading position, in one transaction.
    ///
    /// The batch must begin at [`Writer::next_offset`].
    pub async fn write(&mut self, batch: &Batch) -> Result<Written, WriteError> {
        let mut transaction = self.connection.begin().await?;
        move_on(&mut transaction, self.next_offset, batch.next_offset).await?;
        let known_facts = known_facts(&mut transaction, &batch.fact_ids()).await?;
        let known_messages = known_messages(&mut transaction, &batch.message_ids()).await?;
        let news = batch
            .news(&known_facts, &known_messages, self.head)
            .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        insert_messages(&mut transaction, &news.messages).await?;
        insert_signatures(&mut transaction, &news.messages).await?;
        insert_rows(&mut transaction, &news.rows).await?;
        insert_undecodable(&mut transaction, &batch.undecodable).await?;
        let rows = &news.rows;
        let known = project::refresh(&mut transaction, rows, &self.rules, &mut self.memory).await?;
        standing::move_on(&mut transaction, &batch.stands).await?;
        transaction.commit().await?;

        self.next_offset = batch.next_offset;
        for (number, known) in known {
            self.memory.put(number, known);
        }
        self.head = news.rows.last().map_or(self.head, Row::checkpoint);
        Ok(Written {
            rows: news.rows.len(),
            messages: news.messages.len(),
            undecodable: batch.undecodable.len(),
        })
    }
}

async fn move_on(
    transaction: &mut PgTransaction<'_>,
    from: i64,
    to: i64,
) -> Result<(), WriteError> {
    let moved = sqlx::query(
        "UPDATE reading SET next_offset = $2 WHERE stream = 'journal' AND next_offset = $1",
    )
    .bind(from)
    .bind(to)
    .execute(&mut **transaction)
    .await?;
    if moved.rows_affected() == 1 {
        Ok(())
    } else {
        Err(WriteError::Overtaken)
    }
}

async fn known_facts(
    transaction: &mut PgTransaction<'_>,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, sqlx::Error> {
    let known = sqlx::query_scalar("SELECT fact_id FROM journal WHERE fact_id = ANY($1)")
        .bind(ids)
        .fetch_all(&mut **transaction)
        .await?;
    Ok(known.into_iter().collect())
}

async fn known_messages(
    transaction: &mut PgTransaction<'_>,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, sqlx::Error> {
    let known = sqlx::query_scalar("SELECT message_id FROM messages WHERE message_id = ANY($1)")
        .bind(ids)
        .fetch_all(&mut **transaction)
        .await?;
    Ok(known.into_iter().collect())
}

/// One column of many rows, as the array that UNNEST takes apart again.
pub(super) fn column<'a, T, C>(rows: &'a [T], value: impl Fn(&'a T) -> C) -> Vec<C> {
    rows.iter().map(value).collect()
}

async fn insert_rows(transaction: &mut PgTransaction<'_>, rows: &[Row]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO journal (position, fact_id, name, message_id, number, lane, at, by, detail,
                              stream_offset, content_hash, previous_hash, hash)
         SELECT position, fact_id, name, message_id, number, lane, at, by, detail::json,
                stream_offset, content_hash, previous_hash, hash
         FROM UNNEST($1::bigint[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[],
                     $7::timestamptz[], $8::text[], $9::text[], $10::bigint[], $11::bytea[],
                     $12::bytea[], $13::bytea[])
              AS r (position, fact_id, name, message_id, number, lane, at, by, detail,
                    stream_offset, content_hash, previous_hash, hash)",
    )
    .bind(column(rows, |row| row.position))
    .bind(column(rows, |row| row.fact_id))
    .bind(column(rows, |row| row.name.as_str()))
    .bind(column(rows, |row| row.message_id))
    .bind(column(rows, |row| row.number.as_deref()))
    .bind(column(rows, |row| row.lane.as_deref()))
    .bind(column(rows, |row| row.at.to_sqlx()))
    .bind(column(rows, |row| row.by.as_str()))
    .bind(column(rows, |row| row.detail.as_str()))
    .bind(column(rows, |row| row.stream_offset))
    .bind(column(rows, |row| row.content_hash.map(|hash| hash.0)))
    .bind(column(rows, |row| row.previous_hash.0))
    .bind(column(rows, |row| row.hash.0))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn insert_messages(
    transaction: &mut PgTransaction<'_>,
    messages: &[Kept],
) -> Result<(), sqlx::Error> {
    if messages.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO messages (message_id, number, kind, service, channel, sender,
                               sender_reference, received_at, applicant_number, applicant_name,
                               applicant_email, applicant_phone, applicant_language, provider,
                               media_type, document, document_sha256, attachments)
         SELECT message_id, number, kind, service, channel, sender,
                sender_reference, received_at, applicant_number, applicant_name,
                applicant_email, applicant_phone, applicant_language, provider,
                media_type, document, document_sha256, attachments::json
         FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                     $7::text[], $8::timestamptz[], $9::text[], $10::text[],
                     $11::text[], $12::text[], $13::text[], $14::text[],
                     $15::text[], $16::bytea[], $17::bytea[], $18::text[])
              AS m (message_id, number, kind, service, channel, sender,
                    sender_reference, received_at, applicant_number, applicant_name,
                    applicant_email, applicant_phone, applicant_language, provider,
                    media_type, document, document_sha256, attachments)",
    )
    .bind(column(messages, |kept| kept.message_id))
    .bind(column(messages, |kept| kept.number.as_str()))
    .bind(column(messages, |kept| kept.kind.as_str()))
    .bind(column(messages, |kept| kept.service.as_str()))
    .bind(column(messages, |kept| kept.channel.as_str()))
    .bind(column(messages, |kept| kept.sender.as_str()))
    .bind(column(messages, |kept| kept.sender_reference.as_str()))
    .bind(column(messages, |kept| kept.received_at.to_sqlx()))
    .bind(column(messages, |kept| kept.applicant_number.as_deref()))
    .bind(column(messages, |kept| kept.applicant_name.as_deref()))
    .bind(column(messages, |kept| kept.applicant_email.as_deref()))
    .bind(column(messages, |kept| kept.applicant_phone.as_deref()))
    .bind(column(messages, |kept| kept.applicant_language.as_deref()))
    .bind(column(messages, |kept| kept.provider.as_deref()))
    .bind(column(messages, |kept| kept.media_type.as_str()))
    .bind(column(messages, |kept| kept.document.as_slice()))
    .bind(column(messages, Kept::document_sha256))
    .bind(column(messages, |kept| kept.attachments.as_str()))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn insert_signatures(
    transaction: &mut PgTransaction<'_>,
    messages: &[Kept],
) -> Result<(), sqlx::Error> {
    let signatures: Vec<(Uuid, i32, &str, &[u8])> = messages
        .iter()
        .flat_map(|kept| {
            let of = kept.message_id;
            (0..)
                .zip(&kept.signatures)
                .map(move |(ordinal, (format, content))| {
                    (of, ordinal, format.as_str(), content.as_slice())
                })
        })
        .collect();
    if signatures.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO signatures (message_id, ordinal, format, content)
         SELECT message_id, ordinal, format, content
         FROM UNNEST($1::uuid[], $2::integer[], $3::text[], $4::bytea[])
              AS s (message_id, ordinal, format, content)",
    )
    .bind(column(&signatures, |s| s.0))
    .bind(column(&signatures, |s| s.1))
    .bind(column(&signatures, |s| s.2))
    .bind(column(&signatures, |s| s.3))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn insert_undecodable(
    transaction: &mut PgTransaction<'_>,
    entries: &[(i64, Undecodable)],
) -> Result<(), sqlx::Error> {
    for (offset, entry) in entries {
        let head = &entry.bytes[..entry.bytes.len().min(HEAD_BYTES_MAX)];
        sqlx::query(
            "INSERT INTO unreadable (stream_offset, why, bytes_count, sha256, head)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(offset)
        .bind(crate::row::text(&entry.why))
        .bind(i64::try_from(entry.bytes.len()).unwrap_or(i64::MAX))
        .bind(Hash::plain(&entry.bytes).0)
        .bind(head)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

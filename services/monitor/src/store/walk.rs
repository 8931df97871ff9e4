//! The walk over the whole journal, page by page, inside one snapshot, so that rows that arrive meanwhile
//! are neither seen nor missed.

use sqlx::Row as _;
use uuid::Uuid;

use super::{Store, StoreError, read};
use crate::{
    chain::{Checkpoint, Content, Verification, Walk},
    row::Row,
};

const PAGE_ROWS: i64 = 1000;

impl Store {
    /// Verifies the whole journal against its chain, and against a head that was kept elsewhere if there is
    /// one. Takes a few seconds per million rows and no lock.
    pub async fn verify(&self, expected: Option<Checkpoint>) -> Result<Verification, StoreError> {
        let mut snapshot = self
            .pool
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let mut walk = Walk::new(expected);
        let mut after = i64::MIN;
        loop {
            let rows: Vec<Row> = sqlx::query(
                "SELECT position, fact_id, name, message_id, number, lane, at, by,
                        detail::text AS detail, stream_offset, content_hash, previous_hash, hash
                 FROM journal WHERE position > $1 ORDER BY position LIMIT $2",
            )
            .bind(after)
            .bind(PAGE_ROWS)
            .fetch_all(&mut *snapshot)
            .await?
            .iter()
            .map(read::row)
            .collect::<Result<_, _>>()?;
            let Some(last) = rows.last() else { break };
            after = last.position;
            let ids: Vec<Uuid> = rows
                .iter()
                .filter(|row| row.content_hash.is_some())
                .filter_map(|row| row.message_id)
                .collect();
            let kept = read::kept(&mut *snapshot, &ids).await?;
            for row in &rows {
                let content = match (row.content_hash, row.message_id) {
                    (Some(_), Some(id)) => kept.get(&id).map_or(Content::Missing, |kept| {
                        Content::Stored(kept.content_hash())
                    }),
                    _ => Content::None,
                };
                walk.step(row, content);
            }
        }
        let messages: i64 = sqlx::query("SELECT count(*) AS messages FROM messages")
            .fetch_one(&mut *snapshot)
            .await?
            .try_get("messages")?;
        Ok(walk.end(messages))
    }
}

//! In which lane each message stands; see `whereabouts`.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{PgTransaction, Row as _};
use uuid::Uuid;

use super::{Store, StoreError, write::column};
use crate::whereabouts::{Stand, last_of};

/// Moves messages to where the entries of a batch left them.
pub(super) async fn move_on(
    transaction: &mut PgTransaction<'_>,
    stands: &[Stand],
) -> Result<(), sqlx::Error> {
    let (here, gone): (Vec<&Stand>, Vec<&Stand>) = last_of(stands)
        .into_iter()
        .partition(|stand| stand.lane.is_some());
    if !gone.is_empty() {
        let gone: Vec<Uuid> = gone.iter().map(|stand| stand.message).collect();
        sqlx::query("DELETE FROM standing WHERE message_id = ANY($1)")
            .bind(gone)
            .execute(&mut **transaction)
            .await?;
    }
    if !here.is_empty() {
        sqlx::query(
            "INSERT INTO standing (message_id, lane, since)
             SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::timestamptz[])
             ON CONFLICT (message_id) DO UPDATE SET lane = EXCLUDED.lane, since = EXCLUDED.since
             WHERE standing.lane <> EXCLUDED.lane",
        )
        .bind(column(&here, |stand| stand.message))
        .bind(column(&here, |stand| stand.lane.as_deref()))
        .bind(column(&here, |stand| stand.since.to_sqlx()))
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

impl Store {
    /// Since when the message stands in its lane that came there first, for those of `lanes` in which one stands.
    pub async fn oldest(&self, lanes: &[&str]) -> Result<HashMap<String, Timestamp>, StoreError> {
        let rows = sqlx::query(
            "SELECT lane, since
             FROM UNNEST($1::text[]) AS wanted (lane)
             CROSS JOIN LATERAL (SELECT since FROM standing s WHERE s.lane = wanted.lane
                                 ORDER BY since LIMIT 1) AS first",
        )
        .bind(lanes)
        .fetch_all(&self.pool)
        .await?;
        let found = rows.iter().map(|columns| {
            let since: SqlTimestamp = columns.try_get("since")?;
            Ok((columns.try_get("lane")?, since.to_jiff()))
        });
        Ok(found.collect::<Result<_, sqlx::Error>>()?)
    }
}

//! The floor under the journal: the same number of rows into a table without sense, by the same means.
//!
//! In: how many rows at once. Out: rows a second. The table has a primary key, a unique id and 512 bytes, no
//! chain, no other index and nothing derived from it.

use std::time::Instant;

use sqlx::{
    ConnectOptions, Executor,
    postgres::{PgConnectOptions, PgConnection},
};
use uuid::Uuid;

use crate::per_s;

/// Batches of one turn.
const BATCHES: usize = 40;

/// See the module.
pub(crate) struct Bare {
    connection: PgConnection,
    rows: i64,
}

impl Bare {
    pub(crate) async fn open(options: PgConnectOptions) -> anyhow::Result<Self> {
        let mut connection = options.connect().await?;
        let table = "CREATE TABLE bare (position bigint PRIMARY KEY, id uuid UNIQUE, body text)";
        connection.execute(table).await?;
        Ok(Self {
            connection,
            rows: 0,
        })
    }

    /// One turn; each batch is a transaction.
    pub(crate) async fn insert(&mut self, batch: usize) -> anyhow::Result<f64> {
        let begun = Instant::now();
        for _ in 0..BATCHES {
            let positions: Vec<i64> = (self.rows..).take(batch).collect();
            let ids: Vec<Uuid> = positions.iter().map(|_| Uuid::now_v7()).collect();
            let bodies = vec!["x".repeat(512); batch];
            sqlx::query(
                "INSERT INTO bare SELECT * FROM UNNEST($1::bigint[], $2::uuid[], $3::text[])",
            )
            .bind(&positions)
            .bind(&ids)
            .bind(&bodies)
            .execute(&mut self.connection)
            .await?;
            self.rows += i64::try_from(batch)?;
        }
        Ok(per_s(batch * BATCHES, begun.elapsed()))
    }
}

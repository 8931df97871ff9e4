//! All SQL of kezek stands in this room: making the schema, reading, and (in `write`) the one writer.
//!
//! The service works as a role that may add to the journal and never change it; it refuses to work as a role
//! that may do more. Only [`migrate`] is done as the owner of the tables.

mod accesses;
mod claims;
mod deadlines;
mod memory;
mod project;
mod read;
mod search;
mod standing;
mod walk;
mod write;

use std::time::Duration;

use sqlx::{
    ConnectOptions, Connection, PgPool,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
};

pub use claims::{Claim, Pressed, Settled};
pub use read::{LaneState, Page, Receipt, Settlement};
pub use search::{Listed, StatusCount};
pub use write::{WriteError, Writer, Written};

use crate::deadlines::Rules;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database does not answer as it should")]
    Database(#[from] sqlx::Error),
    #[error("the database has not answered within {0:?}")]
    Silent(Duration),
    #[error("the database schema could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(
        "the role `{role}` may {right} rows of `{table}`: work as kezek_monitor, which may only add"
    )]
    Unsafe {
        role: String,
        right: String,
        table: String,
    },
}

/// The monitor's database, seen as the role that the service works as.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
    options: PgConnectOptions,
    rules: Rules,
    answer_max: Duration,
}

/// How long a piece of work in the database may take if nobody says otherwise.
const ANSWER_MAX: Duration = Duration::from_secs(30);

impl Store {
    /// Prepares a pool of at most `connections_max`; connects when first asked, and again whenever needed.
    /// Deadlines are kept by `rules`.
    pub fn new(
        options: PgConnectOptions,
        connections_max: u32,
        patience: Duration,
        rules: Rules,
    ) -> Self {
        let options = steadied(options);
        let pool = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(patience)
            .connect_lazy_with(options.clone());
        Self {
            pool,
            options,
            rules,
            answer_max: ANSWER_MAX,
        }
    }

    /// The same store, whose writer and clock wait so long for an answer.
    #[must_use]
    pub fn answering_within(self, answer_max: Duration) -> Self {
        Self { answer_max, ..self }
    }

    /// Does `work`, and gives it up when no answer has come in time: a connection that was forgotten on its way
    /// never answers, and nothing else would tell.
    pub(crate) async fn answered<T, E: From<StoreError>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let answer = tokio::time::timeout(self.answer_max, work).await;
        answer.unwrap_or_else(|_| Err(StoreError::Silent(self.answer_max).into()))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Refuses a role that could change what is never changed.
    pub async fn check_role(&self) -> Result<(), StoreError> {
        let found: Option<(String, String, String)> = sqlx::query_as(
            "SELECT current_user::text, lower(r), t
             FROM unnest(ARRAY['journal', 'messages', 'signatures', 'unreadable', 'settlements']) t,
                  unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) r
             WHERE has_table_privilege(current_user, t, r)
             LIMIT 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        match found {
            Some((role, right, table)) => Err(StoreError::Unsafe { role, right, table }),
            None => Ok(()),
        }
    }

    /// Closes every connection, waiting for those at work.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Brings the schema up to date, as the owner of the tables. Several at once wait for each other.
pub async fn migrate(options: PgConnectOptions) -> Result<(), StoreError> {
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect_with(steadied(options)).await?;
    let done = MIGRATIONS.run(&pool).await;
    pool.close().await;
    Ok(done?)
}

/// A connection that both ends give up within half a minute when the other is gone. Plans are made for each
/// query: one kept from when the journal was empty would read the whole of it ever after.
fn steadied(options: PgConnectOptions) -> PgConnectOptions {
    options
        .application_name("kezek-monitor")
        .options([
            ("tcp_keepalives_idle", "10"),
            ("tcp_keepalives_interval", "5"),
            ("tcp_keepalives_count", "3"),
            ("plan_cache_mode", "force_custom_plan"),
        ])
        .disable_statement_logging()
}

/// A connection of its own, outside of the pool.
async fn alone(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    PgConnection::connect_with(options).await
}

//! Reading for the pages: applications by what a person looks for, counts, what is set
//! aside. Every question is answered from an index and is bounded.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use message::{Fact, MessageId};
use sqlx::{Postgres, QueryBuilder, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{
    Store, StoreError,
    read::{self, instant},
};
use crate::{kept::Kept, row::Row, search::Search, status::Status};

/// An application as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub number: String,
    pub service: String,
    pub channel: String,
    pub status: String,
    pub provider: Option<String>,
    pub received_at: Timestamp,
    pub updated_at: Timestamp,
}

/// How many applications of a service have a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusCount {
    pub service: String,
    pub status: String,
    pub count: i64,
}

fn listed(columns: &PgRow) -> Result<Listed, sqlx::Error> {
    Ok(Listed {
        number: columns.try_get("number")?,
        service: columns.try_get("service")?,
        channel: columns.try_get("channel")?,
        status: columns.try_get("status")?,
        provider: columns.try_get("provider")?,
        received_at: instant(columns, "received_at")?,
        updated_at: instant(columns, "updated_at")?,
    })
}

fn counted(columns: &PgRow) -> Result<StatusCount, sqlx::Error> {
    Ok(StatusCount {
        service: columns.try_get("service")?,
        status: columns.try_get("status")?,
        count: columns.try_get("count")?,
    })
}

/// The conditions of a search; those that nobody set are left out, so that each search has a plan of its own.
fn query(search: &Search) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(
        "SELECT number, service, channel, status, provider, received_at, updated_at
         FROM applications WHERE true",
    );
    if let Some(number) = search.number {
        query.push(" AND number = ").push_bind(number.to_string());
    }
    if let Some(applicant) = &search.applicant {
        query
            .push(" AND message_id IN (SELECT message_id FROM messages WHERE applicant_number = ")
            .push_bind(applicant.reveal().to_owned())
            .push(")");
    }
    if let Some(service) = &search.service {
        query.push(" AND service = ").push_bind(service.clone());
    }
    if let Some(provider) = &search.provider {
        query.push(" AND provider = ").push_bind(provider.clone());
    }
    if let Some(status) = search.status {
        query.push(" AND status = ").push_bind(status.as_str());
    }
    if search.late {
        query.push(
            " AND number IN (SELECT number FROM deadlines
                             WHERE paused_since IS NULL AND due_at < now())",
        );
    }
    if let Some(from) = search.from {
        query.push(" AND received_at >= ").push_bind(from.to_sqlx());
    }
    if let Some(before) = search.before {
        query
            .push(" AND received_at < ")
            .push_bind(before.to_sqlx());
    }
    if let Some(after) = search.after {
        query
            .push(" AND (received_at, number) < (")
            .push_bind(after.received_at.to_sqlx())
            .push(", ")
            .push_bind(after.number.to_string())
            .push(")");
    }
    query
        .push(" ORDER BY received_at DESC, number DESC LIMIT ")
        .push_bind(i64::from(search.limit));
    query
}

impl Store {
    /// Applications found, newest first; as many as `search.limit` means that there may be more.
    pub async fn search(&self, search: &Search) -> Result<Vec<Listed>, StoreError> {
        let found = query(search).build().fetch_all(&self.pool).await?;
        let found: Result<_, sqlx::Error> = found.iter().map(listed).collect();
        Ok(found?)
    }

    /// Applications not at their end, by service and status.
    pub async fn open_counts(&self) -> Result<Vec<StatusCount>, StoreError> {
        let rows = sqlx::query(
            "SELECT service, status, count(*) AS count FROM applications
             WHERE status = ANY($1) GROUP BY service, status",
        )
        .bind(open())
        .fetch_all(&self.pool)
        .await?;
        let counts: Result<_, sqlx::Error> = rows.iter().map(counted).collect();
        Ok(counts?)
    }

    /// Applications received at `since` or later, by service and where they stand now.
    pub async fn counts_since(&self, since: Timestamp) -> Result<Vec<StatusCount>, StoreError> {
        let rows = sqlx::query(
            "SELECT service, status, count(*) AS count FROM applications
             WHERE received_at >= $1 GROUP BY service, status",
        )
        .bind(since.to_sqlx())
        .fetch_all(&self.pool)
        .await?;
        let counts: Result<_, sqlx::Error> = rows.iter().map(counted).collect();
        Ok(counts?)
    }

    /// Numbers of the newest applications of a service and channel.
    pub async fn newest_of(
        &self,
        service: &str,
        channel: &str,
        limit: u16,
    ) -> Result<Vec<String>, StoreError> {
        let numbers = sqlx::query_scalar(
            "SELECT number FROM applications WHERE service = $1 AND channel = $2
             ORDER BY received_at DESC, number DESC LIMIT $3",
        )
        .bind(service)
        .bind(channel)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(numbers)
    }

    /// All rows about some applications, in the order of the journal.
    pub async fn rows_of_all(&self, numbers: &[&str]) -> Result<Vec<Row>, StoreError> {
        Ok(read::rows_of(&self.pool, numbers).await?)
    }

    /// Stored messages by id; those that are not there are left out.
    pub async fn messages(
        &self,
        ids: &[MessageId],
    ) -> Result<std::collections::HashMap<Uuid, Kept>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(MessageId::as_uuid).collect();
        Ok(read::kept(&self.pool, &ids).await?)
    }

    /// The facts by which messages were set aside and are still, the longest first.
    pub async fn parked(&self, limit: u16) -> Result<Vec<Fact>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM (
                 SELECT DISTINCT ON (message_id)
                        position, fact_id, name, message_id, number, lane, at, by,
                        detail::text AS detail, stream_offset, content_hash, previous_hash, hash
                 FROM journal WHERE name IN ('parked', 'released') AND message_id IS NOT NULL
                 ORDER BY message_id, at DESC, position DESC) AS last
             WHERE name = 'parked' ORDER BY at, position LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let rows: Result<Vec<Row>, sqlx::Error> = rows.iter().map(read::row).collect();
        Ok(rows?.iter().filter_map(|row| row.fact().ok()).collect())
    }

    /// The position of the last row of the journal; 0 while it is empty.
    pub async fn last_position(&self) -> Result<i64, StoreError> {
        Ok(self.head().await?.position)
    }
}

/// Spellings of the statuses after which more is to come.
pub(super) fn open() -> Vec<&'static str> {
    let all = Status::ALL.iter();
    all.filter(|(status, ..)| !status.is_final())
        .map(|(_, name, _)| *name)
        .collect()
}

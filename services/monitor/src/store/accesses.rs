//! The projection of who looked at whose data, and of the checks of purpose: filled by the writer from the new
//! facts, and read page by page.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use message::PersonalNumber;
use sqlx::{Postgres, QueryBuilder, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{Store, StoreError, read::instant};
use crate::accesses::{Access, Check, Key, Place, Wanted};

mod write;

pub(super) use write::keep;

const COLUMNS: &str = "SELECT a.access_id, a.message_id, a.number, a.subject, a.register, a.asked_at, a.operator,
       a.participant, a.purpose, a.consent, a.application, a.answered_at, a.found,
       a.fields::text AS fields, a.cached, a.source_at, a.failed_at, a.failed_code, m.service, m.kind
FROM accesses a LEFT JOIN messages m ON m.message_id = a.message_id";

fn optional(columns: &PgRow, name: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    let at: Option<SqlTimestamp> = columns.try_get(name)?;
    Ok(at.map(SqlTimestamp::to_jiff))
}

fn access(columns: &PgRow) -> Result<Access, sqlx::Error> {
    let subject: Option<String> = columns.try_get("subject")?;
    let fields: Option<String> = columns.try_get("fields")?;
    let fields = fields.and_then(|text| serde_json::from_str(&text).ok());
    Ok(Access {
        id: columns.try_get("access_id")?,
        message: columns.try_get("message_id")?,
        number: columns.try_get("number")?,
        subject: subject.and_then(|number| PersonalNumber::new(&number).ok()),
        register: columns.try_get("register")?,
        asked_at: instant(columns, "asked_at")?,
        operator: columns.try_get("operator")?,
        participant: columns.try_get("participant")?,
        purpose: columns.try_get("purpose")?,
        consent: columns.try_get("consent")?,
        application: columns.try_get("application")?,
        service: columns.try_get("service")?,
        kind: columns.try_get("kind")?,
        answered_at: optional(columns, "answered_at")?,
        found: columns.try_get("found")?,
        fields: fields.unwrap_or_default(),
        cached: columns
            .try_get::<Option<bool>, _>("cached")?
            .unwrap_or(false),
        source_at: optional(columns, "source_at")?,
        failed_at: optional(columns, "failed_at")?,
        failed_code: columns.try_get("failed_code")?,
    })
}

fn check(columns: &PgRow) -> Result<Check, sqlx::Error> {
    Ok(Check {
        id: columns.try_get("check_id")?,
        access: columns.try_get("access_id")?,
        register: columns.try_get("register")?,
        opened_by: columns.try_get("opened_by")?,
        question: columns.try_get("question")?,
        opened_at: instant(columns, "opened_at")?,
        due_at: instant(columns, "due_at")?,
        answered_by: columns.try_get("answered_by")?,
        answer: columns.try_get("answer")?,
        answered_at: optional(columns, "answered_at")?,
        closed_by: columns.try_get("closed_by")?,
        outcome: columns.try_get("outcome")?,
        note: columns.try_get("note")?,
        closed_at: optional(columns, "closed_at")?,
    })
}

/// Rows before `after`, newest first, by these two columns.
fn page(
    query: &mut QueryBuilder<Postgres>,
    (moment, id): (&str, &str),
    after: Option<Key>,
    limit: u16,
) {
    if let Some(after) = after {
        query
            .push(format!(" AND ({moment}, {id}) < ("))
            .push_bind(after.at.to_sqlx())
            .push(", ")
            .push_bind(after.id)
            .push(")");
    }
    query
        .push(format!(" ORDER BY {moment} DESC, {id} DESC LIMIT "))
        .push_bind(i64::from(limit));
}

impl Store {
    /// Accesses to somebody's data, or to a register, newest first.
    pub async fn accesses(
        &self,
        place: &Place,
        after: Option<Key>,
        limit: u16,
    ) -> Result<Vec<Access>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        match place {
            Place::Of(person) => query
                .push(" WHERE a.subject = ")
                .push_bind(person.reveal().to_owned()),
            Place::In(register) => query
                .push(" WHERE a.register = ")
                .push_bind(register.to_string()),
        };
        page(&mut query, ("a.asked_at", "a.access_id"), after, limit);
        let rows = query.build().fetch_all(&self.pool).await?;
        let rows: Result<_, sqlx::Error> = rows.iter().map(access).collect();
        Ok(rows?)
    }

    /// One access.
    pub async fn access(&self, id: Uuid) -> Result<Option<Access>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push(" WHERE a.access_id = ").push_bind(id);
        let found = query.build().fetch_optional(&self.pool).await?;
        Ok(found.as_ref().map(access).transpose()?)
    }

    /// The checks of these accesses, by access, the oldest first.
    pub async fn checks_of(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Check>>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM checks WHERE access_id = ANY($1) ORDER BY opened_at, check_id",
        )
        .bind(ids)
        .fetch_all(&self.pool)
        .await?;
        let mut checks: HashMap<Uuid, Vec<Check>> = HashMap::new();
        for columns in &rows {
            let check = check(columns)?;
            checks.entry(check.access).or_default().push(check);
        }
        Ok(checks)
    }

    /// One check.
    pub async fn check(&self, id: Uuid) -> Result<Option<Check>, StoreError> {
        let found = sqlx::query("SELECT * FROM checks WHERE check_id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.as_ref().map(check).transpose()?)
    }

    /// Checks, newest first.
    pub async fn checks(&self, wanted: &Wanted) -> Result<Vec<Check>, StoreError> {
        let mut query = QueryBuilder::new("SELECT * FROM checks WHERE true");
        if let Some(register) = &wanted.register {
            query
                .push(" AND register = ")
                .push_bind(register.to_string());
        }
        if wanted.open {
            query.push(" AND closed_at IS NULL");
        }
        if let Some(now) = wanted.overdue_at {
            query
                .push(" AND answered_at IS NULL AND closed_at IS NULL AND due_at <= ")
                .push_bind(now.to_sqlx());
        }
        page(
            &mut query,
            ("opened_at", "check_id"),
            wanted.after,
            wanted.limit,
        );
        let rows = query.build().fetch_all(&self.pool).await?;
        let rows: Result<_, sqlx::Error> = rows.iter().map(check).collect();
        Ok(rows?)
    }

    /// How many checks nobody answered in time, at `now`.
    pub async fn overdue_checks(&self, now: Timestamp) -> Result<i64, StoreError> {
        let count = sqlx::query_scalar(
            "SELECT count(*) FROM checks
             WHERE answered_at IS NULL AND closed_at IS NULL AND due_at <= $1",
        )
        .bind(now.to_sqlx())
        .fetch_one(&self.pool)
        .await?;
        Ok(count)
    }
}

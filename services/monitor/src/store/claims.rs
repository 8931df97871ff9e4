//! What clocks do with deadlines: claim what is due, settle what they decided, count what is late; and make
//! all of them anew when regulations or calendar have changed.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use message::{Fact, Number};
use regulations::Outage;
use sqlx::Row as _;
use uuid::Uuid;

use super::{Store, StoreError, deadlines, read, search, write::column};
use crate::{
    deadlines::{Deadline, Rules, Subject},
    row::microseconds,
    status::{Status, standing},
};

/// Applications that are made anew in one transaction.
const ANEW_MAX: i64 = 500;

/// Refusals older than this are not looked at again for an applicant who was never told.
const ANEW_DAYS: i64 = 30;

/// A deadline that this clock alone may tell, until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub number: Number,
    pub step: u16,
    /// When it came due.
    pub since: Timestamp,
    pub told: u8,
    pub until: Timestamp,
}

/// What became of a claim.
#[derive(Debug, Clone)]
pub enum Settled {
    /// The step as it stands now, what was told counted in.
    Open(Claim, Deadline),
    /// The step is over.
    Over(Claim),
}

/// How many steps under way are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pressed {
    pub late: i64,
    pub near: i64,
    pub paused: i64,
}

impl Store {
    /// Claims at most `limit` deadlines that are due at `now`, oldest first, for as long as `lease`. What
    /// another clock has claimed is left out.
    pub async fn claim(
        &self,
        now: Timestamp,
        limit: u16,
        lease: SignedDuration,
    ) -> Result<Vec<Claim>, StoreError> {
        let until = microseconds(now.checked_add(lease).unwrap_or(now));
        let rows = sqlx::query(
            "UPDATE deadlines d SET claimed_until = $3
             FROM (SELECT number, step FROM deadlines
                   WHERE next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
                   ORDER BY next_at, number, step LIMIT $2 FOR UPDATE SKIP LOCKED) AS c
             WHERE d.number = c.number AND d.step = c.step
             RETURNING d.number, d.step, d.next_at, d.told_percent",
        )
        .bind(now.to_sqlx())
        .bind(i64::from(limit))
        .bind(until.to_sqlx())
        .fetch_all(&self.pool)
        .await?;
        let mut claims = Vec::with_capacity(rows.len());
        for columns in &rows {
            let number: String = columns.try_get("number")?;
            let step: i32 = columns.try_get("step")?;
            let told: i32 = columns.try_get("told_percent")?;
            if let (Ok(number), Ok(step)) = (number.parse(), u16::try_from(step)) {
                claims.push(Claim {
                    number,
                    step,
                    since: read::instant(columns, "next_at")?,
                    told: u8::try_from(told).unwrap_or(0),
                    until,
                });
            }
        }
        claims.sort_by_key(|claim| (claim.since, claim.number, claim.step));
        Ok(claims)
    }

    /// The steps under way of some applications, by all that the journal says at `now`.
    pub async fn deadlines_of(
        &self,
        numbers: &[Number],
        now: Timestamp,
    ) -> Result<Vec<Deadline>, StoreError> {
        let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let facts = read::facts_of(&self.pool, &texts).await?;
        let mut connection = self.pool.acquire().await?;
        Ok(derive(&mut connection, &self.rules, &facts, Some(now)).await?)
    }

    /// Gives claims back: the rows say what was decided. A row that the journal's writer has changed since,
    /// or is changing, is left as it is.
    pub async fn settle_claims(&self, settled: &[Settled]) -> Result<u64, StoreError> {
        let open: Vec<(&Claim, &Deadline)> = settled
            .iter()
            .filter_map(|one| match one {
                Settled::Open(claim, deadline) => Some((claim, deadline)),
                Settled::Over(_) => None,
            })
            .collect();
        let over: Vec<&Claim> = settled
            .iter()
            .filter_map(|one| match one {
                Settled::Over(claim) => Some(claim),
                Settled::Open(..) => None,
            })
            .collect();
        Ok(self.put_back(&open).await? + self.put_away(&over).await?)
    }

    async fn put_back(&self, open: &[(&Claim, &Deadline)]) -> Result<u64, sqlx::Error> {
        if open.is_empty() {
            return Ok(0);
        }
        let at = |value: fn(&Deadline) -> Option<Timestamp>| {
            column(open, move |(_, deadline)| {
                value(deadline).map(|at| microseconds(at).to_sqlx())
            })
        };
        let done = sqlx::query(
            "WITH free AS (
                 SELECT d.number, d.step FROM deadlines d
                 JOIN UNNEST($1::text[], $2::integer[], $3::timestamptz[]) AS c (number, step, until)
                      ON d.number = c.number AND d.step = c.step AND d.claimed_until = c.until
                 FOR UPDATE OF d SKIP LOCKED)
             UPDATE deadlines d
             SET near_at = n.near_at, due_at = n.due_at, paused_since = n.paused_since,
                 pause_reason = n.pause_reason, waits_for = n.waits_for,
                 told_percent = greatest(d.told_percent, n.told_percent), next_at = n.next_at,
                 claimed_until = NULL
             FROM free, UNNEST($1::text[], $2::integer[], $4::timestamptz[], $5::timestamptz[],
                               $6::timestamptz[], $7::text[], $8::text[], $9::integer[],
                               $10::timestamptz[])
                  AS n (number, step, near_at, due_at, paused_since, pause_reason, waits_for,
                        told_percent, next_at)
             WHERE d.number = free.number AND d.step = free.step
               AND n.number = d.number AND n.step = d.step",
        )
        .bind(column(open, |(claim, _)| claim.number.to_string()))
        .bind(column(open, |(claim, _)| i32::from(claim.step)))
        .bind(column(open, |(claim, _)| claim.until.to_sqlx()))
        .bind(at(Deadline::near))
        .bind(at(Deadline::due))
        .bind(at(|deadline| deadline.paused.as_ref().map(|(since, _)| *since)))
        .bind(column(open, |(_, deadline)| deadline.reason()))
        .bind(column(open, |(_, deadline)| {
            deadline.waits_for().map(str::to_owned)
        }))
        .bind(column(open, |(_, deadline)| i32::from(deadline.told)))
        .bind(at(Deadline::next))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    async fn put_away(&self, over: &[&Claim]) -> Result<u64, sqlx::Error> {
        if over.is_empty() {
            return Ok(0);
        }
        let done = sqlx::query(
            "DELETE FROM deadlines WHERE (number, step) IN (
                 SELECT d.number, d.step FROM deadlines d
                 JOIN UNNEST($1::text[], $2::integer[], $3::timestamptz[]) AS c (number, step, until)
                      ON d.number = c.number AND d.step = c.step AND d.claimed_until = c.until
                 FOR UPDATE OF d SKIP LOCKED)",
        )
        .bind(column(over, |claim| claim.number.to_string()))
        .bind(column(over, |claim| i32::from(claim.step)))
        .bind(column(over, |claim| claim.until.to_sqlx()))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Since when the oldest deadline that is due at `now` has waited for a clock; none where none does.
    pub async fn oldest_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let oldest: Option<SqlTimestamp> =
            sqlx::query_scalar("SELECT min(next_at) FROM deadlines WHERE next_at <= $1")
                .bind(now.to_sqlx())
                .fetch_one(&self.pool)
                .await?;
        Ok(oldest.map(SqlTimestamp::to_jiff))
    }

    /// How many steps under way are late, near their end, or stand still at `now`; of one service or of all.
    pub async fn pressed(
        &self,
        service: Option<&str>,
        now: Timestamp,
    ) -> Result<Pressed, StoreError> {
        let counted = sqlx::query(
            "SELECT (SELECT count(*) FROM deadlines WHERE paused_since IS NULL AND due_at < $1
                       AND ($2::text IS NULL OR service = $2)) AS late,
                    (SELECT count(*) FROM deadlines WHERE paused_since IS NULL AND near_at <= $1
                       AND due_at >= $1 AND ($2::text IS NULL OR service = $2)) AS near,
                    (SELECT count(*) FROM deadlines WHERE paused_since IS NOT NULL
                       AND ($2::text IS NULL OR service = $2)) AS paused",
        )
        .bind(now.to_sqlx())
        .bind(service)
        .fetch_one(&self.pool)
        .await?;
        Ok(Pressed {
            late: counted.try_get("late")?,
            near: counted.try_get("near")?,
            paused: counted.try_get("paused")?,
        })
    }

    /// Applications with a step that is late or near its end at `now`, those that have been longest first.
    pub async fn pressing(&self, now: Timestamp, limit: u16) -> Result<Vec<String>, StoreError> {
        let numbers: Vec<String> = sqlx::query_scalar(
            "SELECT number FROM deadlines WHERE paused_since IS NULL AND near_at <= $1
             ORDER BY near_at LIMIT $2",
        )
        .bind(now.to_sqlx())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let mut seen = std::collections::HashSet::new();
        let once = numbers.into_iter().filter(|n| seen.insert(n.clone()));
        Ok(once.collect())
    }

    /// Outages of lanes that were not over at `since`.
    pub async fn outages(&self, since: Timestamp) -> Result<Vec<Outage>, StoreError> {
        Ok(deadlines::outages(&self.pool, since).await?)
    }

    /// Makes all deadlines anew if they were made by other regulations or another calendar; tells how many
    /// applications were looked at. Clocks and the journal go on meanwhile.
    pub async fn make_deadlines_anew(&self, now: Timestamp) -> Result<u64, StoreError> {
        let fingerprint = self.rules.fingerprint();
        let known: String = sqlx::query_scalar("SELECT fingerprint FROM deadline_rules")
            .fetch_one(&self.pool)
            .await?;
        if known == fingerprint {
            return Ok(0);
        }
        let (mut after, mut looked_at) = (String::new(), 0);
        while let Some(last) = self.make_some_anew(&after, now, &mut looked_at).await? {
            after = last;
        }
        sqlx::query("UPDATE deadline_rules SET fingerprint = $1")
            .bind(fingerprint)
            .execute(&self.pool)
            .await?;
        Ok(looked_at)
    }

    /// The next applications after a number; tells the last of them.
    async fn make_some_anew(
        &self,
        after: &str,
        now: Timestamp,
        looked_at: &mut u64,
    ) -> Result<Option<String>, StoreError> {
        let recent = now
            .checked_sub(SignedDuration::from_hours(24 * ANEW_DAYS))
            .unwrap_or(Timestamp::MIN);
        let mut transaction = self.pool.begin().await?;
        deadlines::take_turn(&mut transaction).await?;
        let numbers: Vec<String> = sqlx::query_scalar(
            "SELECT number FROM applications
             WHERE number > $1
               AND (status = ANY($2) OR status = ANY($3) AND updated_at > $4
                    OR number IN (SELECT number FROM deadlines))
             ORDER BY number LIMIT $5",
        )
        .bind(after)
        .bind(search::open())
        .bind([Status::Refused.as_str(), Status::RefusedByProvider.as_str()])
        .bind(recent.to_sqlx())
        .bind(ANEW_MAX)
        .fetch_all(&mut *transaction)
        .await?;
        let texts: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let facts = read::facts_of(&mut *transaction, &texts).await?;
        let made = derive(&mut transaction, &self.rules, &facts, None).await?;
        deadlines::keep(&mut transaction, &texts, &made).await?;
        transaction.commit().await?;
        *looked_at += numbers.len() as u64;
        Ok(numbers.last().cloned())
    }
}

/// The steps under way of applications with these facts, seen at `now`; without it, at their last fact.
async fn derive(
    connection: &mut sqlx::PgConnection,
    rules: &Rules,
    facts: &HashMap<Number, Vec<Fact>>,
    now: Option<Timestamp>,
) -> Result<Vec<Deadline>, sqlx::Error> {
    let messages: HashMap<Number, Uuid> = facts
        .iter()
        .filter_map(|(number, facts)| Some((*number, standing(*number, facts)?.message.as_uuid())))
        .collect();
    let ids: Vec<Uuid> = messages.values().copied().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let subjects = deadlines::subjects(&mut *connection, rules, &ids).await?;
    let outages = outages_since(connection, facts.values().map(Vec::as_slice)).await?;
    let mut all = Vec::new();
    for (number, facts) in facts {
        let subject = messages.get(number).and_then(|id| subjects.get(id));
        all.extend(made(rules, *number, subject, facts, &outages, now));
    }
    Ok(all)
}

/// Outages that may touch applications with these facts.
pub(super) async fn outages_since<'f>(
    connection: &mut sqlx::PgConnection,
    facts: impl Iterator<Item = &'f [Fact]>,
) -> Result<Vec<Outage>, sqlx::Error> {
    let began = facts.flatten().map(|fact| fact.at).min();
    deadlines::outages(connection, began.unwrap_or(Timestamp::MIN)).await
}

/// The steps under way of one application, seen at `now`; without it, at its last fact.
pub(super) fn made(
    rules: &Rules,
    number: Number,
    subject: Option<&Subject>,
    facts: &[Fact],
    outages: &[Outage],
    now: Option<Timestamp>,
) -> Vec<Deadline> {
    let told = facts.iter().map(|fact| fact.at);
    let closed = outages
        .iter()
        .flat_map(|o| [Some(o.closed_at), o.opened_at]);
    let last = told.chain(closed.flatten()).max();
    match (subject, now.or(last)) {
        (Some(subject), Some(now)) => rules.deadlines(number, subject, facts, outages, now),
        _ => Vec::new(),
    }
}

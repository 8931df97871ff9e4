//! Deadlines and outages in the database: kept by the journal's writer in the transaction that stores the
//! facts; claimed and settled by clocks, any number of them.
//!
//! No one here waits for a row while it holds another: clocks skip what is locked, the writer locks in order.
//! A row that the writer has changed meanwhile is no longer claimed, so what a clock decided by older facts is
//! dropped and looked at again.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use message::{About, Detail, Fact, LaneName, MessageId, PersonalNumber};
use regulations::{ApplicantKind, Outage};
use sqlx::{PgExecutor, PgTransaction, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{read::instant, write::column};
use crate::{
    deadlines::{Deadline, Rules, Subject},
    row::microseconds,
};

/// `kezek.dl` as a number: making deadlines anew and keeping them take turns.
const KEEPING_LOCK: i64 = i64::from_be_bytes(*b"kezek.dl");

/// An answer of a lane so long after it closed shows that it is open: a process that ended while its lane was
/// closed cannot tell. Until then, what was in hand when it closed may still be answered.
const ANSWERED_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// A deadline as the table has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Kept {
    service: String,
    began_at: Option<Timestamp>,
    near_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    paused_since: Option<Timestamp>,
    pause_reason: Option<String>,
    waits_for: Option<String>,
    told_percent: i32,
    next_at: Option<Timestamp>,
    awaits_notice: bool,
}

impl From<&Deadline> for Kept {
    fn from(deadline: &Deadline) -> Self {
        Self {
            service: deadline.service.clone(),
            began_at: Some(microseconds(deadline.began)),
            near_at: deadline.near().map(microseconds),
            due_at: deadline.due().map(microseconds),
            paused_since: deadline
                .paused
                .as_ref()
                .map(|(since, _)| microseconds(*since)),
            pause_reason: deadline.reason(),
            waits_for: deadline.waits_for().map(str::to_owned),
            told_percent: deadline.told.into(),
            next_at: deadline.next().map(microseconds),
            awaits_notice: deadline.awaits_notice,
        }
    }
}

type Place = (String, i32);

fn place(deadline: &Deadline) -> Place {
    (deadline.number.to_string(), deadline.step.into())
}

fn optional(columns: &PgRow, name: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    let at: Option<SqlTimestamp> = columns.try_get(name)?;
    Ok(at.map(SqlTimestamp::to_jiff))
}

fn kept(columns: &PgRow) -> Result<(Place, Kept), sqlx::Error> {
    let place = (columns.try_get("number")?, columns.try_get("step")?);
    let kept = Kept {
        service: columns.try_get("service")?,
        began_at: optional(columns, "began_at")?,
        near_at: optional(columns, "near_at")?,
        due_at: optional(columns, "due_at")?,
        paused_since: optional(columns, "paused_since")?,
        pause_reason: columns.try_get("pause_reason")?,
        waits_for: columns.try_get("waits_for")?,
        told_percent: columns.try_get("told_percent")?,
        next_at: optional(columns, "next_at")?,
        awaits_notice: columns.try_get("awaits_notice")?,
    };
    Ok((place, kept))
}

/// Of applications that somebody was told about, those with a step that may end by it.
pub(super) async fn await_notice(
    transaction: &mut PgTransaction<'_>,
    numbers: &[&str],
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT DISTINCT number FROM deadlines WHERE number = ANY($1) AND awaits_notice",
    )
    .bind(numbers)
    .fetch_all(&mut **transaction)
    .await
}

/// Waits until nobody makes deadlines anew; from here to the end of the transaction nobody begins to.
pub(super) async fn take_turn(transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(KEEPING_LOCK)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Applications as their regulations see them, by the ids of their own messages. A query has no steps and no term.
pub(super) async fn subjects(
    database: impl PgExecutor<'_>,
    rules: &Rules,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Subject>, sqlx::Error> {
    let found = sqlx::query(
        "SELECT message_id, service, channel, applicant_number,
                CASE WHEN service = ANY($2) THEN document END AS document
         FROM messages WHERE message_id = ANY($1) AND kind <> 'query'",
    )
    .bind(ids)
    .bind(rules.read_forms())
    .fetch_all(database)
    .await?;
    found.iter().map(subject).collect()
}

fn subject(columns: &PgRow) -> Result<(Uuid, Subject), sqlx::Error> {
    let id: Uuid = columns.try_get("message_id")?;
    let applicant: Option<String> = columns.try_get("applicant_number")?;
    let document: Option<Vec<u8>> = columns.try_get("document")?;
    let applicant = applicant.and_then(|number| PersonalNumber::new(&number).ok());
    let form = document.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let subject = Subject {
        message: MessageId::from_uuid(id),
        service: columns.try_get("service")?,
        channel: columns.try_get("channel")?,
        applicant: applicant.as_ref().map(ApplicantKind::from),
        form: form.unwrap_or_default(),
    };
    Ok((id, subject))
}

/// Outages that were not over at `since`.
pub(super) async fn outages(
    database: impl PgExecutor<'_>,
    since: Timestamp,
) -> Result<Vec<Outage>, sqlx::Error> {
    let found = sqlx::query(
        "SELECT lane, code, closed_at, opened_at FROM outages
         WHERE opened_at IS NULL OR opened_at > $1 ORDER BY closed_at, lane",
    )
    .bind(since.to_sqlx())
    .fetch_all(database)
    .await?;
    let mut outages = Vec::with_capacity(found.len());
    for columns in &found {
        let lane: String = columns.try_get("lane")?;
        if let Ok(lane) = LaneName::new(&lane) {
            outages.push(Outage {
                lane,
                code: columns.try_get("code")?,
                closed_at: instant(columns, "closed_at")?,
                opened_at: optional(columns, "opened_at")?,
            });
        }
    }
    Ok(outages)
}

/// Writes down what the new facts say of lanes: closed, opened, or answering although nobody said so.
pub(super) async fn keep_outages(
    transaction: &mut PgTransaction<'_>,
    facts: &[Fact],
) -> Result<(), sqlx::Error> {
    let mut opened: Vec<(String, Timestamp)> = Vec::new();
    for fact in facts {
        match (&fact.detail, &fact.about) {
            (Detail::LaneClosed { code, .. }, About::Lane(lane)) => {
                close(transaction, lane.as_str(), code, fact.at).await?;
            }
            (Detail::LaneOpened, About::Lane(lane)) => opened.push((lane.to_string(), fact.at)),
            (detail, _) => opened.extend(answered(detail, fact.at)),
        }
    }
    if opened.is_empty() {
        return Ok(());
    }
    let ended: Vec<String> = sqlx::query_scalar(
        "UPDATE outages o SET opened_at = e.at
         FROM (SELECT DISTINCT ON (o.lane, o.closed_at) o.lane, o.closed_at, e.at
               FROM outages o JOIN UNNEST($1::text[], $2::timestamptz[]) AS e (lane, at)
                    ON e.lane = o.lane AND e.at >= o.closed_at
               WHERE o.opened_at IS NULL
               ORDER BY o.lane, o.closed_at, e.at) AS e
         WHERE o.lane = e.lane AND o.closed_at = e.closed_at
         RETURNING o.lane",
    )
    .bind(column(&opened, |(lane, _)| lane.as_str()))
    .bind(column(&opened, |(_, at)| at.to_sqlx()))
    .fetch_all(&mut **transaction)
    .await?;
    let at = opened.iter().map(|(_, at)| *at).max();
    wake(transaction, &ended, at.unwrap_or(Timestamp::MIN)).await
}

/// A lane closed; unless it is known to be, or to have opened since.
async fn close(
    transaction: &mut PgTransaction<'_>,
    lane: &str,
    code: &str,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO outages (lane, code, closed_at, opened_at)
         SELECT $1, $2, $3, (SELECT min(at) FROM journal
                             WHERE lane = $1 AND name = 'lane-opened' AND at >= $3)
         WHERE NOT EXISTS (SELECT FROM outages WHERE lane = $1 AND closed_at <= $3
                           AND (opened_at IS NULL OR opened_at > $3))
         ON CONFLICT DO NOTHING",
    )
    .bind(lane)
    .bind(code)
    .bind(at.to_sqlx())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The lane that a fact shows to answer, and from when on that means it is open.
fn answered(detail: &Detail, at: Timestamp) -> Option<(String, Timestamp)> {
    let lane = match detail {
        Detail::Verified { .. } => "signature.verify".to_owned(),
        Detail::Enriched { register } => format!("registry.{register}"),
        Detail::Delivered { provider, .. } => format!("router.{provider}"),
        _ => return None,
    };
    Some((lane, at.checked_sub(ANSWERED_AFTER).ok()?))
}

/// Clocks look again at what stood still for these lanes.
async fn wake(
    transaction: &mut PgTransaction<'_>,
    lanes: &[String],
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    if lanes.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE deadlines SET next_at = $2, claimed_until = NULL
         WHERE (number, step) IN (SELECT number, step FROM deadlines WHERE waits_for = ANY($1)
                                  ORDER BY number, step FOR UPDATE)",
    )
    .bind(lanes)
    .bind(at.to_sqlx())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Makes the table say of `numbers` what `deadlines` say: gone, new and changed rows.
pub(super) async fn keep(
    transaction: &mut PgTransaction<'_>,
    numbers: &[&str],
    deadlines: &[Deadline],
) -> Result<(), sqlx::Error> {
    let there = sqlx::query(
        "SELECT number, step, service, began_at, near_at, due_at, paused_since, pause_reason,
                waits_for, told_percent, next_at, awaits_notice
         FROM deadlines WHERE number = ANY($1) ORDER BY number, step FOR UPDATE",
    )
    .bind(numbers)
    .fetch_all(&mut **transaction)
    .await?;
    let mut there: HashMap<Place, Kept> = there.iter().map(kept).collect::<Result<_, _>>()?;
    let mut changed: Vec<(Place, Kept)> = Vec::new();
    for deadline in deadlines {
        let place = place(deadline);
        let before = there.remove(&place);
        let told = before.as_ref().map_or(0, |before| before.told_percent);
        // What a clock has told may be on its way to the journal still.
        let deadline = Deadline {
            told: deadline.told.max(u8::try_from(told).unwrap_or(0)),
            ..deadline.clone()
        };
        let now = Kept::from(&deadline);
        if before.as_ref() != Some(&now) {
            changed.push((place, now));
        }
    }
    let gone: Vec<Place> = there.into_keys().collect();
    remove(transaction, &gone).await?;
    changed.sort_by(|(a, _), (b, _)| a.cmp(b));
    upsert(transaction, &changed).await
}

async fn remove(transaction: &mut PgTransaction<'_>, gone: &[Place]) -> Result<(), sqlx::Error> {
    if gone.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "DELETE FROM deadlines d USING UNNEST($1::text[], $2::integer[]) AS g (number, step)
         WHERE d.number = g.number AND d.step = g.step",
    )
    .bind(column(gone, |(number, _)| number.as_str()))
    .bind(column(gone, |(_, step)| *step))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn upsert(
    transaction: &mut PgTransaction<'_>,
    rows: &[(Place, Kept)],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let at = |value: fn(&Kept) -> Option<Timestamp>| {
        column(rows, move |(_, kept)| value(kept).map(ToSqlx::to_sqlx))
    };
    sqlx::query(
        "INSERT INTO deadlines (number, step, service, began_at, near_at, due_at, paused_since,
                                pause_reason, waits_for, told_percent, next_at, awaits_notice)
         SELECT * FROM UNNEST($1::text[], $2::integer[], $3::text[], $4::timestamptz[],
                              $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
                              $8::text[], $9::text[], $10::integer[], $11::timestamptz[],
                              $12::boolean[])
         ON CONFLICT (number, step) DO UPDATE
         SET service = EXCLUDED.service, began_at = EXCLUDED.began_at,
             near_at = EXCLUDED.near_at, due_at = EXCLUDED.due_at,
             paused_since = EXCLUDED.paused_since, pause_reason = EXCLUDED.pause_reason,
             waits_for = EXCLUDED.waits_for, told_percent = EXCLUDED.told_percent,
             next_at = EXCLUDED.next_at, awaits_notice = EXCLUDED.awaits_notice,
             claimed_until = NULL",
    )
    .bind(column(rows, |((number, _), _)| number.as_str()))
    .bind(column(rows, |((_, step), _)| *step))
    .bind(column(rows, |(_, kept)| kept.service.as_str()))
    .bind(at(|kept| kept.began_at))
    .bind(at(|kept| kept.near_at))
    .bind(at(|kept| kept.due_at))
    .bind(at(|kept| kept.paused_since))
    .bind(column(rows, |(_, kept)| kept.pause_reason.as_deref()))
    .bind(column(rows, |(_, kept)| kept.waits_for.as_deref()))
    .bind(column(rows, |(_, kept)| kept.told_percent))
    .bind(at(|kept| kept.next_at))
    .bind(column(rows, |(_, kept)| kept.awaits_notice))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

//! What new facts say of accesses and checks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use message::{About, Detail, Fact, FactId, FactName, LaneName, RegisterName};
use sqlx::PgTransaction;
use uuid::Uuid;

use crate::store::write::column;

/// An access as `query-made` tells it.
struct Made {
    id: Uuid,
    message: Uuid,
    number: String,
    subject: Option<String>,
    register: String,
    at: Timestamp,
    operator: String,
    participant: Option<String>,
    purpose: String,
    consent: String,
    application: Option<String>,
}

/// What came of an access.
struct Answered {
    id: Uuid,
    at: Timestamp,
    found: bool,
    fields: Option<String>,
    cached: Option<bool>,
    source_at: Option<Timestamp>,
}

/// Writes down what the new facts say of accesses and of their checks.
pub(in crate::store) async fn keep(
    transaction: &mut PgTransaction<'_>,
    facts: &[Fact],
) -> Result<(), sqlx::Error> {
    let made: Vec<Made> = facts.iter().filter_map(made).collect();
    insert_made(transaction, &made).await?;
    let answered: Vec<Answered> = facts.iter().filter_map(answered).collect();
    update_answered(transaction, &answered).await?;
    let failed: BTreeMap<Uuid, (Timestamp, &str)> = facts.iter().filter_map(failed).collect();
    update_failed(transaction, failed).await?;
    keep_checks(transaction, facts).await
}

fn made(fact: &Fact) -> Option<Made> {
    let About::Message { id, number } = &fact.about else {
        return None;
    };
    let Detail::QueryMade {
        register,
        purpose,
        operator,
        consent,
        subject,
        participant,
        application,
    } = &fact.detail
    else {
        return None;
    };
    Some(Made {
        id: fact.id.as_uuid(),
        message: id.as_uuid(),
        number: number.to_string(),
        subject: subject.as_ref().map(|subject| subject.reveal().to_owned()),
        register: register.to_string(),
        at: fact.at,
        operator: operator.clone(),
        participant: participant.as_ref().map(ToString::to_string),
        purpose: purpose.clone(),
        consent: consent.clone(),
        application: application.as_ref().map(ToString::to_string),
    })
}

/// The access that the lane of a register makes for a message: there is one, however often it is tried.
fn of_lane(fact: &Fact, register: &str) -> Option<Uuid> {
    let About::Message { id, .. } = &fact.about else {
        return None;
    };
    let name = FactName::QueryMade.as_str();
    Some(FactId::derive(&id.to_string(), name, register).as_uuid())
}

fn register_of(lane: &LaneName) -> Option<&str> {
    lane.as_str().strip_prefix("registry.")
}

/// Registry services that do not tell `query-answered` yet say by `enriched` or `refused` that there was an answer.
fn answered(fact: &Fact) -> Option<Answered> {
    let plain = |id, found| Answered {
        id,
        at: fact.at,
        found,
        fields: None,
        cached: None,
        source_at: None,
    };
    match &fact.detail {
        Detail::QueryAnswered {
            of,
            found,
            fields,
            cached,
            source_at,
            ..
        } => Some(Answered {
            fields: serde_json::to_string(fields).ok(),
            cached: Some(*cached),
            source_at: *source_at,
            ..plain(of.as_uuid(), *found)
        }),
        Detail::Enriched { register } => Some(plain(of_lane(fact, register.as_str())?, true)),
        Detail::Refused {
            lane: Some(lane), ..
        } => Some(plain(of_lane(fact, register_of(lane)?)?, false)),
        _ => None,
    }
}

fn failed(fact: &Fact) -> Option<(Uuid, (Timestamp, &str))> {
    let (Detail::AttemptFailed { lane, code, .. } | Detail::Parked { lane, code, .. }) =
        &fact.detail
    else {
        return None;
    };
    Some((of_lane(fact, register_of(lane)?)?, (fact.at, code)))
}

async fn insert_made(
    transaction: &mut PgTransaction<'_>,
    made: &[Made],
) -> Result<(), sqlx::Error> {
    if made.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO accesses (access_id, message_id, number, subject, register, asked_at, operator,
                               participant, purpose, consent, application)
         SELECT a.access_id, a.message_id, a.number, coalesce(a.subject, m.applicant_number),
                a.register, a.asked_at, a.operator, coalesce(a.participant, m.sender), a.purpose,
                a.consent, a.application
         FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
                     $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
              AS a (access_id, message_id, number, subject, register, asked_at, operator,
                    participant, purpose, consent, application)
         LEFT JOIN messages m ON m.message_id = a.message_id
         ON CONFLICT (access_id) DO NOTHING",
    )
    .bind(column(made, |one| one.id))
    .bind(column(made, |one| one.message))
    .bind(column(made, |one| one.number.as_str()))
    .bind(column(made, |one| one.subject.as_deref()))
    .bind(column(made, |one| one.register.as_str()))
    .bind(column(made, |one| one.at.to_sqlx()))
    .bind(column(made, |one| one.operator.as_str()))
    .bind(column(made, |one| one.participant.as_deref()))
    .bind(column(made, |one| one.purpose.as_str()))
    .bind(column(made, |one| one.consent.as_str()))
    .bind(column(made, |one| one.application.as_deref()))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn update_answered(
    transaction: &mut PgTransaction<'_>,
    answered: &[Answered],
) -> Result<(), sqlx::Error> {
    // `query-answered` says more than what follows it, and the statement takes any one of several.
    let told: Vec<Uuid> = answered
        .iter()
        .filter(|one| one.fields.is_some())
        .map(|one| one.id)
        .collect();
    let news: Vec<&Answered> = answered
        .iter()
        .filter(|one| one.fields.is_some() || !told.contains(&one.id))
        .collect();
    if news.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE accesses a SET answered_at = n.at, found = n.found, fields = n.fields::json,
                               cached = n.cached, source_at = n.source_at
         FROM UNNEST($1::uuid[], $2::timestamptz[], $3::boolean[], $4::text[], $5::boolean[],
                     $6::timestamptz[]) AS n (access_id, at, found, fields, cached, source_at)
         WHERE a.access_id = n.access_id AND a.answered_at IS NULL",
    )
    .bind(column(&news, |one| one.id))
    .bind(column(&news, |one| one.at.to_sqlx()))
    .bind(column(&news, |one| one.found))
    .bind(column(&news, |one| one.fields.as_deref()))
    .bind(column(&news, |one| one.cached))
    .bind(column(&news, |one| one.source_at.map(ToSqlx::to_sqlx)))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn update_failed(
    transaction: &mut PgTransaction<'_>,
    failed: BTreeMap<Uuid, (Timestamp, &str)>,
) -> Result<(), sqlx::Error> {
    if failed.is_empty() {
        return Ok(());
    }
    let failed: Vec<(Uuid, Timestamp, &str)> = failed
        .into_iter()
        .map(|(id, (at, code))| (id, at, code))
        .collect();
    sqlx::query(
        "UPDATE accesses a SET failed_at = n.at, failed_code = n.code
         FROM UNNEST($1::uuid[], $2::timestamptz[], $3::text[]) AS n (access_id, at, code)
         WHERE a.access_id = n.access_id AND a.answered_at IS NULL",
    )
    .bind(column(&failed, |(id, ..)| *id))
    .bind(column(&failed, |(_, at, _)| at.to_sqlx()))
    .bind(column(&failed, |(.., code)| *code))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Checks are few: a statement for each fact.
async fn keep_checks(
    transaction: &mut PgTransaction<'_>,
    facts: &[Fact],
) -> Result<(), sqlx::Error> {
    for fact in facts {
        match &fact.detail {
            Detail::CheckOpened {
                of,
                register,
                by,
                question,
                due_at,
            } => open(transaction, fact, (of, register), (by, question), *due_at).await?,
            Detail::CheckAnswered { check, by, answer } => {
                sqlx::query(
                    "UPDATE checks SET answered_by = $2, answer = $3, answered_at = $4
                     WHERE check_id = $1 AND answered_at IS NULL",
                )
                .bind(check.as_uuid())
                .bind(by)
                .bind(answer)
                .bind(fact.at.to_sqlx())
                .execute(&mut **transaction)
                .await?;
            }
            Detail::CheckClosed {
                check,
                by,
                outcome,
                note,
            } => {
                sqlx::query(
                    "UPDATE checks SET closed_by = $2, outcome = $3, note = $4, closed_at = $5
                     WHERE check_id = $1 AND closed_at IS NULL",
                )
                .bind(check.as_uuid())
                .bind(by)
                .bind(outcome.as_str())
                .bind(note)
                .bind(fact.at.to_sqlx())
                .execute(&mut **transaction)
                .await?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn open(
    transaction: &mut PgTransaction<'_>,
    fact: &Fact,
    (of, register): (&FactId, &RegisterName),
    (by, question): (&str, &str),
    due_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO checks (check_id, access_id, register, opened_by, question, opened_at, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (check_id) DO NOTHING",
    )
    .bind(fact.id.as_uuid())
    .bind(of.as_uuid())
    .bind(register.as_str())
    .bind(by)
    .bind(question)
    .bind(fact.at.to_sqlx())
    .bind(due_at.to_sqlx())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

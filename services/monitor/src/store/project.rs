//! The projections of where applications stand and of their deadlines, made anew from what the journal says of them
//! whenever it gains a row; and of who looked at whose data.

use std::collections::{HashMap, HashSet};

use jiff_sqlx::ToSqlx;
use message::{Fact, FactName, Number, ProviderCode};
use sqlx::PgTransaction;
use uuid::Uuid;

use super::{
    accesses, claims, deadlines,
    memory::{Known, Memory},
    read,
    write::column,
};
use crate::{
    deadlines::Rules,
    row::Row,
    status::{Standing, standing},
};

/// Brings the applications up to date that the new rows are about: where they stand, and their deadlines. What is
/// known of them now is to be remembered once the transaction is committed.
pub(super) async fn refresh(
    transaction: &mut PgTransaction<'_>,
    rows: &[Row],
    rules: &Rules,
    memory: &mut Memory,
) -> Result<HashMap<Number, Known>, sqlx::Error> {
    // A row that cannot be read (only tampering makes one) changes nothing.
    let facts: Vec<Fact> = rows.iter().filter_map(|row| row.fact().ok()).collect();
    accesses::keep(transaction, &facts).await?;
    deadlines::keep_outages(transaction, &facts).await?;
    let moved = moved(transaction, &facts).await?;
    let mut applications = known(transaction, &moved, facts, memory).await?;
    if moved.is_empty() {
        return Ok(applications);
    }
    let now_standing: HashMap<Number, Standing> = moved
        .iter()
        .filter_map(|number| {
            Some((
                *number,
                standing(*number, &applications.get(number)?.facts)?,
            ))
        })
        .collect();
    stand(transaction, &mut applications, now_standing).await?;
    deadlines::take_turn(transaction).await?;
    learn_subjects(transaction, rules, &mut applications).await?;
    let under_way: Vec<(&Number, &Known)> = moved
        .iter()
        .filter_map(|number| applications.get_key_value(number))
        .collect();
    let outages =
        claims::outages_since(transaction, under_way.iter().map(|(_, k)| &*k.facts)).await?;
    let made = under_way.iter().flat_map(|(number, known)| {
        let subject = known.subject.as_ref();
        claims::made(rules, **number, subject, &known.facts, &outages, None)
    });
    let made: Vec<_> = made.collect();
    let numbers: Vec<String> = moved.iter().map(ToString::to_string).collect();
    let mut numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    numbers.sort_unstable();
    deadlines::keep(transaction, &numbers, &made).await?;
    Ok(applications)
}

/// Applications that the facts move: all but those of which they only say that somebody was told. That moves
/// nothing, unless it ends the step that has to tell it.
async fn moved(
    transaction: &mut PgTransaction<'_>,
    facts: &[Fact],
) -> Result<HashSet<Number>, sqlx::Error> {
    let of = |told: bool| {
        let facts = facts
            .iter()
            .filter(move |fact| (fact.name() == FactName::Notified) == told);
        facts.filter_map(|fact| fact.about.number())
    };
    let mut moved: HashSet<Number> = of(false).collect();
    let told: HashSet<Number> = of(true).filter(|number| !moved.contains(number)).collect();
    if !told.is_empty() {
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        let ended = deadlines::await_notice(transaction, &told).await?;
        moved.extend(
            ended
                .iter()
                .filter_map(|number| number.parse::<Number>().ok()),
        );
    }
    Ok(moved)
}

/// What is known of the applications that moved, read where it is not remembered; and of those that are remembered
/// and were told about.
async fn known(
    transaction: &mut PgTransaction<'_>,
    moved: &HashSet<Number>,
    new: Vec<Fact>,
    memory: &mut Memory,
) -> Result<HashMap<Number, Known>, sqlx::Error> {
    let mut known: HashMap<Number, Known> = HashMap::new();
    for fact in new {
        let Some(number) = fact.about.number() else {
            continue;
        };
        if let Some(known) = known.get_mut(&number) {
            known.facts.push(fact);
        } else if let Some(mut remembered) = memory.take(&number) {
            remembered.facts.push(fact);
            known.insert(number, remembered);
        }
    }
    let missed = moved.iter().filter(|number| !known.contains_key(number));
    let missed: Vec<String> = missed.map(ToString::to_string).collect();
    if !missed.is_empty() {
        let missed: Vec<&str> = missed.iter().map(String::as_str).collect();
        for (number, facts) in read::facts_of(&mut **transaction, &missed).await? {
            let read = Known {
                facts,
                ..Known::default()
            };
            known.insert(number, read);
        }
    }
    Ok(known)
}

/// Reads the subjects that are not known yet.
async fn learn_subjects(
    transaction: &mut PgTransaction<'_>,
    rules: &Rules,
    applications: &mut HashMap<Number, Known>,
) -> Result<(), sqlx::Error> {
    let missed: HashMap<Number, Uuid> = applications
        .iter()
        .filter(|(_, known)| known.subject.is_none())
        .filter_map(|(number, known)| Some((*number, known.standing.as_ref()?.message.as_uuid())))
        .collect();
    if missed.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = missed.values().copied().collect();
    let mut subjects = deadlines::subjects(&mut **transaction, rules, &ids).await?;
    for (number, id) in missed {
        if let Some(known) = applications.get_mut(&number) {
            known.subject = subjects.remove(&id);
        }
    }
    Ok(())
}

/// Where they stand, for those that did not stand there before.
async fn stand(
    transaction: &mut PgTransaction<'_>,
    applications: &mut HashMap<Number, Known>,
    standings: HashMap<Number, Standing>,
) -> Result<(), sqlx::Error> {
    let mut changed: Vec<(Number, Standing)> = Vec::new();
    for (number, standing) in standings {
        if let Some(known) = applications.get_mut(&number)
            && known.standing.as_ref() != Some(&standing)
        {
            known.standing = Some(standing.clone());
            changed.push((number, standing));
        }
    }
    sqlx::query(
        "INSERT INTO applications (number, message_id, service, channel, status, provider,
                                   received_at, updated_at)
         SELECT s.number, m.message_id, m.service, m.channel, s.status, s.provider,
                m.received_at, s.updated_at
         FROM UNNEST($1::text[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
              AS s (number, message_id, status, provider, updated_at)
         JOIN messages m ON m.message_id = s.message_id AND m.kind <> 'query'
         ON CONFLICT (number) DO UPDATE
         SET status = EXCLUDED.status, provider = EXCLUDED.provider,
             updated_at = EXCLUDED.updated_at",
    )
    .bind(column(&changed, |(number, _)| number.to_string()))
    .bind(column(&changed, |(_, s)| s.message.as_uuid()))
    .bind(column(&changed, |(_, s)| s.status.as_str()))
    .bind(column(&changed, |(_, s)| {
        s.provider.as_ref().map(ProviderCode::as_str)
    }))
    .bind(column(&changed, |(_, s)| s.since.to_sqlx()))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

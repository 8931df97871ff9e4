//! The projection of where applications stand and of their deadlines, made anew from the journal whenever it gains a row about them.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff_sqlx::ToSqlx;
use message::{Fact, Number, ProviderCode};
use sqlx::PgTransaction;

use super::{claims, deadlines, read, write::column};
use crate::{
    batch::News,
    deadlines::Rules,
    status::{Standing, standing},
};

/// Brings the applications up to date that the new rows are about: where they stand, and their deadlines.
pub(super) async fn refresh(
    transaction: &mut PgTransaction<'_>,
    news: &News,
    rules: &Rules,
) -> Result<(), sqlx::Error> {
    deadlines::keep_outages(transaction, &news.rows).await?;
    let of = |touches: bool| {
        let rows = news
            .rows
            .iter()
            .filter(move |row| deadlines::touches(row) == touches);
        rows.filter_map(|row| row.number.as_deref())
    };
    // That somebody was told moves nothing, but it ends the step that has to tell it.
    let told: HashSet<&str> = of(false).collect();
    let told: Vec<&str> = told.into_iter().collect();
    let ended = if told.is_empty() {
        Vec::new()
    } else {
        deadlines::await_notice(transaction, &told).await?
    };
    let numbers: BTreeSet<&str> = of(true).chain(ended.iter().map(String::as_str)).collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let numbers: Vec<&str> = numbers.into_iter().collect();
    let facts = read::facts_of(&mut **transaction, &numbers).await?;
    stand(transaction, &facts).await?;
    deadlines::take_turn(transaction).await?;
    let made = claims::derive(transaction, rules, &facts, None).await?;
    deadlines::keep(transaction, &numbers, &made).await
}

/// Where they stand.
async fn stand(
    transaction: &mut PgTransaction<'_>,
    facts: &HashMap<Number, Vec<Fact>>,
) -> Result<(), sqlx::Error> {
    let standings: Vec<(Number, Standing)> = facts
        .iter()
        .filter_map(|(number, facts)| Some((*number, standing(*number, facts)?)))
        .collect();
    sqlx::query(
        "INSERT INTO applications (number, message_id, service, channel, status, provider,
                                   received_at, updated_at)
         SELECT s.number, m.message_id, m.service, m.channel, s.status, s.provider,
                m.received_at, s.updated_at
         FROM UNNEST($1::text[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
              AS s (number, message_id, status, provider, updated_at)
         JOIN messages m ON m.message_id = s.message_id
         ON CONFLICT (number) DO UPDATE
         SET status = EXCLUDED.status, provider = EXCLUDED.provider,
             updated_at = EXCLUDED.updated_at",
    )
    .bind(column(&standings, |(number, _)| number.to_string()))
    .bind(column(&standings, |(_, s)| s.message.as_uuid()))
    .bind(column(&standings, |(_, s)| s.status.as_str()))
    .bind(column(&standings, |(_, s)| {
        s.provider.as_ref().map(ProviderCode::as_str)
    }))
    .bind(column(&standings, |(_, s)| s.since.to_sqlx()))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

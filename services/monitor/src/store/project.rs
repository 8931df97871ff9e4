//! The projection of where applications stand, made anew from the journal whenever it gains a row about them.

use std::collections::{HashMap, HashSet};

use jiff_sqlx::ToSqlx;
use message::{Fact, FactName, Number, ProviderCode};
use sqlx::PgTransaction;

use super::{read, write::column};
use crate::{
    batch::News,
    status::{Standing, standing},
};

/// Brings the applications up to date that the new rows are about. A row that cannot be read (only tampering
/// makes one) is left out: the walk over the chain tells of it, and the journal goes on.
pub(super) async fn refresh(
    transaction: &mut PgTransaction<'_>,
    news: &News,
) -> Result<(), sqlx::Error> {
    // That somebody was told moves nothing.
    let numbers: HashSet<&str> = news
        .rows
        .iter()
        .filter(|row| row.name != FactName::Notified.as_str())
        .filter_map(|row| row.number.as_deref())
        .collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let numbers: Vec<&str> = numbers.into_iter().collect();
    let mut facts: HashMap<Number, Vec<Fact>> = HashMap::new();
    for row in read::rows_of(&mut **transaction, &numbers).await? {
        if let Ok(fact) = row.fact()
            && let Some(number) = fact.about.number()
        {
            facts.entry(number).or_default().push(fact);
        }
    }
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

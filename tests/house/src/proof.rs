//! The proof that nothing was lost, after whatever was done to the house.
//!
//! In: what intake accepted. Held against it: the providers' ledgers (exactly one outcome each, by
//! idempotency key, and nothing that nobody sent), the journal (every step of every application,
//! each once), the journal's chain, and the queues (drained without help).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use rig::{Command, Rig, binaries, repository, wait_for};

use crate::crowd::Crowd;

/// What the proof counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcomes {
    /// Applications in the providers' ledgers.
    pub applications: usize,
    /// Deliveries beyond the first of each.
    pub copies: u64,
}

/// Facts that every granted application must have, whatever its service.
const STEPS: [&str; 7] = [
    "received",
    "verified",
    "routed",
    "delivered",
    "status-reported",
    "result-issued",
    "notified",
];
/// Steps that can happen to an application only once.
const ONCE: [&str; 3] = ["routed", "delivered", "result-issued"];
/// Services whose fee a register confirms on the way.
const PAID: [&str; 2] = ["apostille", "mass-media-registration"];

/// After the last result: what failed three times in a row waits two minutes or more for its next try.
const DRAINED: Duration = Duration::from_mins(5);

/// Waits until every application has its result and all queues are empty, then checks everything.
pub async fn nothing_is_lost(
    rig: &Rig,
    crowd: &Crowd,
    limit: Duration,
    tell: &(dyn Fn(&str) + Sync),
) -> anyhow::Result<Outcomes> {
    everybody_has_a_result(rig, crowd, limit, tell).await?;
    tell("everybody has a result; until the queues are empty");
    queues_are_empty(rig, DRAINED).await?;
    tell("the queues are empty; looking at ledgers, journal and chain");
    let outcomes = one_outcome_each(rig, crowd).await?;
    journal_is_complete(rig, crowd).await?;
    chain_holds(rig).await?;
    rig.services.all_alive()?;
    Ok(outcomes)
}

/// How many of the crowd have no result in the journal.
pub async fn lost(rig: &Rig, crowd: &Crowd) -> anyhow::Result<usize> {
    let granted = granted(rig).await?;
    let accepted = crowd.accepted.iter();
    let lost = accepted.filter(|accepted| !granted.contains(&accepted.number));
    Ok(lost.count())
}

/// The numbers of all applications whose result the monitor knows.
async fn granted(rig: &Rig) -> anyhow::Result<BTreeSet<String>> {
    let query = "SELECT number FROM applications WHERE status = 'granted'";
    let rows = rig.postgres.sql("kezek", query).await?;
    Ok(rows.lines().map(str::to_owned).collect())
}

async fn everybody_has_a_result(
    rig: &Rig,
    crowd: &Crowd,
    limit: Duration,
    tell: &(dyn Fn(&str) + Sync),
) -> anyhow::Result<()> {
    let wanted: BTreeSet<&str> = crowd.accepted.iter().map(|a| a.number.as_str()).collect();
    ensure!(
        wanted.len() == crowd.accepted.len(),
        "two applications share a number"
    );
    let there = wait_for("every application granted", limit, async || {
        let missing = lost(rig, crowd).await?;
        if missing > 0 {
            tell(&format!("{missing} have no result yet"));
            bail!("{missing} are not");
        }
        Ok(Some(()))
    });
    let Err(error) = there.await else {
        return Ok(());
    };
    let overview = "SELECT status, count(*) FROM applications GROUP BY status ORDER BY 1";
    let overview = rig
        .postgres
        .sql("kezek", overview)
        .await
        .unwrap_or_default();
    let queues = rig
        .broker
        .ctl(&["list_queues", "name", "messages"])
        .await
        .unwrap_or_default();
    let logs = rig.services.log_tails(15);
    Err(error.context(format!(
        "applications:\n{overview}\nqueues:\n{queues}\nlogs:\n{logs}"
    )))
}

/// Messages in each queue that holds work; the journal is a log and keeps its own.
pub async fn queue_lengths(rig: &Rig) -> anyhow::Result<BTreeMap<String, u64>> {
    let list = rig
        .broker
        .ctl(&["list_queues", "--no-table-headers", "name", "messages"])
        .await?;
    list.lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(name, _)| *name != "journal")
        .map(|(name, count)| {
            Ok((
                name.to_owned(),
                count.trim().parse().context("list_queues")?,
            ))
        })
        .collect()
}

/// Whether a queue is a mailbox, which nobody of the house empties.
pub fn is_mailbox(queue: &str) -> bool {
    queue.starts_with("mailbox.")
}

/// The queues in which the house has something to do. What lies in a parked queue waits for a person, and in a
/// mailbox for its owner; a test that puts something there says so itself.
pub async fn work(rig: &Rig) -> anyhow::Result<BTreeMap<String, u64>> {
    let mut lengths = queue_lengths(rig).await?;
    ensure!(lengths.len() > 10, "only {} queues", lengths.len());
    lengths.retain(|name, count| *count > 0 && !name.ends_with(".parked") && !is_mailbox(name));
    Ok(lengths)
}

async fn queues_are_empty(rig: &Rig, limit: Duration) -> anyhow::Result<()> {
    wait_for("all queues empty", limit, async || {
        let lengths = work(rig).await?;
        ensure!(lengths.is_empty(), "{lengths:?}");
        Ok(Some(()))
    })
    .await
}

async fn one_outcome_each(rig: &Rig, crowd: &Crowd) -> anyhow::Result<Outcomes> {
    let mut outcomes = Outcomes::default();
    for provider in ["committee", "national-archive"] {
        let ledger = rig.outside.ledger(provider).await?;
        let accepted: BTreeSet<&str> = crowd.at(provider).map(|a| a.number.as_str()).collect();
        let taken: BTreeSet<&str> = ledger.iter().map(|entry| entry.number.as_str()).collect();
        let lost: Vec<_> = accepted.difference(&taken).collect();
        ensure!(lost.is_empty(), "{provider} never got {lost:?}");
        let strange: Vec<_> = taken.difference(&accepted).collect();
        ensure!(
            strange.is_empty(),
            "{provider} got what nobody sent: {strange:?}"
        );
        ensure!(
            ledger.len() == taken.len(),
            "{provider} has a number under two keys"
        );
        let changed = ledger.iter().filter(|entry| !entry.copies_equal);
        let changed: Vec<&String> = changed.map(|entry| &entry.number).collect();
        ensure!(changed.is_empty(), "copies that differ: {changed:?}");
        outcomes.applications += ledger.len();
        outcomes.copies += ledger
            .iter()
            .map(|entry| entry.times_received - 1)
            .sum::<u64>();
    }
    Ok(outcomes)
}

async fn journal_is_complete(rig: &Rig, crowd: &Crowd) -> anyhow::Result<()> {
    let query = "SELECT number, name, count(*) FROM journal WHERE number IS NOT NULL GROUP BY 1, 2";
    let rows = rig.postgres.sql("kezek", query).await?;
    let mut facts: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for row in rows.lines() {
        let mut columns = row.split('|');
        let (Some(number), Some(name), Some(count)) =
            (columns.next(), columns.next(), columns.next())
        else {
            bail!("a strange row: {row}");
        };
        facts
            .entry(number)
            .or_default()
            .insert(name, count.parse()?);
    }
    for application in &crowd.accepted {
        let number = application.number.as_str();
        let own = facts
            .get(number)
            .with_context(|| format!("{number} is not in the journal"))?;
        let paid = PAID.contains(&application.service).then_some("enriched");
        for step in STEPS.into_iter().chain(paid) {
            ensure!(own.contains_key(step), "{number} has no `{step}`: {own:?}");
        }
        for step in ONCE {
            ensure!(
                own.get(step) == Some(&1),
                "{number} has `{step}` more than once: {own:?}"
            );
        }
    }
    Ok(())
}

/// Runs `kezekctl journal verify`, as an operator would.
pub async fn chain_holds(rig: &Rig) -> anyhow::Result<()> {
    let said = kezekctl(rig, &["journal", "verify", "--json"]).await?;
    let said: serde_json::Value = serde_json::from_str(&said).context(said)?;
    ensure!(
        said["whole"] == true && said["rows"].as_u64() > Some(0),
        "{said}"
    );
    Ok(())
}

/// Runs kezekctl against this rig and gives what it printed.
pub async fn kezekctl(rig: &Rig, args: &[&str]) -> anyhow::Result<String> {
    let log = rig.folder.path().join("kezekctl.log");
    Command::new(binaries()?.join("kezekctl"), repository(), &log)
        .env("KEZEK_BROKER", rig.broker.url())
        .env("KEZEK_MONITOR", rig.monitor.url())
        .args(args.iter().copied())
        .run()
        .await
}

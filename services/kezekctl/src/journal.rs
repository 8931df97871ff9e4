//! `kezekctl journal`: is the journal whole, and what does it say.
//!
//! In: the monitor's answers; a head kept from an earlier walk. Out: every row that was changed, taken away,
//! swapped or put in, and the head of now, which belongs outside of the database: print it, send it away,
//! give it to the next `verify`. Whole: exit code 0.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, ensure};
use clap::Subcommand;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    monitor::{At, moment},
    screen::Screen,
};

const EXAMPLES: &str = "Examples:
  kezekctl journal verify
  kezekctl journal verify --since 1840:5f0c…        against a head that was kept
  kezekctl journal show --after 1800 --limit 50";

/// Prove that the journal is whole, or read it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    monitor: At,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Walk the whole chain of hashes; some seconds for a million rows.
    #[command(after_help = "Example:\n  kezekctl journal verify --json")]
    Verify {
        /// A head kept from an earlier walk, `position:hash`.
        #[arg(long, value_name = "HEAD")]
        since: Option<String>,
    },
    /// Print rows.
    #[command(after_help = "Example:\n  kezekctl journal show --after 100 --limit 20")]
    Show {
        /// Position of the row before the first one shown.
        #[arg(long, default_value_t = 0)]
        after: u64,
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
}

/// What the walk found.
#[derive(Debug, Deserialize)]
struct Verified {
    whole: bool,
    rows: u64,
    head: String,
    damage_count: u64,
    damage: Vec<Damage>,
}

#[derive(Debug, Deserialize)]
struct Damage {
    kind: String,
    text: String,
}

/// A row.
#[derive(Debug, Deserialize)]
struct Row {
    position: i64,
    name: String,
    number: Option<String>,
    lane: Option<String>,
    at: String,
    by: String,
    hash: String,
}

pub(crate) async fn run(args: &Args, screen: &Screen) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::Verify { since } => verify(&args.monitor, since.as_deref(), screen).await,
        What::Show { after, limit } => show(&args.monitor, *after, *limit, screen).await,
    }
}

/// A walk over many million rows takes its time.
const WALK_WITHIN: Duration = Duration::from_hours(1);

async fn verify(at: &At, since: Option<&str>, screen: &Screen) -> anyhow::Result<ExitCode> {
    let is_head = |c: char| c.is_ascii_hexdigit() || c == ':';
    ensure!(
        since.is_none_or(|head| head.chars().all(is_head)),
        "a head is written position:hash, as `kezekctl journal verify` prints it"
    );
    let query = since
        .map(|head| format!("?checkpoint={head}"))
        .unwrap_or_default();
    let found = ask(at, &format!("/v1/journal/verify{query}"), WALK_WITHIN).await?;
    let verified: Verified = serde_json::from_value(found.clone())
        .context("the monitor's answer is no verification; are both of one version?")?;
    screen.value(&found)?;
    for damage in &verified.damage {
        screen.line(format!("{}: {}", damage.kind, damage.text));
    }
    let (rows, head) = (verified.rows, &verified.head);
    if verified.whole {
        screen.line(format!("whole: {rows} rows"));
        screen.line(format!("head: {head}"));
        screen.line(format!(
            "Next: keep the head elsewhere; later: kezekctl journal verify --since {head}"
        ));
        return Ok(ExitCode::SUCCESS);
    }
    screen.line(format!(
        "NOT whole: {} things are wrong in {rows} rows",
        verified.damage_count
    ));
    screen.line("Next: stop whoever writes to the database, and compare with its backups and the broker's stream.");
    Ok(ExitCode::FAILURE)
}

async fn show(at: &At, after: u64, limit: u32, screen: &Screen) -> anyhow::Result<ExitCode> {
    let path = format!("/v1/journal?after={after}&limit={limit}");
    let found = ask(at, &path, Duration::from_secs(30)).await?;
    let rows: Vec<Row> = serde_json::from_value(found["entries"].clone())
        .context("the monitor's answer is no page of the journal; are both of one version?")?;
    screen.value(&found)?;
    let cells = |row: &Row| {
        vec![
            row.position.to_string(),
            moment(&row.at),
            row.name.clone(),
            row.by.clone(),
            row.number.clone().or(row.lane.clone()).unwrap_or_default(),
            row.hash.get(..12).unwrap_or_default().to_owned(),
        ]
    };
    let head = [
        "position",
        "time (Asia/Almaty)",
        "fact",
        "by",
        "application or lane",
        "hash",
    ];
    screen.table(&head, &rows.iter().map(cells).collect::<Vec<_>>());
    if let Some(next) = found["next_after"].as_i64() {
        screen.line(format!("Next: kezekctl journal show --after {next}"));
    }
    Ok(ExitCode::SUCCESS)
}

async fn ask(at: &At, path: &str, limit: Duration) -> anyhow::Result<Value> {
    let found = at.get(path, limit).await?;
    found.with_context(|| format!("the monitor has no {path}; are both of one version?"))
}

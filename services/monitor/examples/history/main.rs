//! How the journal behaves when it is old: `cargo run --release -p monitor --example history -- --help`.
//!
//! In: how many applications. Out: rows a second of the one writer beside bare `UNNEST` inserts of 500 rows in
//! the same run, its rate while the journal fills, and how long searches take in the young and in the old
//! journal. Everything is written by the store's own writer, so the chain of hashes is whole; only the writing
//! is timed, not the making. It works on a private PostgreSQL and leaves nothing behind.

#![expect(clippy::print_stdout, reason = "it is run by hand, for its figures")]

mod applications;
mod bare;
mod searches;

use std::{
    path::PathBuf,
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use monitor::{
    batch::Batch,
    deadlines::Rules,
    store::{Store, Writer, migrate},
};
use regulations::{Calendar, Regulations};
use rig::Postgres;
use serde::Serialize;
use sqlx::postgres::PgConnectOptions;

use applications::Stream;
use searches::Took;

/// Entries of one batch, as many as the journal's reader hands over at most.
const BATCH: usize = 500;
/// Applications of the young journal, and of each turn beside bare inserts.
const YOUNG: u64 = 10_000;
/// Turns of writer and bare inserts beside each other; the median counts.
const TURNS: usize = 5;

/// Fill a journal and measure it.
#[derive(Debug, Parser)]
struct Args {
    /// Applications in the old journal, 50,000 at least for the thousandth page.
    #[arg(long, default_value_t = 1_000_000)]
    applications: u64,
    /// Bytes of a document, and of its signature.
    #[arg(long, default_value_t = 512)]
    document_bytes: usize,
    /// Write the figures as JSON to this file too.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Everything found.
#[derive(Debug, Default, Serialize)]
struct Found {
    /// Rows a second of `UNNEST` inserts of 500, turn by turn.
    bare_rows_per_s: Vec<f64>,
    /// Rows a second of the writer, turn by turn, in the empty journal.
    journal_rows_per_s: Vec<f64>,
    /// Of the medians.
    journal_to_bare: f64,
    /// Applications there, and rows a second while the last tenth of them came.
    filling: Vec<(u64, f64)>,
    young: Vec<Took>,
    old: Vec<Took>,
}

#[tokio::main(flavor = "multi_thread")]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let server = Postgres::start().await?;
    let options = |role| PgConnectOptions::from_str(&server.url(role, "kezek"));
    migrate(options("kezek_owner")?).await?;
    let deploy = rig::repository().join("deploy");
    let rules = Rules {
        regulations: Arc::new(Regulations::load(&deploy.join("regulations"))?),
        calendar: Arc::new(Calendar::load(&deploy.join("calendar.toml"))?),
    };
    let patience = Duration::from_secs(30);
    let store = Store::new(options("kezek_monitor")?, 4, patience, rules);
    let writer = store.writer().await?.context("there is another writer")?;
    let mut journal = Journal {
        writer,
        stream: Stream::new(args.document_bytes),
        bar: bar(args.applications),
    };
    let mut found = Found::default();
    let mut bare = bare::Bare::open(options("postgres")?).await?;
    for _ in 0..TURNS {
        found.bare_rows_per_s.push(bare.insert(BATCH).await?);
        let turn = YOUNG / 5;
        found.journal_rows_per_s.push(journal.grow(turn).await?);
    }
    found.journal_to_bare = median(&found.journal_rows_per_s) / median(&found.bare_rows_per_s);
    server.sql("kezek", "ANALYZE").await?;
    found.young = searches::measure(&store, journal.stream.made()).await?;
    let tenth = args.applications.saturating_sub(YOUNG) / 10;
    for _ in 0..10 {
        let rate = journal.grow(tenth).await?;
        found.filling.push((journal.stream.made(), rate));
    }
    journal.bar.finish_and_clear();
    server.sql("kezek", "VACUUM ANALYZE").await?;
    found.old = searches::measure(&store, journal.stream.made()).await?;
    show(&found);
    if let Some(path) = args.json {
        std::fs::write(path, serde_json::to_vec_pretty(&found)?)?;
    }
    Ok(())
}

/// The writer and what it is fed with.
struct Journal {
    writer: Writer,
    stream: Stream,
    bar: ProgressBar,
}

impl Journal {
    /// Writes the facts of so many more applications; tells rows a second of the writer alone.
    async fn grow(&mut self, applications: u64) -> anyhow::Result<f64> {
        let end = self.stream.made() + applications;
        let (mut rows, mut took) = (0, Duration::ZERO);
        while self.stream.made() < end {
            let entries = self.stream.next(BATCH);
            let batch = Batch::new(entries, self.writer.next_offset());
            let begun = Instant::now();
            rows += self.writer.write(&batch).await?.rows;
            took += begun.elapsed();
            self.bar.set_position(self.stream.made());
        }
        Ok(per_s(rows, took))
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are never 2^53 rows")]
fn per_s(rows: usize, took: Duration) -> f64 {
    rows as f64 / took.as_secs_f64().max(f64::EPSILON)
}

fn median(of: &[f64]) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

fn bar(applications: u64) -> ProgressBar {
    let template = "{wide_bar} {pos}/{len} applications {per_sec} {eta}";
    // The template is constant; were it wrong, the plain bar would do.
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(applications)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(found: &Found) {
    let rates = |of: &[f64]| {
        let rates: Vec<_> = of.iter().map(|rate| format!("{rate:.0}")).collect();
        rates.join(" ")
    };
    println!(
        "bare UNNEST {BATCH}, rows/s: {}",
        rates(&found.bare_rows_per_s)
    );
    println!(
        "journal, empty, rows/s:   {}",
        rates(&found.journal_rows_per_s)
    );
    println!("journal / bare:           {:.2}", found.journal_to_bare);
    for (there, rate) in &found.filling {
        println!("up to {there:>9} applications: {rate:>7.0} rows/s");
    }
    println!(
        "{:<28} {:>18} {:>18}",
        "search, ms p50 / p99", "young", "old"
    );
    for old in &found.old {
        let young = found.young.iter().find(|young| young.what == old.what);
        let young = young.map_or_else(String::new, Took::to_string);
        println!("{:<28} {young:>18} {:>18}", old.what, old.to_string());
    }
}

//! `faults`: everything that can go wrong, done to a house of its own while a crowd is sending; and the proof that
//! nothing was lost.
//!
//! In: which faults, how many applications, a seed. Out: progress, a table, JSON; exit code 1 if anything was lost
//! or did not hold, 3 if only something could not be done here. Ctrl-C at any moment ends everything.

#![expect(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]

mod teller;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Parser;
use house::faults::{self, Fault};
use house::{End, Table, Trials};
use serde_json::json;

const EXAMPLES: &str = "Examples:
  scripts/faults --list                             what there is
  scripts/faults --short                            what scripts/test runs
  scripts/faults                                    everything, 720 applications each
  scripts/faults --only kill-notifier --only twice  these two
  scripts/faults --only hang-broker --seed 7        the same order, moments and victims again
  scripts/faults --json faults.json                 the table for scripts

Exit code: 0 nothing was lost; 1 something was lost or did not hold; 2 bad arguments;
3 something could not be done here (the isolated leader needs root), the rest held.";

/// Breaks things while applications are under way, and proves that nothing is lost.
#[derive(Debug, Parser)]
#[command(name = "faults", version, after_help = EXAMPLES)]
struct Cli {
    /// Say what there is, do nothing.
    #[arg(long)]
    list: bool,
    /// Only the fault of this name; may stand several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Only the short form, that of scripts/test.
    #[arg(long, conflicts_with = "only")]
    short: bool,
    /// Applications in each crowd, 20 to 5000; a sixth of them comes when the harm begins, the others at once before.
    #[arg(long, default_value_t = 720, value_parser = clap::value_parser!(u32).range(20..=5000))]
    applications: u32,
    /// Decides the order of applications, the moments and the victims.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the table there too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let chosen = match chosen(&cli) {
        Ok(chosen) => chosen,
        Err(error) => {
            println!("{error:#}");
            return ExitCode::from(2);
        }
    };
    if cli.list {
        list(&chosen);
        return ExitCode::SUCCESS;
    }
    let ended = tokio::select! {
        ended = run(&cli, &chosen) => ended,
        () = interrupted() => {
            teller::end();
            println!("\ninterrupted: stopping what was started");
            return ExitCode::from(130);
        }
    };
    teller::end();
    ended.unwrap_or_else(|error| {
        println!("\nfailed: {error:#}");
        ExitCode::FAILURE
    })
}

fn chosen(cli: &Cli) -> anyhow::Result<Vec<Fault>> {
    let mut all = faults::all();
    for name in &cli.only {
        let is_there = all.iter().any(|fault| fault.name == name);
        ensure!(
            is_there,
            "--only {name}: there is no such fault; see --list"
        );
    }
    all.retain(|fault| {
        let is_named = cli.only.iter().any(|name| name == fault.name);
        is_named || cli.only.is_empty() && (fault.is_short || !cli.short)
    });
    Ok(all)
}

fn list(faults: &[Fault]) {
    for fault in faults {
        let mark = if fault.is_short { "short" } else { "" };
        println!("{:20} {:6} {}", fault.name, mark, fault.what);
    }
}

async fn run(cli: &Cli, chosen: &[Fault]) -> anyhow::Result<ExitCode> {
    let (count, applications, seed) = (chosen.len(), cli.applications, cli.seed);
    println!("{count} faults, {applications} applications each, seed {seed}");
    teller::begin(count);
    let trials = Trials {
        applications: usize::try_from(applications)?,
        seed,
        limit: Duration::from_mins(10),
        tell: teller::tell,
    };
    let mut table = Table::default();
    trials
        .run(chosen, |row| {
            teller::done(&row);
            table.rows.push(row);
            // Written after each, so that an interrupted run leaves what it has found.
            if let Some(file) = &cli.json
                && let Err(error) = write(file, cli, &table)
            {
                teller::say(&format!("{error:#}"));
            }
        })
        .await;
    teller::end();
    println!("\n{table}");
    let is = |wanted: fn(&End) -> bool| table.rows.iter().any(|row| wanted(&row.end));
    Ok(if is(|end| matches!(end, End::Failed { .. })) {
        ExitCode::FAILURE
    } else if is(|end| matches!(end, End::NotRun(_))) {
        println!("NOT EVERYTHING WAS RUN: see the table.");
        ExitCode::from(3)
    } else {
        ExitCode::SUCCESS
    })
}

fn write(file: &PathBuf, cli: &Cli, table: &Table) -> anyhow::Result<()> {
    let all = json!({
        "seed": cli.seed, "applications": cli.applications, "faults": table.json(),
    });
    std::fs::write(file, format!("{all:#}\n")).with_context(|| file.display().to_string())
}

/// Returns at SIGINT or SIGTERM; never when neither can be heard.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

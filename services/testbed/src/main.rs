//! The command line of the testbed: make an authority, or play everything.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Parser, Subcommand};
use jiff::Timestamp;
use testbed::{authority::Authority, bench::Bench, config::Config};

const EXAMPLES: &str = "Examples:
  testbed authority --out /tmp/kezek/testbed --lists-url http://127.0.0.1:18190
  testbed serve --config deploy/config/testbed.toml
  curl -X PUT $CONTROL/systems/committee/fault -H 'content-type: application/json' -d '{\"fault\":\"down\"}'
  curl $CONTROL/providers/committee/applications";

/// Plays the systems outside kezek on loopback: registers, providers, mail, SMS, webhooks, revocation lists.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a test certification authority and everybody's certificates in a folder.
    #[command(after_help = "Example:\n  testbed authority --out /tmp/kezek/testbed")]
    Authority {
        /// Folder to fill; it must not have an authority yet.
        #[arg(long)]
        out: PathBuf,
        /// Where revocation lists will lie: the address of the `crl` system.
        #[arg(long, default_value = "http://127.0.0.1:18190")]
        lists_url: String,
        /// Where OCSP will be answered: the address of the `ocsp` system.
        #[arg(long, default_value = "http://127.0.0.1:18191")]
        ocsp_url: String,
    },
    /// Play every system until interrupted; writes endpoints.json when all of them listen.
    #[command(after_help = "Example:\n  testbed serve --config deploy/config/testbed.toml")]
    Serve {
        /// TOML file; every field is described in services/testbed/README.md.
        #[arg(long, env = "KEZEK_CONFIG")]
        config: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter =
        tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Authority {
            out,
            lists_url,
            ocsp_url,
        } => {
            Authority::make(&out, &lists_url, &ocsp_url, Timestamp::now())?;
            tracing::info!(folder = %out.display(), "the authority is made");
        }
        Command::Serve { config } => {
            let text = std::fs::read_to_string(&config)
                .with_context(|| format!("cannot read {}", config.display()))?;
            let read = Config::read(&text);
            let config = read.map_err(|e| anyhow::anyhow!("{}: {e}", config.display()))?;
            let bench = Bench::start(&config).await?;
            tracing::info!(control = bench.endpoints().control, "every system listens");
            interrupted().await?;
            bench.stop();
            tracing::info!("every door is closed");
        }
    }
    Ok(())
}

/// Returns at SIGINT or SIGTERM.
async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

//! `rig demo`: the main job, end to end, on real servers, before one's eyes. `rig load`: the same house under
//! load, measured.
//!
//! In: nothing but the built services. Out: progress, timelines, letters, where to look; with `--keep` it
//! stays up until Ctrl-C. Ctrl-C at any moment ends everything that it started.

#![expect(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]

mod evidence;
mod late;
mod letters;
mod load;
mod play;
mod soap;
mod teller;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXAMPLES: &str = "Examples:
  rig demo
  rig demo --keep
  rig demo --open                       and look at the pages
  rig load                              flat out, then 50 a second
  rig load --rate 200 --seconds 30      as kezekctl load --help explains";

/// Starts real servers and services in a folder of their own.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Plays applications to their results and refusals, shows their timelines, cleans up.
    Demo {
        /// Stay up at the end, until Ctrl-C.
        #[arg(long)]
        keep: bool,
        /// Open the pages in the default browser, where there is a screen, and stay up.
        #[arg(long)]
        open: bool,
    },
    /// Measures the whole path under load, beside the floor under it; with release builds.
    Load {
        /// Options of `kezekctl load`; addresses are given to it. Without any: flat out, then 50 a second.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let task = async {
        match Cli::parse().command {
            Task::Demo { keep, open } => play::demo(keep, open).await,
            Task::Load { options } => load::load(options).await,
        }
    };
    let ended = tokio::select! {
        ended = task => ended,
        () = interrupted() => {
            println!("\ninterrupted: stopping what was started");
            return ExitCode::from(130);
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nfailed: {error:#}");
            ExitCode::FAILURE
        }
    }
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

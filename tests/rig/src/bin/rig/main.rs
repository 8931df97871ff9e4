//! `rig demo`: the main job, end to end, on real servers, before one's eyes.
//!
//! In: nothing but the built services. Out: progress, timelines, where to look; with `--keep` it
//! stays up until Ctrl-C. Ctrl-C at any moment ends everything that it started.

#![expect(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]

mod play;
mod teller;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Starts real servers and services in a folder of their own.
#[derive(Debug, Parser)]
#[command(version, after_help = "Examples:\n  rig demo\n  rig demo --keep")]
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
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let Cli {
        command: Task::Demo { keep },
    } = Cli::parse();
    let ended = tokio::select! {
        ended = play::demo(keep) => ended,
        () = interrupted() => {
            println!("\ninterrupted: stopping what was started");
            return ExitCode::from(130);
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nthe demonstration failed: {error:#}");
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

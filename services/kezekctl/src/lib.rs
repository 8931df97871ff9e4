//! The commands of `kezekctl`, one file each: [`submit`] sends a signed application, [`trace`] shows its way,
//! [`lanes`] and [`parked`] show what waits, [`flow`], [`regulation`] and [`journal`] check what has to hold,
//! [`accesses`] and [`check`] show who looked at whose data and ask what for, [`load`] measures, [`verify`]
//! looks at signatures, [`password_hash`] hashes a system's password.
//!
//! In: a command line. Out: text for people, or JSON with `--json`; exit code 0 if all is well, 1 if not, 2
//! for a command line that makes no sense (`verify` has its own). It changes nothing but what it is told to send or release.

use std::process::ExitCode;

pub mod accesses;
mod application;
pub mod check;
pub mod cli;
mod codes;
mod door;
pub mod flow;
mod form;
pub mod journal;
pub mod lanes;
pub mod load;
mod monitor;
pub mod parked;
pub mod password_hash;
pub mod regulation;
mod screen;
pub mod submit;
pub mod trace;
pub mod verify;

use cli::{Cli, Command};
use screen::Screen;

/// Does what the command line says.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let common = &cli.common;
    let screen = Screen::new(common.json, common.language());
    match cli.command {
        Command::Submit(args) => submit::run(&args, common, &screen).await,
        Command::Trace(args) => trace::run(&args, &screen).await,
        Command::Lanes(args) => lanes::run(&args, &screen).await,
        Command::Load(args) => load::run(&args, common, &screen).await,
        Command::Parked(args) => parked::run(&args, common, &screen).await,
        Command::Flow(args) => flow::run(&args, common, &screen),
        Command::Regulation(args) => regulation::run(&args, common, &screen),
        Command::Journal(args) => journal::run(&args, &screen).await,
        Command::Accesses(args) => accesses::run(&args, &screen).await,
        Command::Check(args) => check::run(&args, &screen).await,
        Command::PasswordHash(_) => password_hash::run(&screen),
        Command::Verify(args) => Ok(verify::run(&args, &screen)),
    }
}

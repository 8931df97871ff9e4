//! `kezekctl`: the operator's and integrator's hand tool. See `kezekctl --help`.

use std::process::ExitCode;

use clap::Parser;
use kezekctl::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match kezekctl::run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kezekctl: {error:#}");
            ExitCode::FAILURE
        }
    }
}

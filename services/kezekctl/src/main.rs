//! `kezekctl`: the operator's and integrator's hand tool. See `kezekctl --help`.

use std::process::ExitCode;

use clap::Parser;
use kezekctl::cli::{self, Cli};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = cli::wrong_line(&error, std::env::args());
            // Where there is nobody to read it, the exit code still says it.
            return error
                .print()
                .map_or(ExitCode::from(code), |()| ExitCode::from(code));
        }
    };
    match kezekctl::run(cli).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kezekctl: {error:#}");
            ExitCode::FAILURE
        }
    }
}

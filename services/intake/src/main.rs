//! The process; `intake --help` says how it is called.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run("intake", intake::app::build)
}

//! The process; `router --help` says how it is called.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run("router", router::app::build)
}

//! The process; `registry --help` says how it is called.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run("registry", registry::app::build)
}

//! The process; `app` makes its parts.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run("notifier", notifier::app::build)
}

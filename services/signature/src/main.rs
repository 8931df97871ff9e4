//! The signature service: `signature --config FILE`.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run("signature", signature::app::build)
}

//! The process; `app` makes its parts. `notifier preview` prints texts instead.

use std::process::ExitCode;

use clap::Parser;
use notifier::preview;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == "preview") {
        return match preview::print(&preview::Arguments::parse_from(arguments)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error),
        };
    }
    chassis::run("notifier", notifier::app::build)
}

#[expect(clippy::print_stderr, reason = "there is no log")]
fn complain(error: &anyhow::Error) -> ExitCode {
    eprintln!("notifier preview: {error:#}");
    ExitCode::FAILURE
}

//! The process of the monitor; `lib.rs` tells the story.

fn main() -> std::process::ExitCode {
    chassis::run("monitor", monitor::app::build)
}

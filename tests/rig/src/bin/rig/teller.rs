//! Tells a person what is going on: a spinner with the seconds on a terminal, plain lines elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// One thing that takes a while. Ends with [`Step::done`]; dropped before that, it was not done.
pub(crate) struct Step {
    what: String,
    begun: Instant,
    spinner: ProgressBar,
}

/// Begins a step.
pub(crate) fn step(what: impl Into<String>) -> Step {
    let what = what.into();
    let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = "  {spinner} {msg} ({elapsed})";
    spinner.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| {
        // The template is constant; were it wrong, the plain spinner would do.
        ProgressStyle::default_spinner()
    }));
    spinner.set_message(what.clone());
    spinner.enable_steady_tick(Duration::from_millis(120));
    Step {
        what,
        begun: Instant::now(),
        spinner,
    }
}

impl Step {
    /// Ends it well; `how` says what came out.
    pub(crate) fn done(self, how: &str) {
        self.spinner.finish_and_clear();
        let seconds = self.begun.elapsed().as_secs_f64();
        let separator = if how.is_empty() { "" } else { ": " };
        println!("  ✓ {}{separator}{how} ({seconds:.1} s)", self.what);
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.spinner.finish_and_clear();
    }
}

/// A heading.
pub(crate) fn chapter(title: &str) {
    println!("\n{title}");
}

//! Tells a person how far it is: a bar on a terminal, a line for each fault elsewhere.

use std::sync::OnceLock;
use std::time::Duration;

use house::{End, Row};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

static BAR: OnceLock<ProgressBar> = OnceLock::new();

/// Begins to tell of so many faults.
pub(crate) fn begin(faults: usize) {
    let length = u64::try_from(faults).ok();
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let template = "  {spinner} {pos}/{len} {elapsed} {wide_msg}";
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| {
        // The template is constant; were it wrong, the plain bar would do.
        ProgressStyle::default_bar()
    }));
    bar.enable_steady_tick(Duration::from_millis(120));
    BAR.get_or_init(|| bar);
}

/// What is going on just now.
pub(crate) fn tell(text: &str) {
    if let Some(bar) = BAR.get() {
        bar.set_message(text.to_owned());
    }
}

/// A line that stays.
pub(crate) fn say(text: &str) {
    match BAR.get() {
        Some(bar) => bar.suspend(|| println!("{text}")),
        None => println!("{text}"),
    }
}

/// A fault is over.
pub(crate) fn done(row: &Row) {
    let seconds = row.took.as_secs_f64();
    let (mark, how) = match &row.end {
        End::Proven(figures) => (
            '✓',
            format!(
                "{} accepted, {} in flight, {} sent again, {} copies absorbed, 0 lost",
                figures.accepted, figures.in_flight, figures.repeated, figures.absorbed
            ),
        ),
        End::Failed { lost, why } => {
            let lost = lost.map_or_else(String::new, |lost| format!("{lost} lost: "));
            (
                '✗',
                format!("{lost}{}", why.lines().next().unwrap_or_default()),
            )
        }
        End::NotRun(why) => ('!', format!("NOT RUN: {why}")),
    };
    say(&format!("  {mark} {}: {how} ({seconds:.1} s)", row.what));
    if let Some(bar) = BAR.get() {
        bar.inc(1);
    }
}

/// Takes the bar away.
pub(crate) fn end() {
    if let Some(bar) = BAR.get() {
        bar.finish_and_clear();
    }
}

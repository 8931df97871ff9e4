//! The fault table: what was done to the house, and what came of it; Markdown for people, JSON for scripts.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

/// One fault and what came of it.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: &'static str,
    pub what: &'static str,
    pub end: End,
    /// From the first send to the last fact in the journal and empty queues.
    pub took: Duration,
}

/// How a trial ended.
#[derive(Clone, Debug)]
pub enum End {
    /// Nothing was lost, and everything else held too.
    Proven(Figures),
    /// Something was lost, or did not hold.
    Failed {
        /// Accepted applications without a result; none where it could not be counted.
        lost: Option<usize>,
        why: String,
    },
    /// It could not be done here: neither good nor bad.
    NotRun(String),
}

/// What was counted.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Applications that intake accepted.
    pub accepted: usize,
    /// Of these, how many were sent and had not reached their provider when the harm began.
    pub in_flight: usize,
    /// How many the sender had to send more than once.
    pub repeated: usize,
    /// Deliveries to providers beyond the first of each, absorbed by the idempotency key.
    pub absorbed: u64,
}

impl Row {
    /// Whether it was tried and did not hold.
    pub fn is_failed(&self) -> bool {
        matches!(self.end, End::Failed { .. })
    }

    fn json(&self) -> Value {
        let mut row = json!({
            "fault": self.name, "what": self.what, "seconds": self.took.as_secs_f64(),
        });
        let more = match &self.end {
            End::Proven(figures) => json!({
                "end": "proven", "accepted": figures.accepted, "in_flight": figures.in_flight,
                "sent_again": figures.repeated, "absorbed": figures.absorbed, "lost": 0, "chain": "whole",
            }),
            End::Failed { lost, why } => json!({ "end": "failed", "lost": lost, "why": why }),
            End::NotRun(why) => json!({ "end": "not-run", "why": why }),
        };
        if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
            row.extend(more);
        }
        row
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64();
        match &self.end {
            End::Proven(figures) => write!(
                f,
                "| {} | {} | {} | {} | {} | 0 | whole | {seconds:.1} |",
                self.what, figures.accepted, figures.in_flight, figures.repeated, figures.absorbed
            ),
            End::Failed { lost, .. } => {
                let lost = lost.map_or_else(|| "?".to_owned(), |lost| lost.to_string());
                let what = self.what;
                write!(
                    f,
                    "| **{what}: FAILED** | | | | | {lost} | ? | {seconds:.1} |"
                )
            }
            End::NotRun(why) => write!(f, "| **{}: NOT RUN: {why}** | | | | | | | |", self.what),
        }
    }
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub rows: Vec<Row>,
}

impl Table {
    /// The rows, for scripts.
    pub fn json(&self) -> Value {
        self.rows.iter().map(Row::json).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| fault | accepted | in flight | sent again | copies absorbed | lost | chain | seconds |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|---|---:|")?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))?;
        let failed = self.rows.iter().filter_map(|row| match &row.end {
            End::Failed { why, .. } => Some((row.name, why)),
            _ => None,
        });
        for (name, why) in failed {
            writeln!(f, "\n{name}: {why}")?;
        }
        Ok(())
    }
}

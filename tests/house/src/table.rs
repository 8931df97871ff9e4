//! The fault table: what was done to the house, and what came of it, as Markdown for people.

use std::fmt;
use std::time::Duration;

/// One fault and its figures.
#[derive(Clone, Debug)]
pub struct Row {
    pub fault: String,
    /// Applications that intake accepted.
    pub accepted: usize,
    /// Of these, how many the sender had to send more than once.
    pub repeated: usize,
    /// Applications in the providers' ledgers.
    pub outcomes: usize,
    /// Deliveries to providers beyond the first of each, absorbed by the idempotency key.
    pub absorbed: u64,
    /// From the first send to the last fact in the journal and empty queues.
    pub took: Duration,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    pub fn of(rows: Vec<Row>) -> Self {
        Self { rows }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| fault | accepted | sent again | outcomes | lost | copies absorbed | took |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|---:|")?;
        for row in &self.rows {
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} | {:.1} s |",
                row.fault,
                row.accepted,
                row.repeated,
                row.outcomes,
                row.accepted.abs_diff(row.outcomes),
                row.absorbed,
                row.took.as_secs_f64()
            )?;
        }
        Ok(())
    }
}

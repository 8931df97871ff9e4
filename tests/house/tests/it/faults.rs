//! "Nothing is lost": the short form of `scripts/faults`, which has the whole list.
//!
//! A crowd is sending, something breaks, and afterwards every accepted application has exactly one outcome, a
//! complete journal whose chain holds, and the queues are empty, without anybody's help.

use std::time::Duration;

use house::{Table, Trials, faults};

#[tokio::test(flavor = "multi_thread")]
async fn whatever_breaks_nothing_is_lost() {
    let trials = Trials {
        applications: 100,
        seed: 1,
        limit: Duration::from_mins(3),
        tell: |text| println!("{text}"),
    };
    let mut short = faults::all();
    short.retain(|fault| fault.is_short);
    let mut table = Table::default();
    trials.run(&short, |row| table.rows.push(row)).await;
    println!("{table}");
    assert_eq!(table.rows.len(), short.len());
    let failed = table.rows.iter().filter(|row| row.is_failed());
    assert_eq!(failed.count(), 0);
}

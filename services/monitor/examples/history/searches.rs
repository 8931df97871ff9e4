//! What people look for, timed.
//!
//! In: the store and how many applications it has. Out: milliseconds at the median and the 99th of a hundred,
//! each from many searches for different things.

use std::{fmt, time::Instant};

use jiff::SignedDuration;
use message::PersonalNumber;
use monitor::{
    search::{Key, ROWS, Search},
    status::Status,
    store::{Listed, Store},
};
use serde::Serialize;

use crate::applications::{number, person, received};

/// Searches of each kind.
const TIMES: u64 = 300;
/// Pages read before the far one.
const FAR: u64 = 999;

/// How long a kind of search took.
#[derive(Debug, Serialize)]
pub(crate) struct Took {
    pub(crate) what: &'static str,
    p50_ms: f64,
    p99_ms: f64,
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} / {:.2}", self.p50_ms, self.p99_ms)
    }
}

/// Searches as people do, in a journal of `there` applications.
pub(crate) async fn measure(store: &Store, there: u64) -> anyhow::Result<Vec<Took>> {
    // Spread over all of them, but for the newest: those are still under way.
    let place = |time: u64| (time * 7919) % there.saturating_sub(2000).max(1);
    let by_number = |time| Search {
        number: Some(number(place(time))),
        ..everything()
    };
    let by_person = |time| Search {
        applicant: Some(PersonalNumber::Iin(person(place(time)))),
        ..everything()
    };
    let by_status = |time| Search {
        status: Some(Status::Refused),
        from: Some(received(place(time))),
        before: Some(received(place(time)) + SignedDuration::from_hours(24)),
        ..everything()
    };
    let by_rare_status = |_| Search {
        status: Some(Status::Parked),
        ..everything()
    };
    let first = |_| everything();
    let mut took = vec![
        timed("by number", store, by_number).await?,
        timed("by IIN", store, by_person).await?,
        timed("by status, one day", store, by_status).await?,
        timed("by status that none has", store, by_rare_status).await?,
        timed("page 1", store, first).await?,
    ];
    let mut after = None;
    for _ in 0..FAR {
        let page = store
            .search(&Search {
                after,
                ..everything()
            })
            .await?;
        after = page.last().and_then(key);
        if page.len() < usize::from(ROWS) {
            return Ok(took);
        }
    }
    let far = |_| Search {
        after,
        ..everything()
    };
    took.push(timed("page 1000", store, far).await?);
    Ok(took)
}

async fn timed(
    what: &'static str,
    store: &Store,
    search: impl Fn(u64) -> Search,
) -> anyhow::Result<Took> {
    let mut took = Vec::new();
    for time in 0..TIMES {
        let search = search(time);
        let begun = Instant::now();
        store.search(&search).await?;
        took.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    took.sort_by(f64::total_cmp);
    let at = |hundredth: usize| took[took.len() * hundredth / 100];
    Ok(Took {
        what,
        p50_ms: at(50),
        p99_ms: at(99),
    })
}

fn everything() -> Search {
    Search {
        number: None,
        applicant: None,
        service: None,
        provider: None,
        status: None,
        late: false,
        from: None,
        before: None,
        after: None,
        limit: ROWS,
    }
}

fn key(last: &Listed) -> Option<Key> {
    Some(Key {
        received_at: last.received_at,
        number: last.number.parse().ok()?,
    })
}

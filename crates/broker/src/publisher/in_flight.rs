//! The table of publishes under way: pure, no broker in sight.
//!
//! In: publishes, and what the broker said of each. Out: what is to be sent (again), and who is told. An entry
//! leaves the table when it is stored, when it came back as unroutable, or when it would have to be repeated
//! and nobody waits for it any more.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{PublishError, Request};
use crate::parcel::Parcel;

/// First pause before a refused publish is sent again; it doubles with each refusal.
const REFUSED_PAUSE: Duration = Duration::from_millis(20);
/// The longest such pause.
const REFUSED_PAUSE_MAX: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Default)]
pub(super) struct InFlight {
    next: u64,
    entries: BTreeMap<u64, Entry>,
    /// Sent again since [`InFlight::take_repeated`].
    repeated: usize,
}

struct Entry {
    request: Request,
    state: State,
    /// It was on the wire before.
    was_sent: bool,
    /// How often the broker refused it.
    refusals: u32,
    /// The broker handed it back: no queue is bound for it.
    is_returned: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// To be sent, from then on.
    Due(Instant),
    /// On the wire, since then.
    Sent(Instant),
    /// The broker has confirmed it.
    Confirmed,
}

impl InFlight {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn add(&mut self, request: Request, now: Instant) {
        let entry = Entry {
            request,
            state: State::Due(now),
            was_sent: false,
            refusals: 0,
            is_returned: false,
        };
        self.entries.insert(self.next, entry);
        self.next += 1;
    }

    /// Drops what would have to be sent but nobody waits for any more.
    pub(super) fn forget_the_gone(&mut self) {
        self.entries.retain(|_, entry| {
            !matches!(entry.state, State::Due(_)) || !entry.request.caller.is_closed()
        });
    }

    /// What is to be sent now, oldest first; from now on it counts as sent.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<(u64, Arc<Parcel>)> {
        self.forget_the_gone();
        let mut taken = Vec::new();
        for (id, entry) in &mut self.entries {
            if matches!(entry.state, State::Due(at) if at <= now) {
                entry.state = State::Sent(now);
                self.repeated += usize::from(std::mem::replace(&mut entry.was_sent, true));
                taken.push((*id, Arc::clone(&entry.request.parcel)));
            }
        }
        taken
    }

    /// How many were sent again since this was last asked.
    pub(super) fn take_repeated(&mut self) -> usize {
        std::mem::take(&mut self.repeated)
    }

    /// The broker confirmed it. The caller is told by [`InFlight::release`], not yet.
    pub(super) fn confirmed(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.state = State::Confirmed;
        }
    }

    /// The broker handed this parcel back. Every entry that is alike is meant: what goes to the same place
    /// under the same id has the same fate.
    pub(super) fn returned(&mut self, identity: (&str, &str, Option<&str>)) {
        for entry in self.entries.values_mut() {
            if entry.request.parcel.identity() == identity {
                entry.is_returned = true;
            }
        }
    }

    /// The broker refused it (a full queue, a queue without a leader): it is sent again after a pause.
    pub(super) fn refused(&mut self, id: u64, now: Instant) {
        if let Some(entry) = self.entries.get_mut(&id) {
            let doublings = 1_u32 << entry.refusals.min(10);
            let pause = (REFUSED_PAUSE * doublings).min(REFUSED_PAUSE_MAX);
            entry.refusals += 1;
            entry.state = State::Due(now + pause);
        }
    }

    /// Tells the callers of everything that is confirmed. To be called when every answer that has come is in
    /// the table, for a return is known to belong to an entry only by then (see the owner).
    pub(super) fn release(&mut self) {
        let confirmed = self
            .entries
            .extract_if(.., |_, entry| entry.state == State::Confirmed);
        for (_, entry) in confirmed {
            let parcel = &entry.request.parcel;
            let ended = if entry.is_returned {
                Err(PublishError::Unroutable {
                    exchange: parcel.exchange.to_owned(),
                    key: parcel.key.clone(),
                })
            } else {
                Ok(())
            };
            // A caller who has gone does not want to know.
            entry.request.caller.send(ended).ok();
        }
    }

    /// The channel is gone: everything that was on it is sent again.
    pub(super) fn again(&mut self, now: Instant) {
        for entry in self.entries.values_mut() {
            if matches!(entry.state, State::Sent(_)) {
                entry.state = State::Due(now);
                entry.is_returned = false;
            }
        }
    }

    /// Whether something has been on the wire for longer than `limit`.
    pub(super) fn is_overdue(&self, now: Instant, limit: Duration) -> bool {
        let mut entries = self.entries.values();
        entries.any(|entry| matches!(entry.state, State::Sent(at) if at + limit < now))
    }

    /// Starts all clocks anew: the broker had said that it would not answer.
    pub(super) fn forgive(&mut self, now: Instant) {
        for entry in self.entries.values_mut() {
            if let State::Sent(at) = &mut entry.state {
                *at = now;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use lapin::BasicProperties;
    use tokio::sync::oneshot::{self, Receiver};

    use super::*;

    type Told = Receiver<Result<(), PublishError>>;

    fn add(table: &mut InFlight, key: &str, now: Instant) -> Told {
        let (caller, told) = oneshot::channel();
        let parcel = Parcel {
            exchange: "kezek",
            key: key.to_owned(),
            properties: BasicProperties::default(),
            body: Bytes::new(),
        };
        let parcel = Arc::new(parcel);
        table.add(Request { parcel, caller }, now);
        told
    }

    fn ids(taken: &[(u64, Arc<Parcel>)]) -> Vec<u64> {
        taken.iter().map(|(id, _)| *id).collect()
    }

    #[test]
    fn a_caller_is_told_once_every_answer_is_in_the_table() {
        let (mut table, now) = (InFlight::default(), Instant::now());
        let mut stored = add(&mut table, "a", now);
        let mut returned = add(&mut table, "b", now);
        assert_eq!(ids(&table.take_due(now)), [0, 1]);
        table.confirmed(1);
        table.returned(("kezek", "b", None));
        table.confirmed(0);
        assert!(stored.try_recv().is_err(), "not before the release");
        table.release();
        assert_eq!(stored.try_recv(), Ok(Ok(())));
        let said = returned.try_recv().unwrap().unwrap_err().to_string();
        assert!(said.contains("`b`"), "{said}");
        assert!(table.is_empty());
    }

    #[test]
    fn a_lost_channel_means_the_same_again() {
        let (mut table, now) = (InFlight::default(), Instant::now());
        let _told = add(&mut table, "a", now);
        let first = table.take_due(now);
        assert!(
            table.take_due(now).is_empty(),
            "nothing is sent twice on one channel"
        );
        table.again(now);
        assert_eq!(table.take_repeated(), 0);
        assert_eq!(table.take_due(now), first);
        assert_eq!(table.take_repeated(), 1);
    }

    #[test]
    fn a_refused_publish_waits_longer_each_time() {
        let (mut table, now) = (InFlight::default(), Instant::now());
        let _told = add(&mut table, "a", now);
        let mut pauses = Vec::new();
        let mut at = now;
        for _ in 0..8 {
            table.refused(0, at);
            let asked = at;
            while table.take_due(at).is_empty() {
                at += Duration::from_millis(10);
            }
            pauses.push((at - asked).as_millis());
        }
        assert_eq!(pauses, [20, 40, 80, 160, 320, 640, 1000, 1000]);
    }

    #[test]
    fn what_nobody_waits_for_is_not_repeated() {
        let (mut table, now) = (InFlight::default(), Instant::now());
        let told = add(&mut table, "a", now);
        table.take_due(now);
        drop(told);
        table.forget_the_gone();
        assert_eq!(table.len(), 1, "what is on the wire is waited for");
        table.again(now);
        assert!(table.take_due(now).is_empty());
        assert!(table.is_empty());
    }

    #[test]
    fn the_clock_of_a_publish_runs_from_its_sending_and_anew_after_a_block() {
        let (mut table, now) = (InFlight::default(), Instant::now());
        let limit = Duration::from_secs(5);
        let _told = add(&mut table, "a", now);
        let late = now + Duration::from_secs(6);
        assert!(!table.is_overdue(late, limit), "it was never sent");
        table.take_due(now);
        assert!(table.is_overdue(late, limit));
        table.forgive(late);
        assert!(!table.is_overdue(late, limit));
    }
}

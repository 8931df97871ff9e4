//! What of a channel's deliveries is done and may be acknowledged: pure.
//!
//! Deliveries are acknowledged by prefix: one `basic.ack` for all up to the first that is not done. One slow
//! step must not hold up a whole window, so when half of the window is done behind it, those are acknowledged
//! one by one.

use std::collections::VecDeque;

/// One `basic.ack`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ack {
    /// This delivery and all before it.
    UpTo(u64),
    /// This delivery alone.
    One(u64),
}

/// The deliveries of one channel that are not acknowledged yet.
#[derive(Debug)]
pub(super) struct Acks {
    /// Delivery tag, and whether it is done; tags rise.
    open: VecDeque<(u64, bool)>,
    /// How many are done.
    done: usize,
    behind_max: usize,
}

impl Acks {
    pub(super) fn new(window: u16) -> Self {
        Self {
            open: VecDeque::new(),
            done: 0,
            behind_max: usize::from(window / 2).max(1),
        }
    }

    /// Deliveries that the broker still counts as ours.
    pub(super) fn open(&self) -> usize {
        self.open.len()
    }

    pub(super) fn taken(&mut self, tag: u64) {
        self.open.push_back((tag, false));
    }

    pub(super) fn done(&mut self, tag: u64) {
        if let Ok(place) = self.open.binary_search_by_key(&tag, |(tag, _)| *tag)
            && !self.open[place].1
        {
            self.open[place].1 = true;
            self.done += 1;
        }
    }

    /// The delivery was rejected: it needs no acknowledgement.
    pub(super) fn rejected(&mut self, tag: u64) {
        self.open.retain(|(open, _)| *open != tag);
    }

    /// What is to be acknowledged now; it is not ours any more.
    pub(super) fn take_ready(&mut self) -> Vec<Ack> {
        let mut ready = Vec::new();
        let prefix = self.open.iter().take_while(|(_, done)| *done).count();
        if let Some((last, _)) = self.open.drain(..prefix).next_back() {
            ready.push(Ack::UpTo(last));
            self.done -= prefix;
        }
        if self.done >= self.behind_max {
            let behind = self.open.iter().filter(|(_, done)| *done);
            ready.extend(behind.map(|(tag, _)| Ack::One(*tag)));
            self.open.retain(|(_, done)| !done);
            self.done = 0;
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_prefix_is_acknowledged_at_once() {
        let mut acks = Acks::new(200);
        (1..=5).for_each(|tag| acks.taken(tag));
        acks.done(2);
        assert_eq!(acks.take_ready(), [], "1 is not done");
        acks.done(1);
        acks.done(4);
        assert_eq!(acks.take_ready(), [Ack::UpTo(2)]);
        acks.rejected(3);
        assert_eq!(acks.take_ready(), [Ack::UpTo(4)]);
        assert_eq!(acks.open(), 1);
    }

    #[test]
    fn one_slow_step_does_not_hold_up_the_window() {
        let mut acks = Acks::new(4);
        (1..=4).for_each(|tag| acks.taken(tag));
        acks.done(3);
        assert_eq!(acks.take_ready(), []);
        acks.done(4);
        assert_eq!(acks.take_ready(), [Ack::One(3), Ack::One(4)]);
        assert_eq!(acks.open(), 2);
    }

    proptest! {
        #[test]
        fn everything_done_is_acknowledged_once_and_nothing_else(
            window in 1_u16..20,
            order in Just((1..=40_u64).collect::<Vec<_>>()).prop_shuffle(),
            finished in 0..=40_usize,
        ) {
            let mut acks = Acks::new(window);
            (1..=40).for_each(|tag| acks.taken(tag));
            let (mut left, mut acked) = ((1..=40).collect::<BTreeSet<u64>>(), BTreeSet::new());
            for tag in &order[..finished] {
                acks.done(*tag);
                for ack in acks.take_ready() {
                    let covered: Vec<u64> = match ack {
                        Ack::UpTo(last) => left.range(..=last).copied().collect(),
                        Ack::One(tag) => vec![tag],
                    };
                    for tag in covered {
                        prop_assert!(left.remove(&tag), "{tag} twice");
                        acked.insert(tag);
                    }
                }
            }
            let done: BTreeSet<u64> = order[..finished].iter().copied().collect();
            prop_assert!(acked.is_subset(&done));
            prop_assert!(done.difference(&acked).count() < usize::from(window / 2).max(1));
            prop_assert_eq!(acks.open(), left.len());
        }
    }
}

//! Chance that can be repeated: everything that a trial leaves to chance follows from its seed.
//!
//! In: a seed and a name. Out: the same throws for the same two, in every build (splitmix64).

use std::time::Duration;

/// See the module.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Throws of their own for each `name`, so that one trial can be repeated without the others.
    pub fn new(seed: u64, name: &str) -> Self {
        let mix = |state: u64, byte: u8| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(name.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, mix))
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.throw() % end).unwrap_or_default()
    }

    /// A time from `shortest` to `longest`, in steps of a millisecond.
    pub fn between(&mut self, shortest: Duration, longest: Duration) -> Duration {
        let more = longest.saturating_sub(shortest).as_millis();
        let more = self.throw() % (u64::try_from(more).unwrap_or(u64::MAX - 1) + 1);
        shortest + Duration::from_millis(more)
    }

    /// Puts them in any order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_name_throw_the_same() {
        let thrown = |seed, name| {
            let mut dice = Dice::new(seed, name);
            (0..8).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(thrown(7, "kill-router"), thrown(7, "kill-router"));
        assert_ne!(thrown(7, "kill-router"), thrown(8, "kill-router"));
        assert_ne!(thrown(7, "kill-router"), thrown(7, "kill-intake"));
    }

    #[test]
    fn every_side_comes_up_and_a_shuffle_keeps_everybody() {
        let mut dice = Dice::new(1, "");
        let mut seen = [0; 6];
        (0..600).for_each(|_| seen[dice.below(6)] += 1);
        assert!(
            seen.iter().all(|count| (50..200).contains(count)),
            "{seen:?}"
        );
        let (low, high) = (Duration::from_secs(1), Duration::from_secs(3));
        assert!((0..50).all(|_| (low..=high).contains(&dice.between(low, high))));
        let mut all: Vec<u8> = (0..20).collect();
        dice.shuffle(&mut all);
        assert!(!all.is_sorted());
        all.sort_unstable();
        assert_eq!(all, (0..20).collect::<Vec<u8>>());
    }
}

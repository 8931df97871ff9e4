//! What a sink received, newest last, never more than a bound.
//!
//! In: items. Out: copies of them. When it is full the oldest goes, so a load test cannot fill the memory.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A bounded list that many tasks share.
#[derive(Debug)]
pub struct Kept<T> {
    items: Mutex<VecDeque<T>>,
    items_max: usize,
}

impl<T: Clone> Kept<T> {
    pub fn new(items_max: usize) -> Self {
        Self {
            items: Mutex::new(VecDeque::new()),
            items_max,
        }
    }

    pub fn add(&self, item: T) {
        let mut items = locked(&self.items);
        if items.len() >= self.items_max {
            items.pop_front();
        }
        items.push_back(item);
    }

    pub fn all(&self) -> Vec<T> {
        locked(&self.items).iter().cloned().collect()
    }

    pub fn clear(&self) {
        locked(&self.items).clear();
    }
}

/// Locks, also after a panic elsewhere: what we keep is whole after each statement.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_when_the_bound_is_reached() {
        let kept = Kept::new(2);
        for n in 1..=3 {
            kept.add(n);
        }
        assert_eq!(kept.all(), [2, 3]);
    }
}

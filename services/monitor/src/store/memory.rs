//! What the writer remembers of applications under way, so that it need not read back what it has just written.
//!
//! Only what was committed is remembered, and the memory lives as long as its writer: nobody else adds to the
//! journal, so it is never behind. Whoever is not remembered is read from the tables.

use std::collections::HashMap;

use message::{Fact, Number};

use crate::{deadlines::Subject, status::Standing};

/// Applications of one generation: the writer remembers two. Some kilobytes each.
const GENERATION_MAX: usize = 2_000;

/// An application as the tables have it.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// All facts about it, in the order of the journal.
    pub(super) facts: Vec<Fact>,
    /// None while its own message is not there.
    pub(super) subject: Option<Subject>,
    pub(super) standing: Option<Standing>,
}

/// See the head of this file.
#[derive(Debug, Default)]
pub(super) struct Memory {
    young: HashMap<Number, Known>,
    old: HashMap<Number, Known>,
}

impl Memory {
    /// What is known of an application. It is forgotten here until it is put back.
    pub(super) fn take(&mut self, number: &Number) -> Option<Known> {
        let young = self.young.remove(number);
        young.or_else(|| self.old.remove(number))
    }

    /// Remembers an application; those that nothing happened to for long are forgotten.
    pub(super) fn put(&mut self, number: Number, known: Known) {
        if self.young.len() >= GENERATION_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(number, known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_happens_to_is_forgotten_and_what_moves_stays() {
        let number = |n: u128| Number::of(message::MessageId::from_uuid(uuid::Uuid::from_u128(n)));
        let mut memory = Memory::default();
        memory.put(number(0), Known::default());
        for n in 1..=3 * GENERATION_MAX as u128 {
            let moving = memory.take(&number(0)).expect("it moves all the time");
            memory.put(number(0), moving);
            memory.put(number(n), Known::default());
        }
        assert!(memory.take(&number(1)).is_none());
        assert!(memory.young.len() + memory.old.len() <= 2 * GENERATION_MAX);
    }
}

//! The step table as a graph: numbered 1, 2, 3…; every step reachable; every condition two-sided; every way
//! leads to an end.

use std::collections::BTreeSet;

use super::Check;
use crate::{ChannelRules, End, Next, Step};

impl Check<'_> {
    pub(super) fn graph(&mut self, rules: &ChannelRules, place: &str) {
        let steps = &rules.steps;
        for (index, step) in steps.iter().enumerate() {
            let place = format!("{place}.steps[{index}]");
            if usize::from(step.number) != index + 1 {
                let must = format!(
                    "has number {}, but stands at place {}",
                    step.number,
                    index + 1
                );
                self.find(&place, must);
            }
            self.step_words(step, &place);
            self.ways_on(step, steps, &place);
        }
        let from_first = reached(steps, 1);
        for step in steps {
            let place = format!("{place}.steps[{}]", step.number.saturating_sub(1));
            if !from_first.contains(&step.number) {
                self.find(&place, "no way leads to it from step 1");
            }
            let ahead = reached(steps, step.number);
            if !steps
                .iter()
                .any(|s| s.end.is_some() && ahead.contains(&s.number))
            {
                self.find(&place, "no way leads from it to an end");
            }
        }
        self.ends(steps, place);
    }

    fn step_words(&mut self, step: &Step, place: &str) {
        self.text(format!("{place}.action"), &step.action);
        if !self.words.units.contains_key(&step.unit) {
            self.find(format!("{place}.unit"), "is not in `units` of words.toml");
        }
        if !self.words.completions.contains_key(&step.completes_with) {
            self.find(
                format!("{place}.completes_with"),
                "is not in `completions` of words.toml",
            );
        }
    }

    fn ways_on(&mut self, step: &Step, steps: &[Step], place: &str) {
        let place = format!("{place}.next");
        for next in &step.next {
            if !steps.iter().any(|s| s.number == next.step) {
                self.find(&place, format!("there is no step {}", next.step));
            }
            for condition in next.when.iter().chain(&next.unless) {
                if !self.words.conditions.contains_key(condition) {
                    let problem = format!("`{condition}` is not in `conditions` of words.toml");
                    self.find(&place, problem);
                }
            }
        }
        match (&step.end, step.next.as_slice()) {
            (Some(_), []) | (None, [Next { when: None, unless: None, .. }]) => {}
            (Some(_), _) => self.find(&place, "nothing can come after an end"),
            (None, []) => self.find(&place, "must name the next step, or `end` must be given"),
            (None, [a, b]) if two_sides(a, b) => {}
            (None, _) => self.find(
                &place,
                "must be one step without a condition, or two: one `when` a condition, one `unless` it",
            ),
        }
    }

    fn ends(&mut self, steps: &[Step], place: &str) {
        let place = format!("{place}.steps");
        if !steps.iter().any(|s| s.end == Some(End::Result)) {
            self.find(&place, "no step ends with a result");
        }
        if !steps.iter().any(|s| s.end == Some(End::Refusal)) {
            self.find(&place, "no step ends with a refusal (G3)");
        }
    }
}

/// Whether the two ways are a condition and its complement, to different steps.
fn two_sides(a: &Next, b: &Next) -> bool {
    let sides = |yes: &Next, no: &Next| {
        yes.when.is_some() && yes.unless.is_none() && no.when.is_none() && yes.when == no.unless
    };
    a.step != b.step && (sides(a, b) || sides(b, a))
}

/// The numbers of all steps that can be reached from `first`, itself included.
fn reached(steps: &[Step], first: u16) -> BTreeSet<u16> {
    let mut reached = BTreeSet::new();
    let mut ahead = vec![first];
    while let Some(number) = ahead.pop() {
        if reached.insert(number) {
            let step = steps.iter().find(|s| s.number == number);
            ahead.extend(step.iter().flat_map(|s| &s.next).map(|next| next.step));
        }
    }
    reached
}

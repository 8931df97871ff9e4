//! The plan: the lanes a message has still to pass, fixed when it was received (a routing slip).

use serde::{Deserialize, Serialize};

use crate::LaneName;

/// Lanes still to pass, the nearest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Plan(Vec<LaneName>);

impl Plan {
    pub fn new(lanes: Vec<LaneName>) -> Self {
        Self(lanes)
    }

    /// The lane the message goes to next; none when the plan is done.
    pub fn next(&self) -> Option<&LaneName> {
        self.0.first()
    }

    pub fn lanes(&self) -> &[LaneName] {
        &self.0
    }

    /// The plan after `lane`: what stands before it is done too. A lane that is not in the plan changes
    /// nothing, so a copy that is handled again takes the same way on.
    #[must_use]
    pub fn after(&self, lane: &LaneName) -> Self {
        match self.0.iter().position(|l| l == lane) {
            Some(place) => Self(self.0[place + 1..].to_vec()),
            None => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(name: &str) -> LaneName {
        LaneName::new(name).unwrap()
    }

    #[test]
    fn a_passed_lane_is_struck_out_once() {
        let plan = Plan::new(vec![lane("signature.verify"), lane("router.route")]);
        let rest = plan.after(&lane("signature.verify"));
        assert_eq!(rest.next(), Some(&lane("router.route")));
        assert_eq!(rest.after(&lane("signature.verify")), rest);
        assert_eq!(rest.after(&lane("router.route")).next(), None);
    }
}

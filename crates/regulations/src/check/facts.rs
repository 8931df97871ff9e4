//! The step table against the platform: every step that happens inside can be measured, and every refusal and
//! result the platform can produce is a step of the table (G3, X17).

use message::{FactName, LaneName};

use super::Check;
use crate::{ChannelRules, End, FactPattern, Step, plan::register_lane};

impl Check<'_> {
    pub(super) fn facts(&mut self, rules: &ChannelRules, place: &str) {
        for (index, step) in rules.steps.iter().enumerate() {
            let place = format!("{place}.steps[{index}]");
            let measured = !step.begins.is_empty() && !step.completes.is_empty();
            let silent = step.begins.is_empty() && step.completes.is_empty();
            match step.outside {
                true if !silent => self.find(&place, "is outside, so no fact can measure it"),
                false if !measured => {
                    self.find(
                        &place,
                        "needs `begins` and `completes`, or `outside = true`",
                    );
                }
                _ => {}
            }
            for pattern in step.begins.iter().chain(&step.completes) {
                if !self.can_happen(pattern, rules) {
                    let fact = format!("{}.{}", pattern.name, pattern.about);
                    self.find(&place, format!("`{fact}` never happens in this channel"));
                }
            }
        }
        let steps = &rules.steps;
        for lane in self.lanes(rules) {
            if !any_begins(steps, End::Refusal, FactName::Refused, lane.as_str()) {
                let problem = format!("no refusal begins with `refused.{lane}` (G3)");
                self.find(format!("{place}.steps"), problem);
            }
        }
        if !any_begins(steps, End::Refusal, FactName::ResultIssued, "refused") {
            self.find(
                format!("{place}.steps"),
                "no refusal begins with `result-issued.refused`",
            );
        }
        let granted = |p: &FactPattern| p.covers(FactName::ResultIssued, "granted");
        if !steps
            .iter()
            .any(|s| s.end == Some(End::Result) && s.completes.iter().any(granted))
        {
            let problem = "no result completes with `result-issued.granted`";
            self.find(format!("{place}.steps"), problem);
        }
    }

    /// Lanes of this channel that can refuse an application.
    fn lanes(&self, rules: &ChannelRules) -> Vec<LaneName> {
        let fixed = ["signature.verify", "router.route"].map(LaneName::new);
        let registers = rules
            .registers
            .iter()
            .map(|ask| register_lane(&ask.register));
        let providers = self.regulation.providers.all();
        let providers = providers.map(|code| LaneName::new(&format!("router.{code}")));
        fixed
            .into_iter()
            .chain(registers)
            .chain(providers)
            .filter_map(Result::ok)
            .collect()
    }

    /// Whether a fact of this kind can be told of an application of this channel.
    fn can_happen(&self, pattern: &FactPattern, rules: &ChannelRules) -> bool {
        let about = pattern.about.as_str();
        match pattern.name {
            _ if about.is_empty() => true,
            FactName::Enriched | FactName::QueryMade | FactName::QueryAnswered => rules
                .registers
                .iter()
                .any(|ask| ask.register.as_str() == about),
            FactName::Refused => self
                .lanes(rules)
                .iter()
                .any(|lane| pattern.covers(FactName::Refused, lane.as_str())),
            FactName::Routed | FactName::Delivered => self
                .regulation
                .providers
                .all()
                .any(|code| code.as_str() == about),
            FactName::ResultIssued => about.parse::<message::Outcome>().is_ok(),
            FactName::Notified => about.parse::<FactName>().is_ok(),
            FactName::StatusReported => true,
            _ => false,
        }
    }
}

fn any_begins(steps: &[Step], end: End, name: FactName, about: &str) -> bool {
    let ends = steps.iter().filter(|step| step.end == Some(end));
    ends.flat_map(|step| &step.begins)
        .any(|pattern| pattern.covers(name, about))
}

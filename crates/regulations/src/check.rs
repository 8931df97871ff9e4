//! Finds what is wrong with the content of regulations: what a strict reader lets pass and a person would
//! trip over. Every rule is about one thing; a finding names the place and what to do.

mod facts;
mod graph;
mod service;

use message::ServiceCode;

use crate::{Regulation, Regulations, Words, text::Text};

/// Something to put right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The service concerned; absent where it is `words.toml`.
    pub service: Option<ServiceCode>,
    /// Path of the place, for example `channels.portal.steps[4]`.
    pub place: String,
    pub problem: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let file = self.service.as_ref().map_or("words", ServiceCode::as_str);
        write!(f, "{file}: {}: {}", self.place, self.problem)
    }
}

/// What the rules see, and where they leave what they find.
struct Check<'a> {
    regulation: &'a Regulation,
    words: &'a Words,
    knows_lane: &'a dyn Fn(&str) -> bool,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn find(&mut self, place: impl Into<String>, problem: impl Into<String>) {
        self.findings.push(Finding {
            service: Some(self.regulation.code.clone()),
            place: place.into(),
            problem: problem.into(),
        });
    }

    fn text(&mut self, place: impl Into<String>, text: &Text) {
        if !text.is_complete() {
            self.find(
                place,
                "must have a text in Kazakh, Russian and English, each in its own letters",
            );
        }
    }
}

impl Regulations {
    /// Everything wrong with the content; empty where all is well. `knows_lane` says whether the flow map has
    /// a lane of this name. A service refuses to start on a finding.
    pub fn check(&self, knows_lane: &dyn Fn(&str) -> bool) -> Vec<Finding> {
        let mut findings = self.check_words();
        for regulation in self.iter() {
            findings.extend(regulation.check(&self.words, knows_lane));
        }
        findings
    }

    fn check_words(&self) -> Vec<Finding> {
        let words = &self.words;
        let steps = || {
            self.iter()
                .flat_map(|r| r.channels.values())
                .flat_map(|c| &c.steps)
        };
        let mut findings = Vec::new();
        let mut look = |place: String, complete: bool, used: bool| {
            let mut find = |problem: &str| {
                let problem = problem.to_owned();
                findings.push(Finding {
                    service: None,
                    place: place.clone(),
                    problem,
                });
            };
            if !complete {
                find("must have a text in Kazakh, Russian and English, each in its own letters");
            }
            if !used {
                find("no regulation uses it");
            }
        };
        for (word, text) in &words.units {
            let used = steps().any(|step| step.unit == *word);
            look(format!("units.{word}"), text.is_complete(), used);
        }
        for (word, text) in &words.completions {
            let used = steps().any(|step| step.completes_with == *word);
            look(format!("completions.{word}"), text.is_complete(), used);
        }
        for (word, text) in &words.conditions {
            let used = steps()
                .flat_map(|s| &s.next)
                .any(|n| n.when.as_ref() == Some(word));
            let complete = text.yes.is_complete() && text.no.is_complete();
            look(format!("conditions.{word}"), complete, used);
        }
        findings
    }
}

impl Regulation {
    /// Everything wrong with this regulation, whose tables use the words of `words`.
    pub fn check(&self, words: &Words, knows_lane: &dyn Fn(&str) -> bool) -> Vec<Finding> {
        let mut check = Check {
            regulation: self,
            words,
            knows_lane,
            findings: Vec::new(),
        };
        check.service();
        for (channel, rules) in &self.channels {
            let place = format!("channels.{channel}");
            check.channel(*channel, rules, &place);
            check.graph(rules, &place);
            check.facts(rules, &place);
        }
        check.findings
    }
}

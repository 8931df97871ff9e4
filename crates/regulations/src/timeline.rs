//! The step table of an application against what happened: when each step began and ended, the time it was
//! allowed and the time it took (X17). A pure function of the facts, whatever their order or repetition.

use jiff::{SignedDuration, Timestamp, civil::Date};
use message::{Channel, Fact};
use serde_json::Value;

use crate::{Allowed, End, FactPattern, Regulation, Step, due};

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It happens before the application reaches the platform; its time is not known.
    Outside,
    NotBegun,
    Open,
    Done,
    /// It was under way when the application was refused.
    Dropped,
}

/// One row of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTime {
    /// Number of the step in its table.
    pub number: u16,
    pub progress: Progress,
    /// The time it is allowed, under this application's form.
    pub allowed: Allowed,
    pub began: Option<Timestamp>,
    /// When the time allowed is over.
    pub due: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// From its beginning to its end, or to now.
    pub used: Option<SignedDuration>,
    /// It took, or is taking, longer than allowed.
    pub late: bool,
}

impl Regulation {
    /// The timeline of an application of `channel`, seen at `now`; empty where the service has no such
    /// channel.
    ///
    /// `facts` are all that is known of the application, those about reports of its provider included; `form`
    /// is its document where known (`Value::Null` else: the longest term counts).
    pub fn timeline(
        &self,
        channel: Channel,
        form: &Value,
        facts: &[Fact],
        now: Timestamp,
        is_working_day: &dyn Fn(Date) -> bool,
    ) -> Vec<StepTime> {
        let steps = self
            .channel(channel)
            .map(|rules| rules.steps.as_slice())
            .unwrap_or_default();
        let refused = steps
            .iter()
            .filter(|step| step.end == Some(End::Refusal))
            .filter_map(|step| earliest(&step.begins, facts))
            .min();
        steps
            .iter()
            .map(|step| step.time(form, facts, refused, now, is_working_day))
            .collect()
    }
}

impl Step {
    /// The time allowed to an application with this form.
    pub fn allowed_for(&self, form: &Value) -> Allowed {
        let special = self
            .allowed_when
            .iter()
            .find(|term| form.get(&term.field).and_then(Value::as_str) == Some(&term.is));
        special.map_or(self.allowed, |term| term.allowed)
    }

    fn time(
        &self,
        form: &Value,
        facts: &[Fact],
        refused: Option<Timestamp>,
        now: Timestamp,
        is_working_day: &dyn Fn(Date) -> bool,
    ) -> StepTime {
        let allowed = self.allowed_for(form);
        let began = earliest(&self.begins, facts);
        let done = began.and_then(|_| earliest(&self.completes, facts));
        let dropped = refused.filter(|_| self.end != Some(End::Refusal));
        let (progress, ended) = match (self.outside, began, done, dropped) {
            (true, ..) => (Progress::Outside, None),
            (_, None, ..) => (Progress::NotBegun, None),
            (_, Some(_), Some(done), _) => (Progress::Done, Some(done)),
            (_, Some(_), None, Some(dropped)) => (Progress::Dropped, Some(dropped)),
            (_, Some(_), None, None) => (Progress::Open, None),
        };
        let due = began.map(|began| due(began, allowed.max, is_working_day));
        // Two services' clocks may differ a little: a step never took less than nothing.
        let ended = ended.zip(began).map(|(ended, began)| ended.max(began));
        let until = ended.unwrap_or(now);
        StepTime {
            number: self.number,
            progress,
            allowed,
            began,
            due,
            ended,
            used: began.map(|began| until.max(began).duration_since(began)),
            late: due.is_some_and(|due| until > due),
        }
    }
}

fn earliest(patterns: &[FactPattern], facts: &[Fact]) -> Option<Timestamp> {
    let meant = facts
        .iter()
        .filter(|fact| patterns.iter().any(|p| p.matches(fact, facts)));
    meant.map(|fact| fact.at).min()
}

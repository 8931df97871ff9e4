//! The step table of an application against what happened: when each step began and ended, the time it was
//! allowed, the pauses that move its end, and the time it took (X17). A pure function of the facts, whatever their order or repetition.

use jiff::{SignedDuration, Timestamp};
use message::{Channel, Fact};
use serde_json::Value;

use crate::{
    Allowed, ApplicantKind, Calendar, ChannelRules, End, FactPattern, Length, Outage,
    OutsideCalendar, Pause, Regulation, Standstill, Step,
    pauses::{apart, joined, sum},
};

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

/// What a timeline is seen by.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The application's document where known (`Value::Null` else: the longest term counts).
    pub form: &'a Value,
    /// Who applied; none where unknown, and then every register of the channel may have been asked.
    pub applicant: Option<ApplicantKind>,
    /// All that is known of the application, the facts about reports of its provider included.
    pub facts: &'a [Fact],
    /// Outages of lanes that did not end before the application began.
    pub outages: &'a [Outage],
    pub calendar: &'a Calendar,
    pub now: Timestamp,
}

/// A moment at which a part of a step's time is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// 1 to 99; 100 is the end.
    pub percent: u8,
    pub at: Timestamp,
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
    /// When the time allowed is over, moved by the pauses. While one lasts, as if it ended now. Absent where
    /// the step has not begun, or the calendar does not reach that far.
    pub due: Option<Timestamp>,
    /// The regulation's warnings and, last, the end itself: when each is due, moved like `due`.
    pub rungs: Vec<Rung>,
    /// Times in which the step's time stood still, by beginning; they may overlap.
    pub pauses: Vec<Pause>,
    pub ended: Option<Timestamp>,
    /// From its beginning to its end, or to now, without the pauses.
    pub used: Option<SignedDuration>,
    /// What was used of the time allowed.
    pub used_percent: Option<u32>,
    /// It took, or is taking, longer than allowed.
    pub late: bool,
}

impl StepTime {
    /// Why the step's time stands still now; none where it runs or is over.
    pub fn standing_still(&self) -> Option<&Pause> {
        let open = self.progress == Progress::Open && !self.late;
        self.pauses.iter().find(|pause| open && pause.to.is_none())
    }

    /// The pauses as people are told of them: those that overlap are one, with all reasons.
    pub fn standstills(&self) -> Vec<Standstill> {
        joined(&self.pauses)
    }

    /// It is under way, not late, and past a warning: the highest of them, in percent.
    pub fn near(&self, now: Timestamp) -> Option<u8> {
        let open = self.progress == Progress::Open && !self.late;
        let past = self.rungs.iter().filter(|rung| open && rung.at <= now);
        past.map(|rung| rung.percent).max()
    }
}

impl Regulation {
    /// The timeline of an application of `channel`; empty where the service has no such channel.
    pub fn timeline(&self, channel: Channel, seen: &Seen<'_>) -> Vec<StepTime> {
        let Some(rules) = self.channel(channel) else {
            return Vec::new();
        };
        let refused = rules
            .steps
            .iter()
            .filter(|step| step.end == Some(End::Refusal))
            .filter_map(|step| earliest(&step.begins, seen.facts))
            .min();
        rules
            .steps
            .iter()
            .map(|step| self.time(rules, step, refused, seen))
            .collect()
    }

    fn time(
        &self,
        rules: &ChannelRules,
        step: &Step,
        refused: Option<Timestamp>,
        seen: &Seen<'_>,
    ) -> StepTime {
        let allowed = step.allowed_for(seen.form);
        let began = earliest(&step.begins, seen.facts);
        let done = began.and_then(|_| earliest(&step.completes, seen.facts));
        let dropped = refused.filter(|_| step.end != Some(End::Refusal));
        let (progress, ended) = match (step.outside, began, done, dropped) {
            (true, ..) => (Progress::Outside, None),
            (_, None, ..) => (Progress::NotBegun, None),
            (_, Some(_), Some(done), _) => (Progress::Done, Some(done)),
            (_, Some(_), None, Some(dropped)) => (Progress::Dropped, Some(dropped)),
            (_, Some(_), None, None) => (Progress::Open, None),
        };
        // Two services' clocks may differ a little: a step never took less than nothing.
        let ended = ended.zip(began).map(|(ended, began)| ended.max(began));
        let mut time = StepTime {
            number: step.number,
            progress,
            allowed,
            began,
            due: None,
            rungs: Vec::new(),
            pauses: Vec::new(),
            ended,
            used: None,
            used_percent: None,
            late: false,
        };
        if let Some(began) = began {
            time.pauses = self.pauses(rules, step, seen, began, ended);
            time.measure(began, self.near.percents(), seen);
        }
        time
    }
}

impl StepTime {
    /// Fills in what follows from beginning, end and pauses.
    fn measure(&mut self, began: Timestamp, near: &[u8], seen: &Seen<'_>) {
        let until = self.ended.unwrap_or(seen.now).max(began);
        let paused: SignedDuration = apart(&self.pauses, until)
            .map(|(from, to)| to.duration_since(from))
            .sum();
        self.used = Some(until.duration_since(began) - paused);
        // Past the calendar no moment is known: the operator hears of it from the monitor's log.
        let term = Term {
            began,
            length: self.allowed.max,
            pauses: &self.pauses,
            until,
            calendar: seen.calendar,
        };
        let percents = near.iter().copied().chain([WHOLE]);
        let rungs = percents.map(|percent| {
            Ok(Rung {
                percent,
                at: term.at(percent)?,
            })
        });
        self.rungs = rungs
            .collect::<Result<_, OutsideCalendar>>()
            .unwrap_or_default();
        self.due = self.rungs.last().map(|rung| rung.at);
        self.used_percent = term.used_percent().ok();
        self.late = self.due.is_some_and(|due| until > due);
    }
}

/// All of a step's time, in percent.
const WHOLE: u8 = 100;

/// The time of a step that has begun.
struct Term<'a> {
    began: Timestamp,
    length: Length,
    pauses: &'a [Pause],
    until: Timestamp,
    calendar: &'a Calendar,
}

impl Term<'_> {
    /// When `percent` of the time is used: a pause that begins before moves it by what of the pause counts.
    fn at(&self, percent: u8) -> Result<Timestamp, OutsideCalendar> {
        let whole = self.calendar.due(self.began, self.length)?;
        let mut at = if percent >= WHOLE {
            whole
        } else {
            let part = self.counted(self.began, whole)?.as_nanos() * i128::from(percent) / 100;
            self.advance(self.began, nanos(part))?
        };
        for (from, to) in apart(self.pauses, self.until) {
            if from >= at {
                break;
            }
            at = self.advance(at, self.counted(from, to)?)?;
        }
        Ok(at)
    }

    fn used_percent(&self) -> Result<u32, OutsideCalendar> {
        let whole = self.calendar.due(self.began, self.length)?;
        let allowed = self.counted(self.began, whole)?.as_nanos().max(1);
        let paused = sum(apart(self.pauses, self.until).map(|(from, to)| self.counted(from, to)))?;
        let used = self.counted(self.began, self.until)? - paused;
        Ok(u32::try_from(used.as_nanos().max(0) * 100 / allowed).unwrap_or(u32::MAX))
    }

    fn counted(&self, from: Timestamp, to: Timestamp) -> Result<SignedDuration, OutsideCalendar> {
        self.calendar.counted(from, to, self.length)
    }

    fn advance(&self, from: Timestamp, by: SignedDuration) -> Result<Timestamp, OutsideCalendar> {
        self.calendar.advance(from, by, self.length)
    }
}

fn nanos(nanos: i128) -> SignedDuration {
    SignedDuration::from_nanos_i128(nanos)
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
}

fn earliest(patterns: &[FactPattern], facts: &[Fact]) -> Option<Timestamp> {
    let meant = facts
        .iter()
        .filter(|fact| patterns.iter().any(|p| p.matches(fact, facts)));
    meant.map(|fact| fact.at).min()
}

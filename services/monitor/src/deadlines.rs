//! Which steps of an application are under way, when their warnings and their end are due, and which of them
//! is to be told (X17). Pure: facts, regulations, calendar and outages in, deadlines out.
//!
//! What was told is read off the journal, so that deadlines can be made anew at any time. A later warning
//! supersedes an earlier one that was never told: whoever is late is not told that he is near it.

use std::sync::Arc;

use jiff::Timestamp;
use message::{About, Channel, Detail, Fact, FactName, MessageId, Number, ServiceCode};
use regulations::{
    Allowed, ApplicantKind, Calendar, Outage, Progress, Regulation, Regulations, Rung, Seen, Step,
    StepTime, Why,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The part of a step's time, in percent, that is all of it.
pub const WHOLE: u8 = 100;

/// What deadlines follow from besides facts. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Rules {
    pub regulations: Arc<Regulations>,
    pub calendar: Arc<Calendar>,
}

/// A step whose term, begun on some day, ends where the calendar does not reach: it has no end to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endless {
    pub service: ServiceCode,
    pub channel: Channel,
    pub step: u16,
    pub allowed: Allowed,
    /// The calendar's last year.
    pub covered_to: i16,
}

/// An application as its regulation sees it.
#[derive(Debug, Clone)]
pub struct Subject {
    pub message: MessageId,
    pub service: String,
    pub channel: String,
    /// None where unknown.
    pub applicant: Option<ApplicantKind>,
    /// Its document where a term depends on it; `Value::Null` else.
    pub form: Value,
}

/// A step under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    pub number: Number,
    /// The application's own message.
    pub message: MessageId,
    pub service: String,
    pub step: u16,
    pub began: Timestamp,
    /// Warnings and, last, the end; empty where the calendar does not reach that far.
    pub rungs: Vec<Rung>,
    /// Since when and why its time stands still.
    pub paused: Option<(Timestamp, Why)>,
    /// The highest part that was told, in percent; 0 where none was.
    pub told: u8,
    /// That somebody is told may end the step.
    pub awaits_notice: bool,
}

impl Rules {
    /// Changes whenever deadlines made before have to be made anew.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{:?}", self.calendar));
        for regulation in self.regulations.iter() {
            let (code, near) = (&regulation.code, &regulation.near);
            let waits = &regulation.waits_for_applicant;
            hash.update(format!("{code} {near:?} {waits:?}"));
            for (channel, rules) in &regulation.channels {
                let (registers, steps) = (&rules.registers, &rules.steps);
                hash.update(format!("{channel} {registers:?} {steps:?}"));
            }
        }
        hex::encode(hash.finalize())
    }

    fn regulation(&self, service: &str) -> Option<&Regulation> {
        self.regulations.get(&ServiceCode::new(service).ok()?)
    }

    /// Services some term of which depends on the document.
    pub fn read_forms(&self) -> Vec<String> {
        let depends = |regulation: &&Regulation| {
            let mut steps = regulation.channels.values().flat_map(|rules| &rules.steps);
            steps.any(|step| !step.allowed_when.is_empty())
        };
        let services = self.regulations.iter().filter(depends);
        services
            .map(|regulation| regulation.code.to_string())
            .collect()
    }

    /// The steps whose terms, begun at `now`, have no end to tell.
    pub fn endless(&self, now: Timestamp) -> Vec<Endless> {
        let channels = self.regulations.iter().flat_map(|regulation| {
            let channels = regulation.channels.iter();
            channels.map(move |(channel, rules)| (&regulation.code, *channel, &rules.steps))
        });
        let mut endless = Vec::new();
        for (service, channel, steps) in channels {
            for step in steps.iter().filter(|step| !step.outside) {
                let special = step.allowed_when.iter().map(|term| term.allowed);
                let mut terms = std::iter::once(step.allowed).chain(special);
                let beyond = terms.find_map(|allowed| {
                    let past = self.calendar.due(now, allowed.max).err()?;
                    Some((allowed, past.last))
                });
                endless.extend(beyond.map(|(allowed, covered_to)| Endless {
                    service: service.clone(),
                    channel,
                    step: step.number,
                    allowed,
                    covered_to,
                }));
            }
        }
        endless
    }

    /// The steps of an application that are under way at `now`.
    pub fn deadlines(
        &self,
        number: Number,
        subject: &Subject,
        facts: &[Fact],
        outages: &[Outage],
        now: Timestamp,
    ) -> Vec<Deadline> {
        let channel: Option<Channel> = subject.channel.parse().ok();
        let (Some(regulation), Some(channel)) = (self.regulation(&subject.service), channel) else {
            return Vec::new();
        };
        let seen = Seen {
            form: &subject.form,
            applicant: subject.applicant,
            facts,
            outages,
            calendar: &self.calendar,
            now,
        };
        let table = regulation
            .channel(channel)
            .map(|rules| rules.steps.as_slice());
        let open = regulation
            .timeline(channel, &seen)
            .into_iter()
            .filter(|time| time.progress == Progress::Open);
        open.filter_map(|time| {
            let step = table?.iter().find(|step| step.number == time.number)?;
            Some(Deadline {
                number,
                message: subject.message,
                service: subject.service.clone(),
                step: time.number,
                began: time.began?,
                paused: paused(&time),
                told: told(facts, subject.message, time.number),
                awaits_notice: awaits_notice(step),
                rungs: time.rungs,
            })
        })
        .collect()
    }
}

fn paused(time: &StepTime) -> Option<(Timestamp, Why)> {
    let pause = time.standing_still()?;
    Some((pause.from, pause.why.clone()))
}

/// The highest part of a step's time that the journal says was told.
fn told(facts: &[Fact], message: MessageId, number: u16) -> u8 {
    let own = facts
        .iter()
        .filter(|fact| matches!(fact.about, About::Message { id, .. } if id == message));
    let percents = own.filter_map(|fact| match fact.detail {
        Detail::DeadlineNear {
            step, used_percent, ..
        } if step == number => Some(used_percent),
        Detail::DeadlinePassed { step, .. } if step == number => Some(WHOLE),
        _ => None,
    });
    percents.max().unwrap_or(0)
}

fn awaits_notice(step: &Step) -> bool {
    let mut completes = step.completes.iter();
    completes.any(|pattern| pattern.name == FactName::Notified)
}

impl Deadline {
    /// When its time is over.
    pub fn due(&self) -> Option<Timestamp> {
        self.rungs.last().map(|rung| rung.at)
    }

    /// When the first warning is due; the end, where there is none.
    pub fn near(&self) -> Option<Timestamp> {
        self.rungs.first().map(|rung| rung.at)
    }

    /// Rungs not told yet that no pause holds back.
    fn left(&self) -> impl Iterator<Item = &Rung> {
        let still = self.paused.as_ref().map(|(since, _)| *since);
        self.rungs.iter().filter(move |rung| {
            rung.percent > self.told && still.is_none_or(|still| rung.at <= still)
        })
    }

    /// When it has to be looked at next.
    pub fn next(&self) -> Option<Timestamp> {
        self.left().map(|rung| rung.at).min()
    }

    /// The lane it waits for while its time stands still.
    pub fn waits_for(&self) -> Option<&str> {
        match &self.paused {
            Some((_, Why::Outage { lane, .. })) => Some(lane.as_str()),
            _ => None,
        }
    }

    /// Why its time stands still, in one line for the table.
    pub fn reason(&self) -> Option<String> {
        self.paused.as_ref().map(|(_, why)| match why {
            Why::Outage { lane, code } => format!("outage {lane} {code}"),
            Why::Correction { status } => format!("correction {status}"),
        })
    }

    /// What is to be told at `now`: the highest part that is used, if it was not told.
    pub fn to_tell(&self, now: Timestamp) -> Option<Rung> {
        let past = self.left().filter(|rung| rung.at <= now);
        past.max_by_key(|rung| rung.percent).copied()
    }

    /// The fact that tells `rung`. Its id follows from message, step and part, so said twice it is one.
    pub fn fact(&self, rung: Rung, now: Timestamp) -> Fact {
        let due_at = self.due().unwrap_or(rung.at);
        let detail = if rung.percent >= WHOLE {
            Detail::DeadlinePassed {
                step: self.step,
                due_at,
            }
        } else {
            Detail::DeadlineNear {
                step: self.step,
                used_percent: rung.percent,
                due_at,
            }
        };
        let about = About::Message {
            id: self.message,
            number: self.number,
        };
        Fact::new(about, now, "monitor", detail)
    }
}

//! When the time of a step stands still, and why: the outside system that the step waits for is away, or its
//! provider waits for the applicant's correction (X12, X17).
//!
//! A pure function of the application's facts and of the outages of lanes. Where an application stands is
//! read off its step: the lanes that could refuse it there are the lanes it has to pass there, and where the
//! applicant has to be told, it waits for the ways of telling him.

use jiff::{SignedDuration, Timestamp};
use message::{Detail, Fact, FactName, LaneName, ProviderCode};

use crate::{ApplicantKind, ChannelRules, OutsideCalendar, Regulation, Seen, Step, When, plan};

/// The outside system of a lane was away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    pub lane: LaneName,
    /// Error code of the catalogue.
    pub code: String,
    pub closed_at: Timestamp,
    /// Absent while it lasts.
    pub opened_at: Option<Timestamp>,
}

/// A time in which a step's time stood still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    pub from: Timestamp,
    /// Absent while it lasts.
    pub to: Option<Timestamp>,
    pub why: Why,
}

/// Why a step's time stood still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The outside system of `lane` was away, or failed this one application: error code of the catalogue.
    Outage { lane: LaneName, code: String },
    /// The provider waited for the applicant; the status it reported.
    Correction { status: String },
}

/// A time in which a step's time stood still, with all that stopped it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standstill {
    pub from: Timestamp,
    /// Absent while it lasts.
    pub to: Option<Timestamp>,
    /// By when they began, each once.
    pub whys: Vec<Why>,
}

impl Regulation {
    /// The pauses of `step` within `from` and `to` (or until now), by beginning.
    pub(crate) fn pauses(
        &self,
        rules: &ChannelRules,
        step: &Step,
        seen: &Seen<'_>,
        from: Timestamp,
        to: Option<Timestamp>,
    ) -> Vec<Pause> {
        let mut pauses = self.corrections(seen);
        for lane in stands_on(rules, step, seen) {
            pauses.extend(lane.outages(seen.outages));
            pauses.extend(lane.failures(seen.facts));
        }
        let mut within: Vec<Pause> = pauses
            .into_iter()
            .filter_map(|pause| pause.within(from, to))
            .collect();
        within.sort_by_key(|pause| pause.from);
        within
    }

    /// From a status that asks for a correction to the provider's next word.
    fn corrections(&self, seen: &Seen<'_>) -> Vec<Pause> {
        let mut words: Vec<&Fact> = seen
            .facts
            .iter()
            .filter(|f| matches!(f.name(), FactName::StatusReported | FactName::ResultIssued))
            .collect();
        words.sort_by_key(|fact| (fact.at, fact.name(), fact.id));
        words.dedup_by_key(|fact| fact.id);
        let mut pauses = Vec::new();
        for (place, word) in words.iter().enumerate() {
            if let Detail::StatusReported { status, .. } = &word.detail
                && self.waits_for_applicant.contains(status)
            {
                pauses.push(Pause {
                    from: word.at,
                    to: words.get(place + 1).map(|next| next.at),
                    why: Why::Correction {
                        status: status.clone(),
                    },
                });
            }
        }
        pauses
    }
}

/// A lane that an application waits for in a step, and when it could have been there.
struct Stay<'a> {
    pattern: &'a str,
    lane: Option<LaneName>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Stay<'_> {
    fn is_on(&self, lane: &LaneName) -> bool {
        match &self.lane {
            Some(own) => own == lane,
            None => lane
                .as_str()
                .strip_prefix(self.pattern)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        }
    }

    fn outages(&self, all: &[Outage]) -> Vec<Pause> {
        let ours = all.iter().filter(|outage| self.is_on(&outage.lane));
        let pause = |outage: &Outage| {
            let pause = Pause {
                from: outage.closed_at,
                to: outage.opened_at,
                why: Why::Outage {
                    lane: outage.lane.clone(),
                    code: outage.code.clone(),
                },
            };
            pause.within(self.from.unwrap_or(Timestamp::MIN), self.to)
        };
        ours.filter_map(pause).collect()
    }

    /// Whether the application has left the lane by `fact`, or tries again.
    fn ends(&self, fact: &Fact) -> bool {
        goes_on(fact) || self.pattern == NOTIFIER && fact.name() == FactName::Notified
    }

    /// From a try that failed because of the outside system to the application's next step on its way. A try
    /// that failed by a fault of our own stops no clock.
    fn failures(&self, facts: &[Fact]) -> Vec<Pause> {
        let failed = facts.iter().filter_map(|fact| match &fact.detail {
            Detail::AttemptFailed { lane, code, .. }
                if self.is_on(lane) && !fault::is_inside(code) =>
            {
                Some((fact, lane, code))
            }
            _ => None,
        });
        failed
            .map(|(fact, lane, code)| Pause {
                from: fact.at,
                to: facts
                    .iter()
                    .filter(|next| next.about == fact.about && next.at > fact.at && self.ends(next))
                    .map(|next| next.at)
                    .min(),
                why: Why::Outage {
                    lane: lane.clone(),
                    code: code.clone(),
                },
            })
            .collect()
    }
}

fn goes_on(fact: &Fact) -> bool {
    use FactName::{
        AttemptFailed, Delivered, Enriched, Parked, Refused, Released, Routed, Verified,
    };
    // The next try that failed begins the next pause, perhaps for another reason.
    matches!(
        fact.name(),
        Verified | Enriched | Routed | Delivered | Refused | Parked | Released | AttemptFailed
    )
}

/// The lanes of all ways in which applicants are told.
const NOTIFIER: &str = "notifier";

/// The lanes that `step` waits for.
fn stands_on<'a>(rules: &'a ChannelRules, step: &'a Step, seen: &Seen<'_>) -> Vec<Stay<'a>> {
    let mut stays = Vec::new();
    for pattern in &step.completes {
        let prefix = match pattern.name {
            FactName::Refused => pattern.about.as_str(),
            FactName::Notified => NOTIFIER,
            _ => continue,
        };
        match prefix.split('.').next() {
            Some("registry") => stays.extend(registers(rules, prefix, seen)),
            Some("router") => stays.extend(provider(prefix, seen)),
            _ => stays.push(Stay {
                pattern: prefix,
                lane: None,
                from: None,
                to: None,
            }),
        }
    }
    stays
}

/// The registers asked in this channel: each from the answer of the one before to its own, or a later one's.
fn registers<'a>(rules: &'a ChannelRules, prefix: &'a str, seen: &Seen<'_>) -> Vec<Stay<'a>> {
    let answered = |ask: &crate::Ask| {
        let answers = seen.facts.iter().filter(
            |f| matches!(&f.detail, Detail::Enriched { register } if *register == ask.register),
        );
        answers.map(|fact| fact.at).min()
    };
    let asked: Vec<_> = rules
        .registers
        .iter()
        .filter(|ask| seen.asks(ask.when))
        .collect();
    (0..asked.len())
        .filter_map(|place| {
            let stay = Stay {
                pattern: prefix,
                lane: None,
                from: asked[..place].iter().filter_map(|ask| answered(ask)).max(),
                to: asked[place..].iter().filter_map(|ask| answered(ask)).min(),
            };
            let lane = plan::register_lane(&asked[place].register).ok()?;
            stay.is_on(&lane).then_some(Stay {
                lane: Some(lane),
                ..stay
            })
        })
        .collect()
}

/// The provider's lane, from when it was chosen.
fn provider<'a>(prefix: &'a str, seen: &Seen<'_>) -> Option<Stay<'a>> {
    let chosen = seen.facts.iter().filter_map(|fact| match &fact.detail {
        Detail::Routed { provider, .. } => Some((fact.at, provider)),
        _ => None,
    });
    let (at, code): (Timestamp, &ProviderCode) = chosen.min()?;
    let lane = LaneName::new(&format!("router.{code}")).ok()?;
    Some(Stay {
        pattern: prefix,
        lane: Some(lane),
        from: Some(at),
        to: None,
    })
}

impl Seen<'_> {
    /// Whether a register asked `when` may be asked about this application.
    fn asks(&self, when: When) -> bool {
        match (when, self.applicant) {
            (When::Person, Some(kind)) => kind == ApplicantKind::Person,
            (When::Organisation, Some(kind)) => kind == ApplicantKind::Organisation,
            _ => true,
        }
    }
}

impl Pause {
    /// The part of it within `from` and `to`; none where nothing is left.
    fn within(self, from: Timestamp, to: Option<Timestamp>) -> Option<Self> {
        let cut = Self {
            from: self.from.max(from),
            to: [self.to, to].into_iter().flatten().min(),
            why: self.why,
        };
        cut.to.is_none_or(|to| to > cut.from).then_some(cut)
    }
}

impl Standstill {
    /// Whether `pause`, which begins no earlier, is a part of it or goes on with it: it overlaps, or follows at once
    /// for a reason that is known already.
    fn goes_on_with(&self, pause: &Pause) -> bool {
        self.to
            .is_none_or(|to| pause.from < to || pause.from == to && self.whys.contains(&pause.why))
    }
}

/// `pauses` (by beginning) as one saw them: those that overlap are one.
pub(crate) fn joined(pauses: &[Pause]) -> Vec<Standstill> {
    let mut joined: Vec<Standstill> = Vec::new();
    for pause in pauses {
        match joined.last_mut() {
            Some(last) if last.goes_on_with(pause) => {
                last.to = last.to.zip(pause.to).map(|(a, b)| a.max(b));
                if !last.whys.contains(&pause.why) {
                    last.whys.push(pause.why.clone());
                }
            }
            _ => joined.push(Standstill {
                from: pause.from,
                to: pause.to,
                whys: vec![pause.why.clone()],
            }),
        }
    }
    joined
}

/// What of `pauses` (by beginning) is no repetition of an earlier one; the end of one that lasts is `now`.
pub(crate) fn apart(
    pauses: &[Pause],
    now: Timestamp,
) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let mut covered = Timestamp::MIN;
    pauses.iter().filter_map(move |pause| {
        let (from, to) = (pause.from.max(covered), pause.to.unwrap_or(now).min(now));
        covered = covered.max(to);
        (to > from).then_some((from, to))
    })
}

/// A sum of what counts, over several times.
pub(crate) fn sum(
    mut times: impl Iterator<Item = Result<SignedDuration, OutsideCalendar>>,
) -> Result<SignedDuration, OutsideCalendar> {
    times.try_fold(SignedDuration::ZERO, |sum, time| Ok(sum + time?))
}

//! Answers about many applications at once: what a search finds, how much is under way, what is late, what is
//! set aside, how long the steps of a regulation take in truth. Changes nothing.
//!
//! Each answer is bounded: of what is open, the oldest are looked at; of what was measured, the newest.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use message::{About, Channel, Detail, Fact, Number, ServiceCode};
use regulations::{Medians, Progress};
use serde::Serialize;

use crate::{
    answers::{Moment, ReasonSaid, Step, Text},
    questions::{Known, Questions, Unanswered},
    search::{InvalidSearch, Key, Search, Typed},
    status::{Reason, Status, standing},
    store::{Listed, Pressed},
};

/// Applications that are looked at for steps that are late or near it, and applications measured for a median.
pub const LOOKED_AT_MAX: u16 = 200;

/// Messages set aside that are told of.
const PARKED_MAX: u16 = 200;

impl From<InvalidSearch> for Unanswered {
    fn from(error: InvalidSearch) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// A page of what a search found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    pub applications: Vec<Summary>,
    /// What to give as `after` for the next page; none at the end.
    pub next_after: Option<String>,
}

/// An application as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    pub number: String,
    pub service: String,
    pub service_name: Option<Text>,
    pub channel: String,
    pub status: String,
    pub status_text: Option<Text>,
    pub provider: Option<String>,
    pub received_at: Moment,
    /// Since when it has this status.
    pub since: Moment,
}

/// How many applications of a service stand where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub service: String,
    /// By status; those with none are left out.
    pub counts: BTreeMap<Status, i64>,
}

impl Flow {
    pub fn total(&self) -> i64 {
        self.counts.values().sum()
    }
}

/// A step under way that is late, or near it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pressing {
    pub number: String,
    pub service: String,
    pub step: crate::answers::Step,
    /// Time used of the time allowed, in percent.
    pub percent: u32,
}

/// A message that waits for a person.
#[derive(Debug, Clone, PartialEq)]
pub struct SetAside {
    pub number: String,
    pub message_id: String,
    pub lane: String,
    pub since: Moment,
    pub reason: ReasonSaid,
    /// What the one who can act does about it.
    pub action: Option<Text>,
}

impl Questions {
    /// The applications that `typed` looks for.
    pub async fn search(&self, typed: &Typed) -> Result<Found, Unanswered> {
        let search = Search::try_from(typed)?;
        let found = self.store.search(&search).await?;
        let full = found.len() == usize::from(search.limit);
        let next_after = found.last().filter(|_| full).and_then(key);
        Ok(Found {
            applications: found.into_iter().map(|one| self.summary(one)).collect(),
            next_after: next_after.map(|key| key.to_string()),
        })
    }

    fn summary(&self, listed: Listed) -> Summary {
        let status = Status::ALL
            .iter()
            .find(|(_, name, _)| *name == listed.status);
        Summary {
            service_name: self.service_name(&listed.service),
            status_text: status.map(|(.., text)| (*text).into()),
            number: listed.number,
            service: listed.service,
            channel: listed.channel,
            status: listed.status,
            provider: listed.provider,
            received_at: Moment(listed.received_at),
            since: Moment(listed.updated_at),
        }
    }

    /// The name of a service, if there is one of this code.
    pub fn service_name(&self, code: &str) -> Option<Text> {
        let regulation = self.regulations().get(&ServiceCode::new(code).ok()?)?;
        Some(Text::from(&regulation.name))
    }

    /// Applications not at their end, by service.
    pub async fn under_way(&self) -> Result<Vec<Flow>, Unanswered> {
        Ok(self.flows(self.store.open_counts().await?))
    }

    /// Applications received at `since` or later, by service and where they stand now.
    pub async fn received_since(&self, since: Timestamp) -> Result<Vec<Flow>, Unanswered> {
        Ok(self.flows(self.store.counts_since(since).await?))
    }

    /// One flow for each service of the regulations, those without applications too.
    fn flows(&self, counts: Vec<crate::store::StatusCount>) -> Vec<Flow> {
        let services = self.regulations().iter().map(|r| r.code.to_string());
        let mut flows: BTreeMap<String, BTreeMap<Status, i64>> =
            services.map(|service| (service, BTreeMap::new())).collect();
        for count in counts {
            let known = Status::ALL
                .iter()
                .find(|(_, name, _)| *name == count.status);
            if let Some((status, ..)) = known {
                let flow = flows.entry(count.service).or_default();
                *flow.entry(*status).or_default() += count.count;
            }
        }
        let flows = flows.into_iter();
        flows
            .map(|(service, counts)| Flow { service, counts })
            .collect()
    }

    /// What the journal tells of some applications; those it does not know are left out.
    async fn known_of(&self, numbers: &[String]) -> Result<Vec<Known>, Unanswered> {
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let mut rows: HashMap<String, Vec<crate::row::Row>> = HashMap::new();
        for row in self.store.rows_of_all(&numbers).await? {
            if let Some(number) = row.number.clone() {
                rows.entry(number).or_default().push(row);
            }
        }
        let mut found = Vec::new();
        for number in numbers {
            let rows = rows.remove(number).unwrap_or_default();
            let facts: Vec<Fact> = rows.iter().filter_map(|row| row.fact().ok()).collect();
            let standing = number
                .parse()
                .ok()
                .and_then(|n: Number| standing(n, &facts));
            found.extend(standing.map(|standing| (standing, facts, rows)));
        }
        let ids: Vec<_> = found
            .iter()
            .map(|(standing, ..)| standing.message)
            .collect();
        let mut messages = self.store.messages(&ids).await?;
        let known = found.into_iter().filter_map(|(standing, facts, rows)| {
            Some(Known {
                kept: messages.remove(&standing.message.as_uuid())?,
                standing,
                facts,
                rows,
            })
        });
        Ok(known.collect())
    }

    /// Steps under way that are late or past a warning, the most pressing first; of those that have been so
    /// longest.
    pub async fn pressing(&self, now: Timestamp) -> Result<Vec<Pressing>, Unanswered> {
        let numbers = self.store.pressing(now, LOOKED_AT_MAX).await?;
        let known = self.known_of(&numbers).await?;
        let outages = self.outages_for(&known).await?;
        let mut pressing: Vec<Pressing> = Vec::new();
        for known in known {
            let steps = self.steps(&known, &outages, now).unwrap_or_default();
            let pressed = steps.into_iter().filter(Step::presses);
            pressing.extend(pressed.filter_map(|step| {
                Some(Pressing {
                    number: known.kept.number.clone(),
                    service: known.kept.service.clone(),
                    percent: step.used_percent?,
                    step,
                })
            }));
        }
        pressing.sort_by_key(|one| std::cmp::Reverse(one.percent));
        Ok(pressing)
    }

    /// How many steps under way are late, near their end, or stand still.
    pub async fn pressed(&self, now: Timestamp) -> Result<Pressed, Unanswered> {
        Ok(self.store.pressed(None, now).await?)
    }

    /// Messages set aside, the longest first.
    pub async fn set_aside(&self) -> Result<Vec<SetAside>, Unanswered> {
        let facts = self.store.parked(PARKED_MAX).await?;
        Ok(facts.iter().filter_map(set_aside).collect())
    }

    /// How long each step of a regulation took, by the newest applications of a channel; and how many of them
    /// were looked at.
    pub async fn medians(
        &self,
        service: &ServiceCode,
        channel: Channel,
        now: Timestamp,
    ) -> Result<(Medians, usize), Unanswered> {
        let newest = self
            .store
            .newest_of(service.as_str(), channel.as_str(), LOOKED_AT_MAX);
        let known = self.known_of(&newest.await?).await?;
        let outages = self.outages_for(&known).await?;
        let mut used: BTreeMap<u16, Vec<SignedDuration>> = BTreeMap::new();
        for known in &known {
            for time in self.step_times(known, &outages, now).unwrap_or_default() {
                if let (Progress::Done, Some(took)) = (time.progress, time.used) {
                    used.entry(time.number).or_default().push(took);
                }
            }
        }
        let medians = used
            .into_iter()
            .filter_map(|(step, times)| Some((step, median(times)?)));
        Ok((medians.collect(), known.len()))
    }
}

/// The middle of `times`, between the two in the middle where they are even: PostgreSQL's `percentile_cont(0.5)`.
fn median(mut times: Vec<SignedDuration>) -> Option<SignedDuration> {
    times.sort_unstable();
    let upper = *times.get(times.len() / 2)?;
    let lower = *times.get((times.len() - 1) / 2)?;
    Some(lower + (upper - lower) / 2)
}

fn key(listed: &Listed) -> Option<Key> {
    Some(Key {
        received_at: listed.received_at,
        number: listed.number.parse().ok()?,
    })
}

fn set_aside(fact: &Fact) -> Option<SetAside> {
    let (
        About::Message { id, number },
        Detail::Parked {
            lane,
            code,
            explanation,
        },
    ) = (&fact.about, &fact.detail)
    else {
        return None;
    };
    let reason = Reason {
        code: Some(code.clone()),
        explanation: explanation.clone(),
    };
    Some(SetAside {
        number: number.to_string(),
        message_id: id.to_string(),
        lane: lane.to_string(),
        since: Moment(fact.at),
        reason: (&reason).into(),
        action: fault::find(code).map(|code| code.action.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_of_what_was_measured() {
        let of = |seconds: &[i64]| {
            let times = seconds.iter().copied().map(SignedDuration::from_secs);
            median(times.collect()).map(|median| median.as_millis())
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[7]), Some(7000));
        assert_eq!(of(&[9, 1, 2]), Some(2000));
        assert_eq!(of(&[9, 1, 2, 4]), Some(3000));
    }
}

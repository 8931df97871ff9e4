//! How a step's ending becomes the one event that is published for it.
//!
//! In: the event that was worked on and how the step ended. Out: a [`Publication`]. Pure: the clock and a
//! random number come in as arguments, so a step settled twice in the same way says the same facts. Whatever
//! the ending, the message leads somewhere: on, back, aside or to its end; there is no way to lose it.

use fault::{Again, Blame, Code, Fault, inside};
use flow::{Delay, Lane, Map};
use jiff::{SignedDuration, Timestamp};
use message::{About, Attempts, Detail, Event, Fact, FactName, LaneName, Message};

use crate::{Next, Publication, Verdict};

/// Settles the endings of one lane.
#[derive(Debug, Clone, Copy)]
pub struct Settler<'a> {
    map: &'a Map,
    lane: &'a Lane,
}

impl<'a> Settler<'a> {
    pub fn new(map: &'a Map, lane: &'a Lane) -> Self {
        Self { map, lane }
    }

    /// What is published for `input` after its step ended so, at `now`. `random` (0 up to 1) spreads the
    /// pauses of messages that failed together.
    pub fn settle(
        &self,
        input: &Event,
        ended: Result<Verdict, Fault>,
        now: Timestamp,
        random: f64,
    ) -> Publication {
        match ended {
            Ok(Verdict::Pass {
                message,
                facts,
                next,
            }) => self.pass(input, message, facts, &next, now),
            Ok(Verdict::Refuse {
                message,
                mut facts,
                refusal,
            }) => {
                facts.push(Detail::Refused {
                    lane: Some(self.lane.name.clone()),
                    code: refusal.code.name.to_owned(),
                    explanation: refusal.explanation,
                });
                self.pass(input, message, facts, &Next::End, now)
            }
            Err(fault) => match (fault.again, input.message.clone()) {
                (Again::Later, Some(message)) => self.fail(input, message, fault, now, random),
                _ => self.park(input, fault.code, fault.explanation, now),
            },
        }
    }

    /// `input` with what its step, which ended in a fault, may have done: it is told with the failure.
    #[must_use]
    pub fn noted(&self, mut input: Event, attempted: Vec<Detail>, now: Timestamp) -> Event {
        for detail in attempted {
            let fact = self.fact(input.message.as_ref(), now, detail);
            if input.facts.iter().all(|known| known.id != fact.id) {
                input.facts.push(fact);
            }
        }
        input
    }

    fn pass(
        &self,
        input: &Event,
        mut message: Message,
        details: Vec<Detail>,
        next: &Next,
        now: Timestamp,
    ) -> Publication {
        message.plan = message.plan.after(&self.lane.name);
        message.attempts = Attempts::default();
        let lane = match next {
            Next::Plan => message.plan.next().cloned(),
            Next::Lane(lane) => Some(lane.clone()),
            Next::End | Next::Journal => None,
        };
        if let Some(lane) = &lane
            && self.map.lane(lane.as_str()).is_err()
        {
            let explanation = format!("the next lane is `{lane}`");
            return self.park(input, &inside::LANE_UNKNOWN, explanation, now);
        }
        let facts = details
            .into_iter()
            .map(|detail| self.fact(Some(&message), now, detail))
            .collect();
        let event = Event {
            facts,
            message: (*next != Next::Journal).then_some(message),
        };
        let publication = match &lane {
            Some(lane) => Publication::pass(event, lane),
            None => Publication::end(event),
        };
        publication.unwrap_or_else(|| {
            let explanation = "the step passed without a fact".to_owned();
            self.park(input, &inside::INTERNAL, explanation, now)
        })
    }

    /// A failure that may pass: counted, and tried again after a pause; past the limits, parked.
    fn fail(
        &self,
        input: &Event,
        mut message: Message,
        fault: Fault,
        now: Timestamp,
        random: f64,
    ) -> Publication {
        let mut attempts = counted_for(&self.lane.name, &message.attempts);
        attempts.failed = attempts.failed.saturating_add(1);
        if fault.blame == Blame::Message {
            attempts.blamed = attempts.blamed.saturating_add(1);
            attempts.since.get_or_insert(now);
        }
        let tries_max = fault.tries_max.unwrap_or(u32::MAX);
        if fault.blame == Blame::Message && self.is_past_limits(&attempts, tries_max, now) {
            return self.park(input, fault.code, fault.explanation, now);
        }
        let delay = match fault.blame {
            Blame::Lane => &self.map.delays[0],
            Blame::Message => self.pause(attempts.blamed, random),
        };
        let failed = Detail::AttemptFailed {
            lane: self.lane.name.clone(),
            code: fault.code.name.to_owned(),
            explanation: fault.explanation,
            attempt: attempts.failed,
            retry_at: now + SignedDuration::try_from(delay.pause()).unwrap_or(SignedDuration::ZERO),
        };
        message.attempts = attempts;
        let mut facts = told_before(input);
        facts.push(self.fact(Some(&message), now, failed));
        Publication::again(Event::new(facts, message), delay, &self.lane.name)
    }

    fn is_past_limits(&self, attempts: &Attempts, tries_max: u32, now: Timestamp) -> bool {
        let failing_max =
            SignedDuration::from_secs(i64::try_from(self.lane.failing_s_max).unwrap_or(i64::MAX));
        let failing = attempts
            .since
            .map_or(SignedDuration::ZERO, |since| now.duration_since(since));
        attempts.blamed >= self.lane.attempts_max.min(tries_max) || failing >= failing_max
    }

    /// The pause after failure number `blamed`: one step longer each time, and for about half of the messages
    /// one step shorter than that, so that those who failed together do not come back together.
    fn pause(&self, blamed: u32, random: f64) -> &'a Delay {
        let step = usize::try_from(blamed.saturating_sub(1)).unwrap_or(usize::MAX);
        let full = self.map.delays[step.min(self.map.delays.len() - 1)].pause();
        self.map
            .delay_for(full.mul_f64(0.5 + random.clamp(0.0, 1.0)))
    }

    /// `input` is set aside for a person, as it came.
    pub fn park(
        &self,
        input: &Event,
        code: &'static Code,
        explanation: String,
        now: Timestamp,
    ) -> Publication {
        let parked = Detail::Parked {
            lane: self.lane.name.clone(),
            code: code.name.to_owned(),
            explanation,
        };
        let mut facts = told_before(input);
        facts.push(self.fact(input.message.as_ref(), now, parked));
        let message = input.message.clone();
        Publication::parked(Event { facts, message }, &self.lane.name)
    }

    fn fact(&self, message: Option<&Message>, now: Timestamp, detail: Detail) -> Fact {
        let about = match message {
            Some(message) => About::Message {
                id: message.id,
                number: message.number,
            },
            None => About::Lane(self.lane.name.clone()),
        };
        Fact::new(about, now, self.lane.service(), detail)
    }
}

/// A person sends a parked message on again: the lane counts its failures anew (their numbers go on, so that
/// each stays a fact of its own). `None` for an event without a message, which cannot be worked on.
pub fn release(lane: &LaneName, parked: &Event, by: &str, now: Timestamp) -> Option<Publication> {
    let mut message = parked.message.clone()?;
    message.attempts = counted_for(lane, &message.attempts);
    message.attempts.blamed = 0;
    message.attempts.since = None;
    let about = About::Message {
        id: message.id,
        number: message.number,
    };
    let mut facts = told_before(parked);
    let released = Detail::Released { lane: lane.clone() };
    facts.push(Fact::new(about, now, by, released));
    Publication::pass(Event::new(facts, message), lane)
}

fn counted_for(lane: &LaneName, attempts: &Attempts) -> Attempts {
    if attempts.lane.as_ref() == Some(lane) {
        attempts.clone()
    } else {
        Attempts {
            lane: Some(lane.clone()),
            ..Attempts::default()
        }
    }
}

/// The facts a message came with. One that stays in its lane keeps them: a lane that listens for facts (the
/// notifier's) has to find there, at the next try too, what it is to work on. What trying added is left out.
fn told_before(input: &Event) -> Vec<Fact> {
    let of_trying = [
        FactName::AttemptFailed,
        FactName::Parked,
        FactName::Released,
    ];
    let facts = input.facts.iter();
    facts
        .filter(|fact| !of_trying.contains(&fact.name()))
        .cloned()
        .collect()
}

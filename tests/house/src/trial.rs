//! A trial: a crowd sends, something goes wrong in the midst of it, and afterwards nothing may be lost.
//!
//! In: faults of the list, how many applications, a seed. Out: a row for each. Several faults befall one house
//! one after the other, and each proof covers everything the house ever accepted; a house that did not hold is
//! left, and the next fault gets a new one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use rig::{Channels, Options, Rig, Shape, can_isolate, wait_for};

use crate::crowd::Crowd;
use crate::dice::Dice;
use crate::doubler::Doubler;
use crate::faults::{Fault, Harm};
use crate::proof::{self, nothing_is_lost};
use crate::sink::Sink;
use crate::table::{End, Figures, Row};

/// How trials are made.
#[derive(Clone, Copy, Debug)]
pub struct Trials {
    /// Applications in each crowd; each brings two reports back, so three times as many messages.
    pub applications: usize,
    /// Decides the order of applications, the moments and the victims.
    pub seed: u64,
    /// From the end of the harm to the last result.
    pub limit: Duration,
    /// Told what is going on just now.
    pub tell: fn(&str),
}

/// A house and what it has lived through.
struct House {
    rig: Arc<Rig>,
    shape: Shape,
    channels: Channels,
    past: Crowd,
    /// Copies that providers had absorbed by then.
    copies: u64,
    /// The services send their traces there.
    sink: Sink,
}

/// A house proves all that it ever accepted each time, so it is left when that has become much.
const PAST_MAX: usize = 6000;

impl Trials {
    /// Makes one after the other; `done` gets each row as soon as it is there.
    pub async fn run(&self, faults: &[Fault], mut done: impl FnMut(Row)) {
        let mut house = None;
        for fault in faults {
            if fault.broker == Shape::ThreeApart
                && let Err(why) = can_isolate()
            {
                done(row(fault, Instant::now(), End::NotRun(why)));
                continue;
            }
            let is_fit = |house: &House| {
                house.shape == fault.broker
                    && house.channels == fault.channels
                    && house.past.accepted.len() < PAST_MAX
            };
            let begun = Instant::now();
            let kept = house.take().filter(is_fit);
            let built = match kept {
                Some(house) => Ok(house),
                None => self.build(fault).await,
            };
            let mut present = match built {
                Ok(house) => house,
                Err(error) => {
                    let why = format!("the house did not start: {error:#}");
                    done(row(fault, begun, End::Failed { lost: None, why }));
                    continue;
                }
            };
            let begun = Instant::now();
            match self.through(&mut present, fault).await {
                Ok(figures) => {
                    done(row(fault, begun, End::Proven(figures)));
                    house = Some(present);
                }
                Err(error) => {
                    let lost = proof::lost(&present.rig, &present.past).await.ok();
                    let why = format!("{error:#}");
                    done(row(fault, begun, End::Failed { lost, why }));
                }
            }
        }
    }

    async fn build(&self, fault: &Fault) -> anyhow::Result<House> {
        (self.tell)("starting a house");
        let sink = Sink::start().await?;
        let options = Options {
            broker: fault.broker,
            channels: fault.channels,
            lines: true,
            collector: Some(sink.url().to_owned()),
            ..Options::default()
        };
        Ok(House {
            rig: Arc::new(Rig::start(options).await?),
            shape: fault.broker,
            channels: fault.channels,
            past: Crowd::default(),
            copies: 0,
            sink,
        })
    }

    async fn through(&self, house: &mut House, fault: &Fault) -> anyhow::Result<Figures> {
        let tell = |text: &str| (self.tell)(&format!("{}: {text}", fault.name));
        let mut dice = Dice::new(self.seed, fault.name);
        let rig = &Arc::clone(&house.rig);
        let doubler = match fault.harm {
            Harm::Doubled => Some(doubled(rig).await?),
            _ => None,
        };
        let before = house.past.accepted.len();
        tell(&format!("{} are sending", self.applications));
        let copies = u32::from(doubler.is_some());
        let sending = Crowd::sends(rig, self.applications, copies, &mut dice).await?;
        let share = self.applications * (5 + dice.below(10)) / 100;
        let delivered = under_way(rig, before + share).await?;
        let in_flight = (before + sending.begun()).saturating_sub(delivered);
        tell(&format!("{}, with {in_flight} in flight", fault.what));
        sending.let_the_others_come();
        let harmed = fault.harm.befall(rig, &mut dice).await;
        let exports = house.sink.exports();
        house
            .past
            .accepted
            .extend(harmed.context("the harm itself")?);
        tell("over; until everybody is accepted");
        let crowd = sending.accepted().await?;
        let repeated = crowd.repeated();
        house.past.accepted.extend(crowd.accepted);
        let outcomes = nothing_is_lost(rig, &house.past, self.limit, &tell).await?;
        if let Some(doubler) = doubler {
            let count = doubler.count();
            ensure!(count > self.applications, "only {count} were doubled");
            at_providers(rig, "none").await?;
        }
        if matches!(fault.harm, Harm::CollectorGone(_)) {
            tell("until the collector gets traces again");
            wait_for("traces again", self.limit, async || {
                Ok((house.sink.exports() > exports).then_some(()))
            })
            .await?;
        }
        let absorbed = outcomes.copies - std::mem::replace(&mut house.copies, outcomes.copies);
        Ok(Figures {
            accepted: house.past.accepted.len() - before,
            in_flight,
            repeated,
            absorbed,
        })
    }
}

fn row(fault: &Fault, begun: Instant, end: End) -> Row {
    Row {
        name: fault.name,
        what: fault.what,
        end,
        took: begun.elapsed(),
    }
}

/// Waits until so many have been delivered to a provider; gives how many have been.
async fn under_way(rig: &Rig, wanted: usize) -> anyhow::Result<usize> {
    wait_for("a crowd under way", Duration::from_mins(3), async || {
        let mut delivered = 0;
        for provider in ["committee", "national-archive"] {
            delivered += rig.outside.ledger(provider).await?.len();
        }
        Ok((delivered >= wanted).then_some(delivered))
    })
    .await
}

/// From now on everything comes twice: a copy in every lane, answers and reports of the providers too.
async fn doubled(rig: &Rig) -> anyhow::Result<Doubler> {
    at_providers(rig, "duplicate").await?;
    Doubler::start(rig).await
}

async fn at_providers(rig: &Rig, fault: &str) -> anyhow::Result<()> {
    for provider in ["committee", "national-archive"] {
        rig.outside.fault(provider, fault, 0).await?;
    }
    Ok(())
}

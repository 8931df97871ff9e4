//! Stages run without a broker, over the map's own bindings.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use fault::{Fault, registers};
use message::{Detail, Event, FactName, RegisterName};
use stage::{Next, Stage, Verdict, memory::Run};

use crate::support::{map, received};

/// Fails so many times, then passes.
struct Moody(AtomicU32);

#[async_trait]
impl Stage for Moody {
    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        let left = self.0.load(Ordering::SeqCst);
        if left > 0 {
            self.0.store(left - 1, Ordering::SeqCst);
            return Err(Fault::later(&registers::REGISTER_FAILED, "ask"));
        }
        Ok(Verdict::Pass {
            message: event.message.clone().unwrap(),
            facts: vec![Detail::Enriched {
                register: RegisterName::new("enis").unwrap(),
            }],
            next: Next::Plan,
        })
    }
}

fn moody(failures: u32) -> Arc<dyn Stage> {
    Arc::new(Moody(AtomicU32::new(failures)))
}

#[tokio::test]
async fn a_message_passes_from_lane_to_lane_until_one_without_a_stage() {
    let run = Run::new(map());
    let mut run = run
        .with("signature.verify", moody(0))
        .with("registry.enis", moody(0));
    let told = run.feed("signature.verify", received()).await;
    assert_eq!(
        told.keys(),
        ["enriched.registry.enis", "enriched.router.route"]
    );
    assert_eq!(told.last().queues, ["journal", "router.route"]);
}

#[tokio::test]
async fn a_failed_message_comes_back_after_its_pause_and_each_fact_is_heard_once() {
    let mut run = Run::new(map()).with("registry.enis", moody(2));
    let told = run.feed("registry.enis", received()).await;
    let names: Vec<FactName> = told.facts().iter().map(|fact| fact.name()).collect();
    let failed = FactName::AttemptFailed;
    assert_eq!(
        names,
        [FactName::Received, failed, failed, FactName::Enriched]
    );
    assert_eq!(told.0[0].queues, ["journal", "delay.1s"]);
    let (first, last) = (&told.0[0].event.facts[1], &told.last().event.facts[0]);
    assert!(
        last.at.duration_since(first.at).as_secs() >= 2,
        "its clock goes on meanwhile"
    );
}

#[tokio::test]
async fn a_message_that_never_gets_better_is_parked() {
    let mut run = Run::new(map()).with("registry.enis", moody(99));
    let told = run.feed("registry.enis", received()).await;
    assert_eq!(told.last().queues, ["journal", "registry.enis.parked"]);
    assert_eq!(told.0.len(), 4);
}

/// A register that is asked and never answers.
struct Mute;

#[async_trait]
impl Stage for Mute {
    async fn handle(&self, _event: &Event) -> Result<Verdict, Fault> {
        Err(Fault::later(&registers::REGISTER_FAILED, "ask"))
    }

    fn attempted(&self, event: &Event) -> Vec<Detail> {
        vec![Detail::QueryMade {
            register: RegisterName::new("enis").unwrap(),
            purpose: "apostille".to_owned(),
            operator: "portal".to_owned(),
            consent: String::new(),
            subject: None,
            participant: None,
            application: event.message.as_ref().map(|message| message.number),
        }]
    }
}

#[tokio::test]
async fn what_a_failed_step_did_all_the_same_is_told_with_every_failure_and_is_one_fact() {
    let mut run = Run::new(map()).with("registry.enis", Arc::new(Mute));
    let told = run.feed("registry.enis", received()).await;
    assert!(told.0.len() > 2, "{:?}", told.keys());
    let mut ids = std::collections::HashSet::new();
    for published in &told.0 {
        let made = published.event.facts.iter();
        let made: Vec<_> = made.filter(|f| f.name() == FactName::QueryMade).collect();
        assert_eq!(made.len(), 1, "{}", published.key);
        ids.insert(made[0].id);
        let last = published.event.facts.last().unwrap().name();
        assert!(matches!(last, FactName::AttemptFailed | FactName::Parked));
    }
    assert_eq!(ids.len(), 1);
}

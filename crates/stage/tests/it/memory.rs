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

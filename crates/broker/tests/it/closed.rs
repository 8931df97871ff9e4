//! A lane whose outside system is away: it closes, holds, asks and opens by itself.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use async_trait::async_trait;
use fault::{Fault, registers};
use message::{Event, FactName};
use stage::{Stage, Verdict};

use crate::support::{Heard, eventually, house, passed, publish_all};

/// An outside system that can be away.
#[derive(Clone, Default)]
struct Outside {
    is_away: Arc<AtomicBool>,
    probes: Arc<AtomicU32>,
    tries: Arc<AtomicU32>,
}

impl Outside {
    /// Waits until it was asked `times` more whether it is back.
    async fn is_probed_again(&self, times: u32) {
        let before = self.probes.load(Ordering::SeqCst);
        eventually("the closed lane is probed", 30, async || {
            self.probes.load(Ordering::SeqCst) >= before + times
        })
        .await;
    }
}

#[async_trait]
impl Stage for Outside {
    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        self.tries.fetch_add(1, Ordering::SeqCst);
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Fault::outage(
                &registers::REGISTER_UNREACHABLE,
                "ask the register",
            ));
        }
        Ok(passed(event))
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.probes.fetch_add(1, Ordering::SeqCst);
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Fault::outage(
                &registers::REGISTER_UNREACHABLE,
                "ask the register",
            ));
        }
        Ok(())
    }
}

fn count(journal: &Heard, name: FactName) -> usize {
    let facts = journal.facts();
    facts.into_iter().filter(|fact| *fact == name).count()
}

const OUTSIDE: &str = "[[lane]]\nname = 'one.work'\nkind = 'register'\nprobe_ms = 50\n\
     outages_to_close = 2\nconcurrency_max = 8\nwindow = 50\ndelivery_limit = 1\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_lane_waits_burns_no_delivery_and_opens_by_itself() {
    let house = house(OUTSIDE).await;
    let publisher = house.publisher();
    let journal = house.journal(None);
    let outside = Outside::default();
    outside.is_away.store(true, Ordering::SeqCst);
    let working = house.work("one.work", outside.clone(), &publisher);
    publish_all(&publisher, 0..200, "one.work").await;
    // Four outages: with a delivery limit of one, any hand-back would park messages.
    for round in 1..=4 {
        outside.is_away.store(true, Ordering::SeqCst);
        publish_all(&publisher, round * 1000..round * 1000 + 20, "one.work").await;
        let times = usize::try_from(round).unwrap();
        eventually("the lane is closed", 30, async || {
            count(&journal, FactName::LaneClosed) >= times
        })
        .await;
        // What was begun before it closed has answered by its first probe: both take a turn of one loop.
        outside.is_probed_again(1).await;
        let tries = outside.tries.load(Ordering::SeqCst);
        outside.is_probed_again(2).await;
        assert_eq!(
            outside.tries.load(Ordering::SeqCst),
            tries,
            "a closed lane starts nothing"
        );
        outside.is_away.store(false, Ordering::SeqCst);
        eventually("the lane is open", 30, async || {
            count(&journal, FactName::LaneOpened) >= times
        })
        .await;
    }
    eventually("all are delivered", 60, async || {
        journal.told(FactName::Delivered).len() == 280
    })
    .await;
    working.stop().await;
    assert_eq!(house.waiting("one.work.parked").await, 0);
    assert!(
        journal
            .told(FactName::Delivered)
            .values()
            .all(|count| *count == 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_closed_for_long_hands_back_what_it_holds_and_takes_it_again() {
    let mut house = house(OUTSIDE).await;
    house.config.hold_s_max = 1;
    let publisher = house.publisher();
    let journal = house.journal(None);
    let outside = Outside::default();
    outside.is_away.store(true, Ordering::SeqCst);
    let working = house.work("one.work", outside.clone(), &publisher);
    publish_all(&publisher, 0..100, "one.work").await;
    let queue: Vec<_> = house
        .map
        .queues_of("one")
        .into_iter()
        .filter(|q| q.name == "one.work")
        .collect();
    eventually(
        "nobody takes from the queue and nothing is held",
        40,
        async || {
            let counts = broker::counts(&house.config, &queue).await.unwrap();
            counts[0].consumers == 0 && counts[0].messages == 100
        },
    )
    .await;
    outside.is_away.store(false, Ordering::SeqCst);
    eventually("all are delivered", 60, async || {
        journal.told(FactName::Delivered).len() == 100
    })
    .await;
    working.stop().await;
    assert_eq!(house.waiting("one.work.parked").await, 0);
    assert_eq!(house.waiting("one.work").await, 0);
    let keys = journal.entries.lock().unwrap();
    assert!(
        keys.iter().all(|entry| !entry.key.starts_with("handed")),
        "nothing happened to them"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_process_was_killed_while_its_lane_was_closed_the_next_one_says_that_it_is_open() {
    let house = house(OUTSIDE).await;
    let publisher = house.publisher();
    let journal = house.journal(None);
    let outside = Outside::default();
    outside.is_away.store(true, Ordering::SeqCst);
    let working = house.work("one.work", outside.clone(), &publisher);
    publish_all(&publisher, 0..20, "one.work").await;
    eventually("the lane is closed", 30, async || {
        count(&journal, FactName::LaneClosed) == 1
    })
    .await;
    working.kill().await;

    outside.is_away.store(false, Ordering::SeqCst);
    let working = house.work("one.work", outside, &publisher);
    eventually("all are delivered", 60, async || {
        journal.told(FactName::Delivered).len() == 20
    })
    .await;
    working.stop().await;
    eventually("the lane is said to be open", 30, async || {
        count(&journal, FactName::LaneOpened) == 1
    })
    .await;
    assert_eq!(count(&journal, FactName::LaneClosed), 1);
}

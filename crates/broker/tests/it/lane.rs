//! Running a stage over its lane.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use fault::{Fault, inside, registers};
use lapin::options::{BasicGetOptions, BasicNackOptions, BasicPublishOptions};
use message::{Detail, Event, FactName};
use stage::{Stage, Verdict};

use crate::support::{Step, amqp, eventually, house, passed, publish_all, received, shared};

const ONE: &str = "[[lane]]\nname = 'one.work'\nkind = 'stage'\n";

fn reference(event: &Event) -> String {
    event.message.as_ref().unwrap().sender.reference.clone()
}

/// Counts how often each message was worked on.
#[derive(Clone, Default)]
struct Ledger(Arc<Mutex<BTreeMap<String, u32>>>);

impl Ledger {
    fn note(&self, event: &Event) -> u32 {
        let mut counts = self.0.lock().unwrap();
        let count = counts.entry(reference(event)).or_default();
        *count += 1;
        *count
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_is_worked_on_once_and_acknowledged_last() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    let ledger = Ledger::default();
    let (noted, journal) = (ledger.clone(), house.journal(None));
    let step = Step(move |event: Event| {
        noted.note(&event);
        async { Ok(()) }
    });
    let working = house.work("one.work", step, &publisher);
    publish_all(&publisher, 0..1000, "one.work").await;
    eventually("all are delivered", 60, async || {
        journal.told(FactName::Delivered).len() == 1000
    })
    .await;
    working.stop().await;
    assert_eq!(house.waiting("one.work").await, 0);
    assert!(ledger.0.lock().unwrap().values().all(|count| *count == 1));
    assert!(
        journal
            .told(FactName::Delivered)
            .values()
            .all(|count| *count == 1)
    );
}

/// Takes every second message to be its business, and fails on any other.
struct Choosy;

#[async_trait]
impl Stage for Choosy {
    fn concerns(&self, event: &Event) -> bool {
        reference(event).ends_with(['0', '2', '4', '6', '8'])
    }

    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        assert!(self.concerns(event));
        Ok(passed(event))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_concern_a_stage_is_acknowledged_and_nothing_follows() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    let journal = house.journal(None);
    let working = house.work("one.work", Choosy, &publisher);
    // The last one is nobody's business: it has to go without anything after it.
    publish_all(&publisher, 0..100, "one.work").await;
    publish_all(&publisher, 101..102, "one.work").await;
    eventually("half are delivered", 60, async || {
        journal.told(FactName::Delivered).len() == 50
    })
    .await;
    working.stop().await;
    assert_eq!(house.waiting("one.work").await, 0);
    assert_eq!(house.waiting("one.work.parked").await, 0);
    assert_eq!(journal.told(FactName::Delivered).len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_fails_alone_waits_and_comes_back_with_its_facts() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    let journal = house.journal(None);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let step = Step(move |event: Event| {
        let mut seen = noted.lock().unwrap();
        seen.push(event);
        let is_first = seen.len() == 1;
        async move {
            if is_first {
                return Err(Fault::later(&registers::REGISTER_FAILED, "ask").because("500"));
            }
            Ok(())
        }
    });
    let working = house.work("one.work", step, &publisher);
    publish_all(&publisher, 0..1, "one.work").await;
    eventually("it is delivered at the second try", 30, async || {
        journal.facts().contains(&FactName::Delivered)
    })
    .await;
    working.stop().await;
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2);
    let names: Vec<FactName> = seen[1].facts.iter().map(message::Fact::name).collect();
    assert_eq!(names, [FactName::Received, FactName::AttemptFailed]);
    let Detail::AttemptFailed {
        code,
        attempt,
        retry_at,
        ..
    } = &seen[1].facts[1].detail
    else {
        panic!("{:?}", seen[1].facts[1]);
    };
    assert_eq!((code.as_str(), *attempt), ("register-failed", 1));
    assert_eq!(retry_at.duration_since(seen[1].facts[1].at).as_secs(), 1);
    assert_eq!(seen[1].message.as_ref().unwrap().attempts.blamed, 1);
    let mut facts = journal.facts();
    facts.retain(|fact| *fact != FactName::LaneOpened);
    assert_eq!(
        facts,
        [
            FactName::Received,
            FactName::Received,
            FactName::AttemptFailed,
            FactName::Delivered
        ],
        "the delay's way back is not told to the journal"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_panics_or_hangs_fails_on_that_message_alone() {
    let house = house(&format!("{ONE}handle_ms_max = 200\nattempts_max = 1\n")).await;
    let publisher = house.publisher();
    let journal = house.journal(None);
    let step = Step(|event: Event| async move {
        match reference(&event).as_str() {
            "0" => panic!("this one panics, as the test wants"),
            "1" => std::future::pending().await,
            _ => Ok(()),
        }
    });
    let working = house.work("one.work", step, &publisher);
    publish_all(&publisher, 0..10, "one.work").await;
    eventually("eight are delivered, two parked", 30, async || {
        journal.told(FactName::Delivered).len() == 8 && journal.told(FactName::Parked).len() == 2
    })
    .await;
    working.stop().await;
    let lane = house.map.lane("one.work").unwrap();
    let parked = broker::parked(&house.config, lane, 10).await.unwrap();
    let mut codes: Vec<&str> = parked.iter().map(|parked| parked.code.as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["handling-timeout", "internal"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_message_are_set_aside_and_told_to_the_journal() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    let journal = house.journal(None);
    let (_connection, channel) = amqp(&house.url).await;
    let sent = channel.basic_publish(
        "kezek".into(),
        "received.one.work".into(),
        BasicPublishOptions::default(),
        b"not ours",
        lapin::BasicProperties::default().with_delivery_mode(2),
    );
    sent.await.unwrap();
    let working = house.work("one.work", Step(|_| async { Ok(()) }), &publisher);
    publish_all(&publisher, 0..3, "one.work").await;
    eventually("the others are delivered, it is parked", 30, async || {
        journal.told(FactName::Delivered).len() == 3 && house.waiting("one.work.parked").await == 1
    })
    .await;
    eventually("the journal knows", 10, async || {
        let entries = journal.entries.lock().unwrap();
        entries.iter().any(|entry| entry.dead.is_some())
    })
    .await;
    working.stop().await;
    let entries = journal.entries.lock().unwrap();
    let entry = entries.iter().find(|entry| entry.dead.is_some()).unwrap();
    let dead = entry.dead.clone().unwrap();
    assert_eq!(
        (dead.lane.as_str(), dead.code),
        ("one.work", &inside::MESSAGE_UNREADABLE)
    );
    assert_eq!(entry.event, Err(b"not ours".to_vec()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_handed_out_too_often_is_set_aside_by_the_broker() {
    let house = house(&format!("{ONE}delivery_limit = 2\n")).await;
    let journal = house.journal(None);
    publish_all(&house.publisher(), 0..1, "one.work").await;
    let (_connection, channel) = amqp(&house.url).await;
    let again = BasicNackOptions {
        requeue: true,
        ..BasicNackOptions::default()
    };
    let mut handed_out = 0;
    eventually("it is parked", 30, async || {
        let got = channel.basic_get("one.work".into(), BasicGetOptions::default());
        if let Some(got) = got.await.unwrap() {
            handed_out += 1;
            got.delivery.acker.nack(again).await.unwrap();
        }
        house.waiting("one.work.parked").await == 1
    })
    .await;
    assert_eq!(handed_out, 3, "a limit of two gives three deliveries");
    let lane = house.map.lane("one.work").unwrap();
    let parked = broker::parked(&house.config, lane, 10).await.unwrap();
    assert_eq!(parked[0].code, "delivery-limit");
    let now = jiff::Timestamp::now();
    assert!(parked[0].at.unwrap() > now - jiff::SignedDuration::from_mins(5));
    eventually("the journal knows", 10, async || {
        let entries = journal.entries.lock().unwrap();
        entries.iter().any(|entry| {
            entry
                .dead
                .as_ref()
                .is_some_and(|dead| dead.code == &inside::DELIVERY_LIMIT)
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_finishes_what_is_in_hand_and_hands_back_the_rest() {
    let house = house(&format!("{ONE}concurrency_max = 4\n")).await;
    let publisher = house.publisher();
    let ledger = Ledger::default();
    let noted = ledger.clone();
    let step = Step(move |event: Event| {
        noted.note(&event);
        async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok(())
        }
    });
    let working = house.work("one.work", step, &publisher);
    publish_all(&publisher, 0..100, "one.work").await;
    eventually("some are done", 30, async || ledger.len() >= 10).await;
    working.stop().await;
    let begun = ledger.len();
    assert!(begun < 100, "it was stopped in the middle");
    let left = house.waiting("one.work").await;
    assert_eq!(
        begun + usize::try_from(left).unwrap(),
        100,
        "what was begun was finished"
    );
    let journal = house.journal(None);
    eventually("what was finished is told", 20, async || {
        journal.told(FactName::Delivered).len() == begun
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_connections_are_opened_again_and_nothing_is_lost() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    let journal = house.journal(None);
    let step = Step(|_| async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Ok(())
    });
    let working = house.work("one.work", step, &publisher);
    let vhost = house.url.rsplit('/').next().unwrap().to_owned();
    let publishing = {
        let publisher = publisher.clone();
        tokio::spawn(async move {
            for batch in 0..40 {
                publish_all(&publisher, batch * 50..batch * 50 + 50, "one.work").await;
            }
        })
    };
    for _ in 0..3 {
        let before = journal.told(FactName::Delivered).len();
        let cut = ["close_all_connections", "--vhost", &vhost, "the test cuts"];
        shared().await.ctl(&cut).await.unwrap();
        eventually("work goes on", 30, async || {
            let now = journal.told(FactName::Delivered).len();
            now > before || now == 2000
        })
        .await;
    }
    publishing.await.unwrap();
    eventually("all are delivered", 60, async || {
        journal.told(FactName::Delivered).len() == 2000
    })
    .await;
    eventually("the queue is empty", 30, async || {
        house.waiting("one.work").await == 0
    })
    .await;
    working.stop().await;
    assert_eq!(house.waiting("one.work").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_says_its_facts_once_even_if_its_message_comes_twice() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    let journal = house.journal(None);
    let working = house.work("one.work", Step(|_| async { Ok(()) }), &publisher);
    for _ in 0..2 {
        publisher.publish(received(1, "one.work")).await.unwrap();
    }
    eventually("both copies are worked on", 20, async || {
        journal.told(FactName::Delivered).values().sum::<usize>() == 2
    })
    .await;
    working.stop().await;
    let entries = journal.entries.lock().unwrap();
    let facts = entries
        .iter()
        .flat_map(|entry| &entry.event)
        .flat_map(|event| &event.facts);
    let mut ids: Vec<_> = facts
        .filter(|f| f.name() == FactName::Delivered)
        .map(|f| f.id)
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "one id, however often it is said");
}

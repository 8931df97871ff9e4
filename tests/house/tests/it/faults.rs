//! "Nothing is lost": a crowd is sending, something breaks, and afterwards every accepted
//! application has exactly one outcome, a complete journal whose chain holds, and the queues are
//! empty, without anybody's help.

use std::sync::Arc;
use std::time::{Duration, Instant};

use house::proof::{kezekctl, nothing_is_lost, queue_lengths};
use house::{Crowd, Row, Table};
use rig::{Rig, wait_for};

use crate::double::Doubler;
use crate::{SOON, house};

/// Applications in each fault's crowd; each brings two reports back, so three times as many messages.
const CROWD: usize = 240;
/// From the end of the fault to the last result.
const LIMIT: Duration = Duration::from_mins(3);

/// Waits until the crowd is well under way: a tenth has been delivered to a provider.
async fn under_way(rig: &Rig, before: usize) {
    wait_for("a crowd under way", Duration::from_mins(1), async || {
        let mut delivered = 0;
        for provider in ["committee", "national-archive"] {
            delivered += rig.outside.ledger(provider).await?.len();
        }
        Ok((delivered >= before + CROWD / 10).then_some(()))
    })
    .await
    .unwrap();
}

/// What a house has lived through: everything it ever accepted, and the copies that providers
/// absorbed by then.
#[derive(Default)]
struct Past {
    crowd: Crowd,
    copies: u64,
}

/// A crowd sends, `harm` is done and undone in the midst of it, the proof is made, a row is printed.
async fn through(rig: &Arc<Rig>, fault: &str, harm: impl AsyncFnOnce(&Rig)) {
    let row = through_again(rig, fault, &mut Past::default(), 0, harm).await;
    println!("{}", Table::of(vec![row]));
}

/// The same with a house that has lived through earlier crowds, each message sent `again` times more.
async fn through_again(
    rig: &Arc<Rig>,
    fault: &str,
    past: &mut Past,
    again: u32,
    harm: impl AsyncFnOnce(&Rig),
) -> Row {
    let begun = Instant::now();
    let before = past.crowd.accepted.len();
    let sending = Crowd::sends(rig, CROWD, again).await.unwrap();
    under_way(rig, before).await;
    harm(rig).await;
    let crowd = sending.accepted().await.unwrap();
    let repeated = crowd.repeated();
    past.crowd.accepted.extend(crowd.accepted);
    let outcomes = nothing_is_lost(rig, &past.crowd, LIMIT).await.unwrap();
    let copies_before = std::mem::replace(&mut past.copies, outcomes.copies);
    Row {
        fault: fault.to_owned(),
        accepted: past.crowd.accepted.len() - before,
        repeated,
        outcomes: outcomes.applications - before,
        absorbed: outcomes.copies - copies_before,
        took: begun.elapsed(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_of_each_service_in_turn_loses_nothing() {
    let rig = house().await;
    let names: Vec<String> = rig.services.names().map(str::to_owned).collect();
    let (mut past, mut rows) = (Past::default(), Vec::new());
    for name in names {
        let killing = async |rig: &Rig| {
            rig.services.kill9(&name).await.unwrap();
            tokio::time::sleep(Duration::from_secs(1)).await;
            rig.services.restart(&name).await.unwrap();
        };
        rows.push(through_again(&rig, &format!("kill -9 {name}"), &mut past, 0, killing).await);
    }
    println!("{}", Table::of(rows));
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_of_the_broker_loses_nothing() {
    let rig = house().await;
    through(&rig, "kill -9 broker", async |rig| {
        rig.broker.kill9().await.unwrap();
        rig.broker.restart().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_and_comes_back_loses_nothing() {
    let rig = house().await;
    through(&rig, "provider down for 8 s", async |rig| {
        rig.outside.fault("committee", "down", 0).await.unwrap();
        tokio::time::sleep(Duration::from_secs(8)).await;
        rig.outside.fault("committee", "none", 0).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_fails_or_is_down_loses_nothing() {
    let rig = house().await;
    through(&rig, "register answers 500, then is down", async |rig| {
        for fault in ["error-500", "down"] {
            rig.outside.fault("payment", fault, 0).await.unwrap();
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        rig.outside.fault("payment", "none", 0).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_garbling_register_got_parked_is_released_by_a_person_and_not_lost() {
    let rig = house().await;
    let parked = async |rig: &Rig| {
        queue_lengths(rig)
            .await
            .map(|all| all["registry.payment.parked"])
    };
    through(
        &rig,
        "register answers garbage, released by a person",
        async |rig| {
            rig.outside.fault("payment", "garbage", 0).await.unwrap();
            wait_for("a parked message", SOON, async || {
                Ok((parked(rig).await? > 0).then_some(()))
            })
            .await
            .unwrap();
            rig.outside.fault("payment", "none", 0).await.unwrap();
            wait_for("nothing parked", SOON, async || {
                kezekctl(rig, &["parked", "release", "registry.payment", "--all"]).await?;
                Ok((parked(rig).await? == 0).then_some(()))
            })
            .await
            .unwrap();
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_killed_and_emptied_loses_nothing() {
    let rig = house().await;
    through(&rig, "kill -9 Redis for 5 s", async |rig| {
        rig.redis.kill9().await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        rig.redis.restart().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_of_the_database_loses_nothing() {
    let rig = house().await;
    through(&rig, "kill -9 PostgreSQL for 5 s", async |rig| {
        rig.postgres.kill9().await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        rig.postgres.restart().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_delivered_twice_is_absorbed() {
    let rig = house().await;
    // Sent twice by the sender, doubled before every lane by us, answered twice by the providers.
    for provider in ["committee", "national-archive"] {
        rig.outside.fault(provider, "duplicate", 0).await.unwrap();
    }
    let doubler = Doubler::start(&rig).await;
    let mut past = Past::default();
    let row = through_again(&rig, "every message twice", &mut past, 1, async |_| {}).await;
    println!("{}", Table::of(vec![row]));
    let copies = doubler.stop();
    println!("copies put into the queues: {copies}");
    assert!(copies > CROWD as u64, "only {copies} copies");
}

//! "Nothing is lost": a crowd is sending, something breaks, and afterwards every accepted
//! application has exactly one outcome, a complete journal whose chain holds, and the queues are
//! empty, without anybody's help.

use std::sync::Arc;
use std::time::{Duration, Instant};

use house::proof::nothing_is_lost;
use house::{Crowd, Row, Table};
use rig::{Rig, wait_for};

use crate::house;

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

/// A crowd sends, `harm` is done and undone in the midst of it, the proof is made, a row is written.
async fn through(rig: &Arc<Rig>, fault: &str, harm: impl AsyncFnOnce(&Rig)) {
    let mut past = Crowd::default();
    through_again(rig, fault, &mut past, 0, harm).await;
}

/// The same with a house that has lived through earlier crowds.
async fn through_again(
    rig: &Arc<Rig>,
    fault: &str,
    past: &mut Crowd,
    copies: u32,
    harm: impl AsyncFnOnce(&Rig),
) {
    let begun = Instant::now();
    let before = past.accepted.len();
    let sending = Crowd::sends(rig, CROWD, copies).await.unwrap();
    under_way(rig, before).await;
    harm(rig).await;
    let crowd = sending.accepted().await.unwrap();
    let repeated = crowd.repeated();
    past.accepted.extend(crowd.accepted);
    let outcomes = nothing_is_lost(rig, past, LIMIT).await.unwrap();
    let mut table = Table::default();
    table.add(Row {
        fault: fault.to_owned(),
        accepted: past.accepted.len() - before,
        repeated,
        outcomes: outcomes.applications - before,
        absorbed: outcomes.copies,
        took: begun.elapsed(),
    });
    print!("{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_of_each_service_in_turn_loses_nothing() {
    let rig = house().await;
    let names: Vec<String> = rig.services.names().map(str::to_owned).collect();
    let mut past = Crowd::default();
    for name in names {
        through_again(
            &rig,
            &format!("kill -9 {name}"),
            &mut past,
            0,
            async |rig| {
                rig.services.kill9(&name).await.unwrap();
                tokio::time::sleep(Duration::from_secs(1)).await;
                rig.services.restart(&name).await.unwrap();
            },
        )
        .await;
    }
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
async fn a_register_that_fails_in_every_way_loses_nothing() {
    let rig = house().await;
    through(&rig, "payment register: 500, garbage, down", async |rig| {
        for fault in ["error-500", "garbage", "down"] {
            rig.outside.fault("payment", fault, 0).await.unwrap();
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        rig.outside.fault("payment", "none", 0).await.unwrap();
    })
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
    let mut past = Crowd::default();
    // Sent twice by the sender, doubled before every lane by us, answered twice by the providers.
    for provider in ["committee", "national-archive"] {
        rig.outside.fault(provider, "duplicate", 0).await.unwrap();
    }
    let doubler = crate::double::Doubler::start(&rig).await;
    through_again(&rig, "every message twice", &mut past, 1, async |_| {}).await;
    let copies = doubler.stop();
    println!("copies put into the queues: {copies}");
    assert!(copies > CROWD as u64, "only {copies} copies");
}

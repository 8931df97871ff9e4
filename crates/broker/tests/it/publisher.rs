//! Publishing when all goes well, and when the broker will not take it.

use std::{collections::BTreeSet, time::Duration};

use broker::{Health, PublishError};
use message::Detail;

use crate::support::{empty_house, eventually, house, publish_all, received};

const ONE: &str = "[[lane]]\nname = 'one.work'\nkind = 'stage'\nlength_max = 1000\n";

/// lapin numbers and sends the publishes of a shared channel in two orders, and books a returned message to any
/// publish that one confirm covers: both would show here.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_returned_message_comes_back_to_its_own_caller() {
    let house = empty_house(ONE).await;
    let one = house.map.lane("one.work").unwrap().queue();
    crate::support::furnish(&house.url, &[one]).await;
    let publisher = house.publisher();
    let tasks = (0..64).map(|task| {
        let publisher = publisher.clone();
        tokio::spawn(async move {
            for n in 0..100_u64 {
                let number = task * 1000 + n;
                // Two of three have no queue; the third is stored, and its confirm covers others.
                let lane = if number % 3 == 0 && n < 40 {
                    "one.work".to_owned()
                } else {
                    format!("nowhere.n{number}")
                };
                let publication = received(number, &lane);
                let key = publication.key.clone();
                let ended = publisher.publish(publication).await;
                if lane == "one.work" {
                    assert_eq!(ended, Ok(()), "{key}");
                } else {
                    let exchange = "kezek".to_owned();
                    assert_eq!(ended, Err(PublishError::Unroutable { exchange, key }));
                }
            }
        })
    });
    for task in futures::future::join_all(tasks).await {
        task.expect("every answer was the caller's own");
    }
    assert!(publisher.close(Duration::from_secs(10)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_full_queue_refuses_is_kept_and_stored_once_there_is_room() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    publish_all(&publisher, 0..1000, "one.work").await;
    let more = {
        let publisher = publisher.clone();
        tokio::spawn(async move { publish_all(&publisher, 1000..1300, "one.work").await })
    };
    let (mut number, limit) = (9000, Duration::from_millis(300));
    eventually("the queue is full and the broker refuses", 30, async || {
        number += 1;
        let ended = publisher
            .publish_within(received(number, "one.work"), limit)
            .await;
        ended == Err(PublishError::Unconfirmed(limit))
    })
    .await;
    assert!(!more.is_finished(), "the queue is full");

    let mut stored = BTreeSet::new();
    eventually("the rest is stored", 30, async || {
        stored.extend(house.empty("one.work").await.iter().map(reference));
        more.is_finished()
    })
    .await;
    more.await.unwrap();
    stored.extend(house.empty("one.work").await.iter().map(reference));
    stored.retain(|reference| !reference.starts_with('9') || reference.len() < 4);
    let all: BTreeSet<String> = (0..1300).map(|n| n.to_string()).collect();
    assert_eq!(stored, all);
    assert!(publisher.health().borrow().is_connected());
}

fn reference(delivery: &lapin::message::Delivery) -> String {
    let event = wire::decode(&delivery.data).expect("a message of ours");
    event.message.expect("a message").sender.reference
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_carries_its_ids_and_is_persistent() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    let publication = received(7, "one.work");
    publisher.publish(publication.clone()).await.unwrap();
    let stored = house.empty("one.work").await.remove(0);
    let fact = publication.event.facts.last().unwrap();
    assert_eq!(fact.detail, Detail::Received);
    let id = stored.properties.message_id().as_ref().unwrap();
    assert_eq!(id.as_str(), fact.id.to_string());
    assert_eq!(*stored.properties.delivery_mode(), Some(2));
    let at = u64::try_from(fact.at.as_second()).unwrap();
    assert_eq!(*stored.properties.timestamp(), Some(at));
    assert_eq!(wire::decode(&stored.data).unwrap(), publication.event);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_waits_for_what_is_under_way_and_takes_nothing_more() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    let all = {
        let publisher = publisher.clone();
        tokio::spawn(async move { publish_all(&publisher, 0..100, "one.work").await })
    };
    eventually("publishing has begun", 20, async || {
        house.waiting("one.work").await > 0
    })
    .await;
    all.await.unwrap();
    assert!(publisher.close(Duration::from_secs(10)).await);
    let late = publisher.publish(received(101, "one.work")).await;
    assert_eq!(late, Err(PublishError::Closed));
    assert_eq!(house.waiting("one.work").await, 100);
}

#[tokio::test]
async fn without_a_broker_nobody_is_told_that_it_is_stored() {
    let config = broker::Config::new("amqp://guest:guest@127.0.0.1:1/%2f");
    let publisher = broker::Publisher::start(&config, "test");
    let limit = Duration::from_millis(200);
    let ended = publisher
        .publish_within(received(1, "one.work"), limit)
        .await;
    assert_eq!(ended, Err(PublishError::Unconfirmed(limit)));
    assert!(matches!(*publisher.health().borrow(), Health::Down(_)));
    assert!(
        publisher.close(Duration::from_secs(10)).await,
        "nobody waits for it any more"
    );
}

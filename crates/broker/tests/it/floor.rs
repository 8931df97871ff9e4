//! The chain without work: everything that goes in comes out, and the queues go.

use std::{collections::BTreeSet, time::Duration};

use broker::{Floor, FloorError};
use bytes::Bytes;
use lapin::{options::QueueDeclareOptions, types::FieldTable};
use tokio::{sync::mpsc, time::timeout};

use crate::support::{amqp, empty_house};

#[tokio::test]
async fn everything_passes_every_hop_and_the_queues_are_gone_afterwards() {
    let house = empty_house("[[lane]]\nname = 'a.b'\nkind = 'stage'").await;
    let (arrivals, mut arrived) = mpsc::unbounded_channel();
    let floor = Floor::build(&house.config, 3, arrivals).await.unwrap();
    for id in 0..500 {
        floor.send(id, Bytes::from_static(b"x")).await.unwrap();
    }
    let mut ids = BTreeSet::new();
    while ids.len() < 500 {
        let arrival = timeout(Duration::from_secs(30), arrived.recv()).await;
        ids.insert(arrival.unwrap().unwrap().id);
    }
    assert_eq!(ids.last(), Some(&499));
    floor.remove().await.unwrap();
    for hop in 1..=3 {
        // A question about a queue that is gone ends the channel.
        let (_connection, channel) = amqp(&house.url).await;
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let name = format!("load.hop-{hop}");
        let asked = channel.queue_declare(name.as_str().into(), options, FieldTable::default());
        assert!(asked.await.is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_chain_without_hops_is_none() {
    let house = empty_house("[[lane]]\nname = 'a.b'\nkind = 'stage'").await;
    let (arrivals, _arrived) = mpsc::unbounded_channel();
    let built = Floor::build(&house.config, 0, arrivals).await;
    assert!(matches!(built, Err(FloorError::Hops(0))));
}

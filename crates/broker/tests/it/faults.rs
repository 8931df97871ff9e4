//! A broker that dies, hangs or is short of memory, each on a broker of its own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use broker::{Config, Health};
use flow::Map;
use message::FactName;
use rig::Broker;

use crate::support::{House, Step, eventually, publish_all, received};

/// RabbitMQ 3.10 forgets a stream for good when it is killed in the first second of the stream's life: the
/// name of its stream coordinator is written to disk half a second late. No later kill does that.
const STREAM_SETTLED: Duration = Duration::from_secs(3);

async fn own() -> (Broker, House) {
    crate::support::log();
    let broker = Broker::start().await.expect("a RabbitMQ of our own");
    let map = Map::parse(include_str!("../../../../deploy/flow.toml")).unwrap();
    let mut config = Config::new(&broker.url());
    config.confirm_ms_max = 2000;
    config.connect_ms_max = 3000;
    config.heartbeat_s = 2;
    config.reconnect_ms_max = 500;
    let house = House {
        url: broker.url(),
        config,
        map: Arc::new(map),
    };
    (broker, house)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_confirmed_is_lost_when_the_broker_is_killed_or_hangs() {
    let (broker, house) = own().await;
    let born = Instant::now();
    let publisher = house.publisher();
    let journal = house.journal(None);
    let step = Step(|_| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Ok(())
    });
    let working = house.work("registry.enis", step, &publisher);
    let publishing = {
        let publisher = publisher.clone();
        tokio::spawn(async move {
            for batch in 0..300 {
                publish_all(&publisher, batch * 20..batch * 20 + 20, "registry.enis").await;
            }
        })
    };
    eventually("work is in full swing", 60, async || {
        journal.told(FactName::Delivered).len() > 200 && born.elapsed() > STREAM_SETTLED
    })
    .await;
    broker.kill9().await.unwrap();
    eventually("everybody notices", 30, async || {
        matches!(*publisher.health().borrow(), Health::Down(_))
    })
    .await;
    broker.restart().await.unwrap();
    let before = journal.told(FactName::Delivered).len();
    eventually("work goes on after the restart", 60, async || {
        journal.told(FactName::Delivered).len() > before + 100
    })
    .await;
    broker.freeze().unwrap();
    eventually("a silent broker is noticed", 30, async || {
        matches!(*publisher.health().borrow(), Health::Down(_))
    })
    .await;
    broker.thaw().unwrap();
    publishing
        .await
        .expect("every publish was confirmed at last");
    eventually("every confirmed message is delivered", 120, async || {
        journal.told(FactName::Delivered).len() == 6000
    })
    .await;
    eventually("the queue drains without help", 60, async || {
        house.waiting("registry.enis").await == 0
    })
    .await;
    working.stop().await;
    assert_eq!(house.waiting("registry.enis").await, 0);
    assert_eq!(house.waiting("registry.enis.parked").await, 0);
    assert_eq!(journal.told(FactName::Received).len(), 6000);
    let parked = journal.told(FactName::Parked);
    assert!(parked.is_empty(), "{parked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_short_of_memory_blocks_the_publisher_and_only_him() {
    let (broker, house) = own().await;
    let publisher = house.publisher();
    publish_all(&publisher, 0..10, "registry.enis").await;
    broker
        .ctl(&["set_vm_memory_high_watermark", "0.00001"])
        .await
        .unwrap();
    let limit = Duration::from_millis(500);
    eventually("the publisher says that it is blocked", 30, async || {
        // The broker tells a connection only when it tries to publish.
        drop(
            publisher
                .publish_within(received(99, "registry.enis"), limit)
                .await,
        );
        *publisher.health().borrow() == Health::Blocked
    })
    .await;
    let working = house.work(
        "registry.enis",
        Step(|_| std::future::pending()),
        &publisher,
    );
    eventually("consumers go on", 30, async || {
        house.waiting("registry.enis").await == 0
    })
    .await;
    let waiting = {
        let publisher = publisher.clone();
        tokio::spawn(async move { publish_all(&publisher, 100..120, "registry.enis").await })
    };
    broker
        .ctl(&["set_vm_memory_high_watermark", "0.6"])
        .await
        .unwrap();
    eventually("the publisher is back", 30, async || {
        publisher.health().borrow().is_connected() && waiting.is_finished()
    })
    .await;
    waiting.await.unwrap();
    drop(working);
}

//! Refusing to run on a broker that could lose something.

use std::sync::Arc;

use broker::{CheckError, Config, LanesError, check, check_when_up, run_lanes};
use lapin::{options::QueueDeclareOptions, types::FieldTable};

use message::LaneName;
use stage::Stage;
use tokio_util::sync::CancellationToken;

use crate::support::{Step, amqp, empty_house, house, publish_all};

const ONE: &str = "[[lane]]\nname = 'one.work'\nkind = 'stage'\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_furnished_from_the_map_is_safe() {
    let house = house(ONE).await;
    check(&house.config, &house.map.queues()).await.unwrap();
    check(&house.config, &house.map.queues_of("one"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_queue_is_named_with_what_to_do() {
    let house = empty_house(ONE).await;
    let error = check(&house.config, &house.map.queues()).await.unwrap_err();
    assert!(matches!(error, CheckError::Missing { .. }), "{error:?}");
    let said = error.to_string();
    assert!(
        said.contains("queue `journal` is missing") && said.contains("import_definitions"),
        "{said}"
    );
    let still = check(&house.config, &house.map.queues()).await.unwrap_err();
    assert!(
        matches!(still, CheckError::Missing { .. }),
        "looking makes nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_could_lose_messages_is_refused_with_the_difference() {
    let house = house(ONE).await;
    let (_connection, channel) = amqp(&house.url).await;
    let delete = lapin::options::QueueDeleteOptions::default();
    channel
        .queue_delete("one.work".into(), delete)
        .await
        .unwrap();
    let classic = channel.queue_declare(
        "one.work".into(),
        QueueDeclareOptions::durable(),
        FieldTable::default(),
    );
    classic.await.unwrap();
    let error = check(&house.config, &house.map.queues()).await.unwrap_err();
    assert!(matches!(error, CheckError::Unsafe { .. }), "{error:?}");
    let said = error.to_string();
    assert!(
        said.contains("`one.work`")
            && said.contains("x-dead-letter") | said.contains("x-queue-type"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_waits_for_a_broker_that_is_not_there_yet_until_it_is_told_to_stop() {
    let house = house(ONE).await;
    let stop = CancellationToken::new();
    let queues = house.map.queues();
    assert!(check_when_up(&house.config, &queues, &stop).await.unwrap());
    let nobody = Config::new("amqp://guest:guest@127.0.0.1:1/%2f");
    let waiting = check_when_up(&nobody, &queues, &stop);
    let stopping = async {
        tokio::task::yield_now().await;
        stop.cancel();
    };
    let (waited, ()) = tokio::join!(waiting, stopping);
    assert!(!waited.unwrap());
}

const TWO: &str = "[[lane]]\nname = 'one.work'\nkind = 'stage'\n\
     [[lane]]\nname = 'one.rest'\nkind = 'stage'\n";

/// A stage that lets everything pass, on each of `lanes`.
fn passing(lanes: &[&str]) -> Vec<(LaneName, Arc<dyn Stage>)> {
    let stage: Arc<dyn Stage> = Arc::new(Step(async |_| Ok(())));
    let stages = lanes.iter().map(|lane| {
        let name = LaneName::new(lane).unwrap();
        (name, Arc::clone(&stage))
    });
    stages.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_lanes_of_a_service_are_worked_until_it_is_told_to_stop() {
    let house = house(TWO).await;
    let publisher = house.publisher();
    publish_all(&publisher, 0..5, "one.work").await;
    publish_all(&publisher, 5..10, "one.rest").await;
    let stop = CancellationToken::new();
    let mut was_up = false;
    let working = run_lanes(
        house.config.clone(),
        Arc::clone(&house.map),
        "one",
        passing(&["one.work", "one.rest"]),
        stop.clone(),
        || was_up = true,
    );
    let watching = async {
        let heard = house.journal(None);
        crate::support::eventually("all ten delivered", 30, async || {
            heard.told(message::FactName::Delivered).len() == 10
        })
        .await;
        heard.stop.cancel();
        stop.cancel();
    };
    let (worked, ()) = tokio::join!(working, watching);
    worked.unwrap();
    assert!(was_up);
}

#[tokio::test(flavor = "multi_thread")]
async fn lanes_are_not_worked_on_a_broker_that_could_lose_their_messages() {
    let house = empty_house(ONE).await;
    let stop = CancellationToken::new();
    let start = |lanes: &[&str]| {
        let (config, map) = (house.config.clone(), Arc::clone(&house.map));
        let is_up = || panic!("it is not up");
        run_lanes(config, map, "one", passing(lanes), stop.clone(), is_up)
    };
    let missing = start(&["one.work"]).await.unwrap_err();
    assert!(
        matches!(missing, LanesError::Check(CheckError::Missing { .. })),
        "{missing}"
    );
    let unknown = start(&["one.word"]).await.unwrap_err();
    assert!(matches!(unknown, LanesError::Map(_)), "{unknown}");
}

//! Refusing to run on a broker that could lose something.

use broker::{CheckError, Config, check, check_when_up};
use lapin::{options::QueueDeclareOptions, types::FieldTable};

use crate::support::{amqp, empty_house, house};

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
    let stop = tokio_util::sync::CancellationToken::new();
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

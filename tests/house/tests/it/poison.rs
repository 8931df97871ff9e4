//! Poison: bytes that no stage can read, put into every lane that is worked. (A mailbox sets them aside when its
//! owner looks, which the tests of `broker` hold.)

use std::time::Duration;

use house::proof::{is_mailbox, nothing_is_lost, queue_lengths};
use house::{Crowd, Dice};
use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Connection, ConnectionProperties};
use rig::wait_for;

use crate::{SOON, house};

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_message_is_parked_and_hinders_nobody() {
    let rig = house().await;
    let sending = Crowd::sends(&rig, 60, 0, &mut Dice::new(0, "poison"))
        .await
        .unwrap();
    let connection = Connection::connect(&rig.broker.url(), ConnectionProperties::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    let lanes: Vec<String> = queue_lengths(&rig)
        .await
        .unwrap()
        .into_keys()
        .filter_map(|queue| Some(queue.strip_suffix(".parked")?.to_owned()))
        .filter(|lane| !is_mailbox(lane))
        .collect();
    assert!(lanes.len() >= 10, "{lanes:?}");
    for lane in &lanes {
        let durable = BasicProperties::default().with_delivery_mode(2);
        channel
            .basic_publish(
                "".into(),
                lane.as_str().into(),
                BasicPublishOptions::default(),
                b"\xff\xfe this is no message",
                durable,
            )
            .await
            .unwrap();
    }
    let crowd = sending.accepted().await.unwrap();
    nothing_is_lost(&rig, &crowd, Duration::from_mins(2), &|_| {})
        .await
        .unwrap();
    wait_for("one parked message in each lane", SOON, async || {
        let lengths = queue_lengths(&rig).await?;
        let parked = |lane: &String| lengths.get(&format!("{lane}.parked")) == Some(&1);
        let missing: Vec<&String> = lanes.iter().filter(|lane| !parked(lane)).collect();
        anyhow::ensure!(missing.is_empty(), "not in {missing:?}");
        Ok(Some(()))
    })
    .await
    .unwrap();
}

//! In which lane each message stands, and since when.

use std::collections::HashMap;

use flow::Map;
use message::{Detail, Event, NotificationOutcome};
use monitor::{batch::Batch, ingest::entry, whereabouts::Ways};
use stage::Publication;

use crate::{
    samples::{application, at, fact, failed, lane, parked, refused, way},
    support::Ground,
};

pub(crate) fn ways() -> Ways {
    let deployed = rig::repository().join("deploy/flow.toml");
    Ways::of(&Map::load(&deployed).unwrap())
}

/// What application `seed` was told of under `key`, `second` seconds after the start.
fn read(offset: u64, key: &str, seed: u64, second: i64, detail: Detail) -> broker::Entry {
    let message = application(seed);
    let told = fact(&message, second, detail);
    broker::Entry {
        offset,
        key: key.to_owned(),
        size: 0,
        event: Ok(Event::new(vec![told], message)),
        dead: None,
    }
}

fn verified() -> Detail {
    Detail::Verified { signers: vec![] }
}

/// What the stream has brought, in two batches, of which the second begins at `cut`.
async fn written(ground: &Ground, read: Vec<broker::Entry>, cut: i64) {
    let mut writer = ground.writer().await;
    let mut entries: Vec<_> = read.into_iter().map(|e| entry(e, &ways())).collect();
    let rest = entries.split_off(usize::try_from(cut).unwrap());
    writer.write(&Batch::new(entries, 0)).await.unwrap();
    writer.write(&Batch::new(rest, cut)).await.unwrap();
}

#[tokio::test]
async fn a_message_stands_in_a_lane_from_its_coming_to_its_going_through_every_failed_try() {
    let ground = Ground::new("standing").await;
    let (verify, committee) = ("signature.verify", "router.committee");
    let all = vec![
        read(0, "received.signature.verify", 1, 0, Detail::Received),
        read(1, "received.signature.verify", 2, 1, Detail::Received),
        read(2, "received.signature.verify", 3, 2, Detail::Received),
        read(3, "verified.router.committee", 1, 5, verified()),
        read(
            4,
            "attempt-failed.5s.router.committee",
            1,
            9,
            failed(committee, 1),
        ),
        read(
            5,
            "attempt-failed.5s.signature.verify",
            2,
            10,
            failed(verify, 1),
        ),
        read(6, "refused", 3, 11, refused("signature-invalid")),
        read(
            7,
            "attempt-failed.30s.router.committee",
            1,
            12,
            failed(committee, 2),
        ),
    ];
    written(&ground, all, 5).await;
    let asked = [verify, committee, "router.route"];
    let oldest = ground.store.oldest(&asked).await.unwrap();
    let expected = [(verify, at(1)), (committee, at(5))].map(|(lane, at)| (lane.to_owned(), at));
    assert_eq!(oldest, HashMap::from(expected));
}

#[tokio::test]
async fn what_stands_aside_is_in_no_lane_until_it_is_released() {
    let ground = Ground::new("standing_aside").await;
    let committee = "router.committee";
    let released = Detail::Released {
        lane: lane(committee),
    };
    let mut given_up = read(2, committee, 2, 3, verified());
    given_up.dead = Some(broker::DeadLetter {
        lane: committee.to_owned(),
        code: &fault::inside::DELIVERY_LIMIT,
        at: None,
    });
    let all = vec![
        read(0, "verified.router.committee", 1, 1, verified()),
        read(1, "verified.router.committee", 2, 2, verified()),
        given_up,
        read(3, "parked.at.router.committee", 1, 4, parked(committee)),
    ];
    written(&ground, all, 2).await;
    assert_eq!(
        ground.store.oldest(&[committee]).await.unwrap(),
        HashMap::new()
    );
    assert_eq!(ground.sql("SELECT count(*) FROM standing").await, "0");

    let mut writer = ground.writer().await;
    let again = read(4, "released.router.committee", 1, 60, released);
    let again = Batch::new([entry(again, &ways())], 4);
    writer.write(&again).await.unwrap();
    let oldest = ground.store.oldest(&[committee]).await.unwrap();
    assert_eq!(oldest[committee], at(60));
}

#[test]
fn a_letter_to_the_applicant_moves_no_message() {
    let ways = ways();
    let message = application(1);
    let told = |key: &str, detail: Detail| {
        let event = Event::new(vec![fact(&message, 1, detail)], message.clone());
        ways.stand(key, &event, None)
    };
    let notified = Detail::Notified {
        of: fact(&message, 0, Detail::Received).id,
        channel: "email".to_owned(),
        outcome: NotificationOutcome::Sent,
        recipient_masked: String::new(),
    };
    assert_eq!(told("notified", notified), None);
    assert_eq!(
        told(
            "attempt-failed.5s.notifier.email",
            failed("notifier.email", 1)
        ),
        None
    );
    assert_eq!(
        told("parked.at.notifier.email", parked("notifier.email")),
        None
    );
    assert!(told("delivered", Detail::Received).unwrap().lane.is_none());
}

#[test]
fn every_key_that_a_step_publishes_under_is_understood() {
    let ways = ways();
    for event in way(1) {
        let to = lane("router.route");
        let passed = Publication::pass(event.clone(), &to).unwrap();
        let stand = ways.stand(&passed.key, &passed.event, None).unwrap();
        assert_eq!(stand.lane.as_deref(), Some("router.route"));
        let ended = Publication::end(event).unwrap();
        assert_eq!(
            ways.stand(&ended.key, &ended.event, None).unwrap().lane,
            None
        );
    }
}

use std::time::Duration;

use fault::Blame;
use jiff::Timestamp;
use message::{Detail, Event, FactName};
use monitor::{
    batch::Entry,
    ingest::{Ingest, entry},
    metrics::JournalMeter,
    status::{Status, standing},
    store::Store,
};
use sqlx::{ConnectOptions, Executor};

use crate::{
    samples::{application, at, batch, entries, fact, number, way},
    standing::ways,
    support::{Ground, rules},
};

fn ingest(ground: &Ground) -> Ingest {
    let meter = JournalMeter::default();
    let store = ground.store.clone();
    Ingest::new(store, ways(), Duration::ZERO, meter, Timestamp::now)
}

#[tokio::test]
async fn an_entry_that_the_database_refuses_is_noted_and_stops_nothing() {
    let ground = Ground::new("poisoned").await;
    let mut owner = ground.options("kezek_owner").connect().await.unwrap();
    owner
        .execute("ALTER TABLE journal ADD CHECK (by <> 'poison')")
        .await
        .unwrap();
    let mut events = way(1);
    events[2].facts[0].by = "poison".to_owned();
    let all = entries(0, events);
    let mut ingest = ingest(&ground);
    // The stream hands the same batch over until it is taken.
    assert!(ingest.store(all.clone()).await.is_err());
    ingest.store(all).await.unwrap();
    assert_eq!(ground.sql("SELECT count(*) FROM journal").await, "4");
    let noted = ground
        .sql("SELECT stream_offset, why FROM unreadable")
        .await;
    assert!(noted.starts_with("2|the database refuses it"), "{noted}");
    assert_eq!(ground.store.next_offset().await.unwrap(), 5);
    assert!(ground.store.verify(None).await.unwrap().is_whole());
}

#[tokio::test]
async fn while_another_instance_writes_batches_are_refused_and_then_taken_once() {
    let ground = Ground::new("two_writers").await;
    let mut first = ground.writer().await;
    let mut second = ingest(&ground);
    assert_eq!(second.begin().await.unwrap(), None);
    let all = entries(0, way(1).into_iter().chain(way(2)).collect());
    let fault = second.store(all.clone()).await.unwrap_err();
    assert_eq!(fault.blame, Blame::Lane);
    // The first writer stores the beginning of the same stream and goes.
    first.write(&batch(0, way(1))).await.unwrap();
    drop(first);
    while second.store(all.clone()).await.is_err() {}
    assert_eq!(ground.sql("SELECT count(*) FROM journal").await, "12");
    assert!(ground.store.verify(None).await.unwrap().is_whole());
}

#[tokio::test]
async fn a_writer_whose_connection_was_forgotten_on_its_way_connects_anew() {
    let ground = Ground::new("forgotten").await;
    let server = ([127, 0, 0, 1], ground.server.port()).into();
    let line = rig::Line::to(vec![server]).await.unwrap();
    let options = ground.options("kezek_monitor").port(line.address().port());
    let store = Store::new(options, 2, Duration::from_secs(5), rules());
    let store = store.answering_within(Duration::from_secs(1));
    let meter = JournalMeter::default();
    let mut ingest = Ingest::new(store, ways(), Duration::ZERO, meter, Timestamp::now);
    while ingest.store(entries(0, way(1))).await.is_err() {}
    line.set(rig::Mode::HalfOpen);
    let more = entries(5, way(2));
    assert!(ingest.store(more.clone()).await.is_err());
    line.set(rig::Mode::Well);
    while ingest.store(more.clone()).await.is_err() {}
    assert_eq!(ground.store.next_offset().await.unwrap(), 10);
    assert!(ground.store.verify(None).await.unwrap().is_whole());
}

#[tokio::test]
async fn a_writer_whose_session_the_server_ends_goes_on_where_the_table_says() {
    let ground = Ground::new("session_ended").await;
    let mut ingest = ingest(&ground);
    ingest.store(entries(0, way(1))).await.unwrap();
    ground
        .sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = 'session_ended' AND usename = 'kezek_monitor'",
        )
        .await;
    let more = entries(5, way(2));
    assert!(ingest.store(more.clone()).await.is_err());
    while ingest.store(more.clone()).await.is_err() {}
    assert_eq!(ground.sql("SELECT count(*) FROM journal").await, "12");
}

#[test]
fn a_message_that_the_broker_gave_up_is_parked_from_then_on() {
    let message = application(1);
    let told = fact(&message, 7, Detail::Received);
    let read = broker::Entry {
        offset: 3,
        key: "signature.verify".to_owned(),
        size: 0,
        event: Ok(Event::new(vec![told.clone()], message)),
        dead: Some(broker::DeadLetter {
            lane: "signature.verify".to_owned(),
            code: &fault::inside::DELIVERY_LIMIT,
            at: Some(at(6)),
        }),
    };
    let Entry {
        offset, content, ..
    } = entry(read, &ways());
    let facts = content.unwrap().facts;
    assert_eq!((offset, facts.len()), (3, 2));
    assert_eq!(facts[0], told);
    assert_eq!((facts[1].name(), facts[1].at), (FactName::Parked, at(7)));
    let known = standing(number(1), &facts).unwrap();
    assert_eq!(known.status, Status::Parked);
    assert_eq!(
        known.reason.unwrap().code.as_deref(),
        Some("delivery-limit")
    );
}

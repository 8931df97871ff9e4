//! A flood: what became overdue while nobody looked is told at a bounded pace, and the journal goes on meanwhile.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use message::Detail;
use monitor::clock::Clock;
use sqlx::ConnectOptions;

use crate::{
    clockwork::{Recorder, add, received, said, settings},
    samples::{application, at, fact},
    support::Ground,
};

/// Applications that are overdue at once.
const FLOOD: u64 = 100_000;

/// Puts [`FLOOD`] received applications into the tables, as the journal's writer would in a hundred batches. The
/// hashes of the chain are left out: nobody walks it here.
async fn flooded(ground: &Ground) {
    let mut database = ground.options("postgres").connect().await.unwrap();
    let (mut numbers, mut ids, mut facts, mut ats) = (vec![], vec![], vec![], vec![]);
    for seed in 1..=FLOOD {
        let message = application(seed);
        let told = fact(
            &message,
            i64::try_from(seed / 1000).unwrap(),
            Detail::Received,
        );
        numbers.push(message.number.to_string());
        ids.push(message.id.as_uuid());
        facts.push(told.id.as_uuid());
        ats.push(told.at.to_sqlx());
    }
    for table in [
        "INSERT INTO messages (message_id, number, kind, service, channel, sender, sender_reference,
                               received_at, media_type, document, document_sha256, attachments)
         SELECT id, number, 'application', 'apostille', 'portal', 'portal', number, at,
                'application/json', '{}', sha256('{}'), '[]' FROM given",
        "INSERT INTO journal (position, fact_id, name, message_id, number, at, by, detail,
                              stream_offset, previous_hash, hash)
         SELECT place, fact, 'received', id, number, at, 'intake', '{\"fact\":\"received\"}',
                place, sha256(''), sha256('') FROM given",
        "INSERT INTO applications (number, message_id, service, channel, status, received_at,
                                   updated_at)
         SELECT number, id, 'apostille', 'portal', 'received', at, at FROM given",
        "INSERT INTO deadlines (number, step, service, began_at, near_at, due_at, told_percent,
                                next_at, awaits_notice)
         SELECT number, 6, 'apostille', at, at + interval '7.5 s', at + interval '15 s', 0,
                at + interval '7.5 s', false FROM given",
    ] {
        let given = "WITH given AS (SELECT * FROM UNNEST($1::text[], $2::uuid[], $3::uuid[],
                     $4::timestamptz[]) WITH ORDINALITY AS g (number, id, fact, at, place))";
        sqlx::query(sqlx::AssertSqlSafe(format!("{given} {table}")))
            .bind(&numbers)
            .bind(&ids)
            .bind(&facts)
            .bind(&ats)
            .execute(&mut database)
            .await
            .unwrap();
    }
    ground.sql("ANALYZE").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_overdue_at_once_are_told_in_bounded_batches_oldest_first_while_ingest_goes_on()
 {
    let ground = Ground::new("flood").await;
    flooded(&ground).await;
    let mut writer = ground.writer().await;
    let recorder = Arc::new(Recorder::default());
    let (clock, done) = (
        Clock::new(
            ground.store.clone(),
            Arc::<Recorder>::clone(&recorder),
            settings(1000),
        ),
        Arc::new(AtomicBool::new(false)),
    );
    let telling = {
        let (done, news) = (Arc::clone(&done), Arc::clone(&recorder));
        tokio::spawn(async move {
            let mut batches = Vec::new();
            loop {
                let look = clock.look(at(10_000)).await.unwrap();
                if look.claimed == 0 {
                    done.store(true, Ordering::Relaxed);
                    news.news.notify_one();
                    return batches;
                }
                batches.push(look.told);
            }
        })
    };
    // Meanwhile the journal takes in what is told, and new applications.
    let (mut told, mut seed) = (Vec::new(), FLOOD);
    loop {
        recorder.news.notified().await;
        let last = done.load(Ordering::Relaxed);
        let events = recorder.take();
        told.extend(events.iter().flat_map(|event| event.facts.clone()));
        seed += 1;
        let mut news = events;
        news.push(received(seed, 10_000));
        add(&mut writer, news).await;
        if last {
            break;
        }
    }
    let batches = telling.await.unwrap();
    assert!(batches.iter().all(|told| *told <= 1000), "{batches:?}");
    assert_eq!(
        batches.iter().sum::<usize>(),
        usize::try_from(FLOOD).unwrap()
    );
    assert!(
        told.iter()
            .all(|fact| said(&fact.detail) == "step 6 passed")
    );
    let ends: Vec<Timestamp> = told
        .iter()
        .filter_map(|fact| match fact.detail {
            Detail::DeadlinePassed { due_at, .. } => Some(due_at),
            _ => None,
        })
        .collect();
    assert!(ends.is_sorted(), "oldest first");
    let stored = ground
        .sql("SELECT count(*) FROM journal WHERE name = 'deadline-passed'")
        .await;
    assert_eq!(stored, FLOOD.to_string());
    assert!(seed - FLOOD > 2, "applications were taken in meanwhile");
    let late = ground.store.pressed(None, at(10_000)).await.unwrap().late;
    assert_eq!(u64::try_from(late).unwrap(), FLOOD);
    let left = ground.store.oldest_due(at(10_000)).await.unwrap();
    assert_eq!(left, None);
}

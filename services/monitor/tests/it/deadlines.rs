//! The clock against a private PostgreSQL: what is due is told once, oldest first, whoever looks and dies.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use message::{Detail, Event, Outcome};
use monitor::clock::{Clock, Look};

use crate::{
    clockwork::{Recorder, add, clock, closed, happened, ids, look, received, row, said, settings},
    samples::{at, fact, issued, report, way},
};

#[tokio::test]
async fn each_warning_and_the_end_are_told_once_and_the_row_goes_with_the_step() {
    // Step 6 (the signature) may take 15 s: warned at 7.5 and 12.
    let (ground, mut writer) = happened("told_once", vec![received(1, 0)]).await;
    let (clock, recorder) = clock(&ground);
    assert_eq!(look(&clock, 7).await, Look::default());
    for (second, expected) in [
        (8, "step 6 near 50"),
        (12, "step 6 near 80"),
        (16, "step 6 passed"),
    ] {
        let once = Look {
            claimed: 1,
            told: 1,
        };
        assert_eq!(look(&clock, second).await, once);
        assert_eq!(look(&clock, second).await, Look::default());
        let told = recorder.take();
        let detail = &told[0].facts[0].detail;
        assert_eq!(said(detail), expected);
        if let Detail::DeadlinePassed { due_at, .. } = detail {
            assert_eq!(*due_at, at(15));
        }
        // What the journal says of it changes nothing.
        add(&mut writer, told).await;
        assert_eq!(look(&clock, second).await, Look::default());
    }
    assert_eq!(look(&clock, 1000).await, Look::default());
    assert_eq!(row(&ground).await, "6|100||t|2026-11-22 07:00:15+00");
    assert!(ground.store.verify(None).await.unwrap().is_whole());

    add(&mut writer, way(1)).await;
    let steps = ground.sql("SELECT step FROM deadlines").await;
    assert_eq!(steps, "11", "delivered: the result is what is waited for");
    let answer = report(9, 1, "committee", crate::samples::result(Outcome::Granted));
    let granted = fact(&answer, 60, issued("committee", Outcome::Granted));
    add(&mut writer, vec![Event::new(vec![granted], answer)]).await;
    assert_eq!(row(&ground).await, "");
}

#[tokio::test]
async fn who_is_late_already_is_not_told_that_he_is_near_it() {
    let (ground, mut writer) = happened("superseded", vec![received(1, 0)]).await;
    let (clock, recorder) = clock(&ground);
    look(&clock, 16).await;
    assert_eq!(recorder.said(), ["step 6 passed"]);
    look(&clock, 17).await;
    assert_eq!(recorder.said(), [] as [&str; 0]);
    // Of two warnings that were missed only the later one is told.
    add(&mut writer, vec![received(2, 100)]).await;
    look(&clock, 113).await;
    assert_eq!(recorder.said(), ["step 6 near 80"]);
}

#[tokio::test]
async fn of_two_clocks_each_deadline_is_told_by_one() {
    let events = (1..=400).map(|seed| received(seed, 0)).collect();
    let (ground, _writer) = happened("two_clocks", events).await;
    let recorder = Arc::new(Recorder::default());
    let work = async || {
        let clock = Clock::new(
            ground.store.clone(),
            Arc::<Recorder>::clone(&recorder),
            settings(30),
        );
        let mut told = 0;
        loop {
            let look = clock.look(at(20)).await.unwrap();
            if look.claimed == 0 {
                return told;
            }
            told += look.told;
        }
    };
    let (first, second) = tokio::join!(work(), work());
    assert_eq!(first + second, 400);
    assert!(first > 0 && second > 0, "{first} {second}");
    let told = ids(&recorder.take());
    assert_eq!(
        (told.len(), told.iter().collect::<HashSet<_>>().len()),
        (400, 400)
    );
}

#[tokio::test]
async fn a_clock_killed_between_publish_and_note_is_followed_by_the_same_fact_which_is_stored_once()
{
    let (ground, mut writer) = happened("killed", vec![received(1, 0)]).await;
    let (first, recorder) = clock(&ground);
    recorder.hangs.store(true, Ordering::Relaxed);
    let killed = tokio::spawn(async move { first.look(at(16)).await });
    while recorder.told.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    killed.abort();
    let told = recorder.take();

    let (second, recorder) = clock(&ground);
    assert_eq!(look(&second, 70).await, Look::default(), "still claimed");
    assert_eq!(look(&second, 77).await.told, 1);
    let again = recorder.take();
    assert_eq!(ids(&told), ids(&again));
    assert!(told[0].facts[0].at < again[0].facts[0].at);
    add(&mut writer, [told, again].concat()).await;
    let stored = ground
        .sql("SELECT count(*) FROM journal WHERE name = 'deadline-passed'")
        .await;
    assert_eq!(stored, "1");
}

#[tokio::test]
async fn what_the_broker_did_not_confirm_is_told_again_when_the_claim_ends() {
    let (ground, _writer) = happened("unconfirmed", vec![received(1, 0)]).await;
    let (clock, recorder) = clock(&ground);
    recorder.refuses.store(true, Ordering::Relaxed);
    let claimed = look(&clock, 16).await;
    assert_eq!((claimed.claimed, claimed.told), (1, 0));
    recorder.refuses.store(false, Ordering::Relaxed);
    assert_eq!(look(&clock, 20).await, Look::default());
    assert_eq!(look(&clock, 77).await.told, 1);
    let told = ids(&recorder.take());
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn deadlines_made_anew_are_the_same_and_other_rules_make_them_anew() {
    let mut events: Vec<Event> = (1..=30).flat_map(way).collect();
    events.extend((31..=60).map(|seed| received(seed, 0)));
    events.push(closed("router.committee", 3));
    let (ground, mut writer) = happened("anew", events).await;
    let (clock, recorder) = clock(&ground);
    look(&clock, 16).await;
    add(&mut writer, recorder.take()).await;
    let all = "SELECT number, step, service, began_at, near_at, due_at, paused_since, pause_reason,
                      waits_for, told_percent, next_at, awaits_notice
               FROM deadlines ORDER BY number, step";
    let before = ground.sql(all).await;
    assert_eq!(before.lines().count(), 60);
    assert_eq!(ground.store.make_deadlines_anew(at(20)).await.unwrap(), 60);
    assert_eq!(ground.sql(all).await, before);
    // By the same rules there is nothing to do; after other ones all is made from nothing.
    assert_eq!(ground.store.make_deadlines_anew(at(20)).await.unwrap(), 0);
    ground
        .sql("TRUNCATE deadlines; UPDATE deadline_rules SET fingerprint = 'old'")
        .await;
    assert_eq!(ground.store.make_deadlines_anew(at(20)).await.unwrap(), 60);
    assert_eq!(ground.sql(all).await, before);
}

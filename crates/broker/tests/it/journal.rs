//! Reading the journal.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use broker::{Entry, Reader, read_journal, recent_offset};
use fault::{Fault, inside};
use message::FactName;
use tokio_util::sync::CancellationToken;

use crate::support::{eventually, house, publish_all};

const ONE: &str = "[[lane]]\nname = 'one.work'\nkind = 'stage'\n";

#[tokio::test(flavor = "multi_thread")]
async fn reading_goes_on_after_the_last_offset_that_was_taken() {
    let house = house(ONE).await;
    let publisher = house.publisher();
    publish_all(&publisher, 0..300, "one.work").await;
    let first = house.journal(None);
    eventually("300 entries are heard", 20, async || {
        first.entries.lock().unwrap().len() >= 300
    })
    .await;
    first.stop.cancel();
    let offsets: Vec<u64> = first
        .entries
        .lock()
        .unwrap()
        .iter()
        .map(|e| e.offset)
        .collect();
    assert_eq!(offsets, (0..300).collect::<Vec<u64>>());
    assert_eq!(first.entries.lock().unwrap()[0].key, "received.one.work");

    publish_all(&publisher, 300..310, "one.work").await;
    let second = house.journal(Some(150));
    eventually("the rest is heard", 20, async || {
        second.entries.lock().unwrap().len() >= 159
    })
    .await;
    let offsets: Vec<u64> = second
        .entries
        .lock()
        .unwrap()
        .iter()
        .map(|e| e.offset)
        .collect();
    assert_eq!(offsets, (151..310).collect::<Vec<u64>>());
    assert_eq!(second.told(FactName::Received).len(), 159);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_where_the_journal_stands_misses_nothing_that_comes_after() {
    let house = house(ONE).await;
    assert_eq!(recent_offset(&house.config).await.unwrap(), None);
    let publisher = house.publisher();
    publish_all(&publisher, 0..300, "one.work").await;
    let stands = recent_offset(&house.config).await.unwrap();
    assert!(stands.is_some_and(|offset| offset < 300), "{stands:?}");
    publish_all(&publisher, 300..310, "one.work").await;
    let heard = house.journal(stands);
    eventually("what came after is heard", 20, async || {
        let entries = heard.entries.lock().unwrap();
        entries.last().is_some_and(|entry| entry.offset == 309)
    })
    .await;
    assert!(heard.entries.lock().unwrap().iter().all(|e| e.size > 0));
}

/// Fails on every second batch, having kept nothing of it.
#[derive(Clone, Default)]
struct Forgetful {
    calls: Arc<Mutex<u32>>,
    kept: Arc<Mutex<Vec<u64>>>,
}

#[async_trait]
impl Reader for Forgetful {
    async fn take(&mut self, entries: Vec<Entry>) -> Result<(), Fault> {
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        if *calls % 2 == 1 {
            return Err(Fault::outage(
                &inside::STORE_OF_FACTS_UNAVAILABLE,
                "keep the facts",
            ));
        }
        self.kept
            .lock()
            .unwrap()
            .extend(entries.iter().map(|entry| entry.offset));
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_the_reader_could_not_keep_comes_again_as_a_whole() {
    let house = house(ONE).await;
    publish_all(&house.publisher(), 0..1200, "one.work").await;
    let (reader, stop) = (Forgetful::default(), CancellationToken::new());
    let task = tokio::spawn(read_journal(
        house.config.clone(),
        None,
        reader.clone(),
        stop.clone(),
    ));
    eventually("everything is kept", 30, async || {
        reader.kept.lock().unwrap().len() >= 1200
    })
    .await;
    assert_eq!(
        *reader.kept.lock().unwrap(),
        (0..1200).collect::<Vec<u64>>()
    );
    stop.cancel();
    task.await.unwrap();
}

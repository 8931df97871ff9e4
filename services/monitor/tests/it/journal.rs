use message::{Detail, Event};
use monitor::{
    batch::{Batch, Entry, Undecodable},
    chain::Hash,
    store::{StoreError, WriteError, migrate},
};
use sqlx::ConnectOptions;

use crate::{
    samples::{application, batch, entries, fact, id, number, report, status, way},
    support::Ground,
};

#[tokio::test]
async fn the_schema_is_made_from_nothing_and_making_it_again_changes_nothing() {
    let ground = Ground::empty("from_nothing").await;
    assert!(matches!(
        ground.store.head().await,
        Err(StoreError::Database(_))
    ));
    migrate(ground.options("kezek_owner")).await.unwrap();
    migrate(ground.options("kezek_owner")).await.unwrap();
    assert_eq!(ground.store.head().await.unwrap().position, 0);
    ground.store.check_role().await.unwrap();
}

#[tokio::test]
async fn a_batch_is_stored_with_its_messages_and_the_position_in_the_stream() {
    let ground = Ground::new("stored").await;
    let mut writer = ground.writer().await;
    let written = writer.write(&batch(0, way(1))).await.unwrap();
    assert_eq!((written.rows, written.messages), (6, 1));
    assert_eq!(writer.next_offset(), 5);
    assert_eq!(ground.store.next_offset().await.unwrap(), 5);

    let rows = ground.store.rows_of(number(1)).await.unwrap();
    let facts: Vec<_> = way(1).into_iter().flat_map(|event| event.facts).collect();
    let read: Vec<_> = rows.iter().map(|row| row.fact().unwrap()).collect();
    assert_eq!(read, facts);

    let kept = ground.store.message(id(1)).await.unwrap().unwrap();
    let sent = application(1);
    assert_eq!(kept.document, sent.document.content, "to the byte (X3)");
    assert_eq!(kept.signatures.len(), 2);
    assert_eq!(kept.signatures[1].1, sent.signatures[1].content);
    assert_eq!(kept.applicant(), sent.applicant);

    let receipt = ground.store.receipt(id(1)).await.unwrap().unwrap();
    assert_eq!(receipt.number, number(1).to_string());
    assert_eq!(receipt.received_at, sent.received_at);
    assert_eq!(ground.store.receipt(id(2)).await.unwrap(), None);

    let standing = ground
        .sql("SELECT status, provider, service FROM applications")
        .await;
    assert_eq!(standing, "delivered|committee|apostille");
    assert!(ground.store.verify(None).await.unwrap().is_whole());
}

#[tokio::test]
async fn the_same_batch_twice_changes_nothing_but_the_position() {
    let ground = Ground::new("twice").await;
    let mut writer = ground.writer().await;
    writer.write(&batch(0, way(1))).await.unwrap();
    let head = writer.head();
    // The broker may hand the same events out again, as entries of their own.
    let again = writer.write(&batch(5, way(1))).await.unwrap();
    assert_eq!((again.rows, again.messages), (0, 0));
    assert_eq!(writer.head(), head);
    assert_eq!(writer.next_offset(), 10);
    assert_eq!(ground.store.head().await.unwrap(), head);
}

#[tokio::test]
async fn entries_that_were_stored_before_are_left_out_when_they_are_read_again() {
    let ground = Ground::new("overlap").await;
    let mut writer = ground.writer().await;
    writer.write(&batch(0, way(1))).await.unwrap();
    let overlap: Vec<Entry> = entries(0, way(1).into_iter().chain(way(2)).collect());
    let batch = Batch::new(overlap, writer.next_offset());
    assert_eq!(batch.facts.len(), 6, "those of the second application");
    assert_eq!(writer.write(&batch).await.unwrap().rows, 6);
    assert!(ground.store.verify(None).await.unwrap().is_whole());
}

#[tokio::test]
async fn a_writer_that_dies_between_batches_or_within_one_leaves_nothing_half_done() {
    let ground = Ground::new("crash").await;
    let mut writer = ground.writer().await;
    writer.write(&batch(0, way(1))).await.unwrap();
    drop(writer);

    // The next one dies in the middle: the server ends its session while it waits inside the transaction.
    let mut writer = wait_for_writer(&ground).await;
    let mut blocker = ground.options("postgres").connect().await.unwrap();
    sqlx::query("BEGIN").execute(&mut blocker).await.unwrap();
    sqlx::query("LOCK TABLE journal IN EXCLUSIVE MODE")
        .execute(&mut blocker)
        .await
        .unwrap();
    let second = batch(5, way(2));
    let kill = async {
        loop {
            let ended = ground
                .sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = 'crash' AND wait_event_type = 'Lock'",
                )
                .await;
            if ended == "t" {
                break;
            }
        }
    };
    let (written, ()) = tokio::join!(writer.write(&second), kill);
    assert!(matches!(written, Err(WriteError::Store(_))), "{written:?}");
    sqlx::query("ROLLBACK").execute(&mut blocker).await.unwrap();

    let mut writer = wait_for_writer(&ground).await;
    assert_eq!(
        writer.next_offset(),
        5,
        "nothing of the second batch is there"
    );
    assert_eq!(writer.head().position, 6);
    assert_eq!(writer.write(&second).await.unwrap().rows, 6);
    assert!(ground.store.verify(None).await.unwrap().is_whole());
}

/// The lock of a dead writer goes when the server notices its end.
async fn wait_for_writer(ground: &Ground) -> monitor::store::Writer {
    loop {
        if let Some(writer) = ground.store.writer().await.unwrap() {
            return writer;
        }
    }
}

#[tokio::test]
async fn a_second_writer_stands_by_until_the_first_is_gone() {
    let ground = Ground::new("standby").await;
    let first = ground.writer().await;
    assert!(ground.store.writer().await.unwrap().is_none());
    drop(first);
    let mut second = wait_for_writer(&ground).await;
    second.write(&batch(0, way(1))).await.unwrap();
}

#[tokio::test]
async fn a_writer_that_was_overtaken_writes_nothing() {
    let ground = Ground::new("overtaken").await;
    let mut writer = ground.writer().await;
    ground.sql("UPDATE reading SET next_offset = 3").await;
    let written = writer.write(&batch(0, way(1))).await;
    assert!(matches!(written, Err(WriteError::Overtaken)));
    assert_eq!(ground.store.head().await.unwrap().position, 0);
}

#[tokio::test]
async fn bytes_that_are_no_event_are_noted_and_do_not_stop_the_journal() {
    let ground = Ground::new("undecodable").await;
    let mut writer = ground.writer().await;
    let bytes = vec![0xff; 1000];
    let garbage = Entry {
        offset: 0,
        content: Err(Undecodable {
            why: "event.facts: not\0protobuf".to_owned(),
            bytes: bytes.clone(),
        }),
        stand: None,
    };
    let all = [vec![garbage], entries(1, way(1))].concat();
    let written = writer.write(&Batch::new(all, 0)).await.unwrap();
    assert_eq!((written.rows, written.undecodable), (6, 1));
    let noted = ground
        .sql("SELECT stream_offset, bytes_count, encode(sha256, 'hex'), octet_length(head) FROM unreadable")
        .await;
    assert_eq!(noted, format!("0|1000|{}|256", Hash::plain(&bytes)));
}

#[tokio::test]
async fn texts_that_postgresql_cannot_hold_are_mended_before_they_are_hashed() {
    let ground = Ground::new("nul").await;
    let mut writer = ground.writer().await;
    let mut message = report(7, 1, "committee", status("on\0hold"));
    message.sender.reference = "a\0b".to_owned();
    let mut told = fact(
        &message,
        0,
        Detail::StatusReported {
            provider: crate::samples::provider("committee"),
            status: "on\0hold".to_owned(),
        },
    );
    told.by = "nul\0".to_owned();
    told.at += jiff::SignedDuration::from_nanos(123);
    writer
        .write(&batch(0, vec![Event::new(vec![told], message)]))
        .await
        .unwrap();
    assert!(ground.store.verify(None).await.unwrap().is_whole());
    assert_eq!(
        ground.sql("SELECT detail->>'status' FROM journal").await,
        "on\u{fffd}hold"
    );
}

#[tokio::test]
async fn pages_of_the_journal_follow_each_other_without_gaps() {
    let ground = Ground::new("pages").await;
    let mut writer = ground.writer().await;
    writer
        .write(&batch(0, (1..=4).flat_map(way).collect()))
        .await
        .unwrap();
    let (mut after, mut positions) = (Some(0), Vec::new());
    while let Some(position) = after {
        let page = ground.store.journal(position, 7).await.unwrap();
        assert!(page.rows.len() <= 7);
        positions.extend(page.rows.iter().map(|row| row.position));
        after = page.next_after;
    }
    assert_eq!(positions, (1..=24).collect::<Vec<i64>>());
}

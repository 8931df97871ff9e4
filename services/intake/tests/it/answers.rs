//! The same message again: the same answer, whatever was lost meanwhile.

use http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::{
    bench::Bench,
    letters::{application, form, seal},
};

#[tokio::test]
async fn the_same_message_again_gets_the_same_answer_and_is_published_once() {
    let bench = Bench::new();
    let message = application();
    let first = bench.post(&message).await;
    let again = bench.post(&message).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(bench.keys().len(), 1);
}

#[tokio::test]
async fn other_content_under_the_same_id_is_refused() {
    let bench = Bench::new();
    let mut message = application();
    bench.post(&message).await;
    let mut other = form();
    other["details"] = json!("басқа");
    seal(&mut message, &other);
    let said = bench.post(&message).await;
    assert_eq!(
        (said.status.as_u16(), said.code()),
        (409, "message-id-reused")
    );
    assert_eq!(bench.keys().len(), 1);
}

#[tokio::test]
async fn the_id_of_another_participants_message_is_another_message() {
    let bench = Bench::new();
    let message = application();
    let first = bench.post(&message).await;
    let mut other = crate::letters::front_office();
    other["id"] = message["id"].clone();
    let second = bench.post_as("front-office", &other).await;
    assert_eq!(second.status, StatusCode::ACCEPTED, "{second:?}");
    assert_ne!(first.body["number"], second.body["number"]);
}

#[tokio::test]
async fn a_crash_between_confirm_and_memory_changes_neither_answer_nor_ids() {
    let bench = Bench::new();
    let message = application();
    *bench.memory.forgets_confirms.lock().unwrap() = true;
    let first = bench.post(&message).await;
    *bench.memory.forgets_confirms.lock().unwrap() = false;
    let again = bench.post(&message).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    let carried = bench.post.carried.lock().unwrap();
    assert_eq!(
        carried.len(),
        2,
        "the copy is published, to be absorbed further on"
    );
    assert_eq!(carried[0], carried[1], "under the same ids, to the byte");
}

#[tokio::test]
async fn without_its_memory_the_door_still_takes_messages_under_the_same_ids() {
    let bench = Bench::new();
    let message = application();
    *bench.memory.is_away.lock().unwrap() = true;
    let first = bench.post(&message).await;
    let again = bench.post(&message).await;
    assert_eq!(first.status, StatusCode::ACCEPTED, "{first:?}");
    assert_eq!(first.body["number"], again.body["number"]);
    assert_eq!(first.body["message_id"], again.body["message_id"]);
    let carried = bench.post.carried.lock().unwrap();
    assert_eq!(carried[0].event.facts[0].id, carried[1].event.facts[0].id);
}

#[tokio::test]
async fn without_its_memory_the_door_asks_the_monitor() {
    let bench = Bench::new();
    let message = application();
    let first = bench.post(&message).await;
    *bench.memory.is_away.lock().unwrap() = true;
    let heard = bench.last();
    bench
        .memory
        .journal
        .lock()
        .unwrap()
        .insert(heard.id, heard.received_at);
    assert_eq!(bench.post(&message).await.body, first.body);
    assert_eq!(bench.keys().len(), 1);
}

#[tokio::test]
async fn a_broker_that_is_away_means_503_and_nothing_kept() {
    let bench = Bench::new();
    let message = application();
    *bench.post.is_away.lock().unwrap() = true;
    let said = bench.post(&message).await;
    assert_eq!(
        (said.status.as_u16(), said.code()),
        (503, "broker-unavailable")
    );
    assert_eq!(said.headers[http::header::RETRY_AFTER], "5");
    assert!(bench.memory.answers.lock().unwrap().is_empty());
    assert!(bench.memory.numbers.lock().unwrap().is_empty());
    *bench.post.is_away.lock().unwrap() = false;
    assert_eq!(bench.post(&message).await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn what_was_not_confirmed_is_not_accepted_and_may_be_sent_again() {
    let bench = Bench::new();
    let mut message = application();
    *bench.post.loses_confirms.lock().unwrap() = true;
    assert_eq!(bench.post(&message).await.code(), "broker-unavailable");
    *bench.post.loses_confirms.lock().unwrap() = false;
    assert_eq!(bench.post(&message).await.status, StatusCode::ACCEPTED);
    {
        let carried = bench.post.carried.lock().unwrap();
        assert_eq!(
            carried[0], carried[1],
            "it may have been stored, so the copy is the same"
        );
    }
    // It may have been stored: other content must not come in beside it.
    message["applicant"]["name"] = json!("Басқа");
    assert_eq!(bench.post(&message).await.code(), "message-id-reused");
}

#[tokio::test]
async fn a_number_that_another_message_has_is_not_given_twice() {
    let bench = Bench::new();
    let message = application();
    bench.post(&message).await;
    let mut other = application();
    other["id"] = json!(Uuid::now_v7());
    // Two ids with one number cannot be found in a lifetime, so the memory is told that there are.
    bench.give_number_away(&other);
    let said = bench.post(&other).await;
    assert_eq!((said.status.as_u16(), said.code()), (409, "number-taken"));
    assert_eq!(bench.keys().len(), 1);
}

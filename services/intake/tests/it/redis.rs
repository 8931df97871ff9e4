//! The memory of answers in a real Redis of our own.

use std::sync::Arc;

use http::StatusCode;
use intake::{
    answers::{Answer, Answers, Config, InRedis},
    config::Limits,
};
use jiff::Timestamp;
use message::{MessageId, Number};
use uuid::Uuid;

use crate::{
    bench::{Bench, Memory},
    letters::application,
};

fn open(redis: &rig::Redis) -> InRedis {
    let config = Config {
        url: redis.url().into(),
        timeout_ms: 500,
        keep_hours: 1,
    };
    InRedis::open(&config).unwrap()
}

fn answer(digest: &str) -> Answer {
    let accepted_at = Timestamp::from_second(1_800_000_000).unwrap();
    Answer {
        digest: digest.to_owned(),
        accepted_at,
        confirmed: false,
    }
}

#[tokio::test]
async fn the_first_answer_and_the_first_owner_of_a_number_stand() {
    let redis = rig::Redis::start().await.unwrap();
    let answers = open(&redis);
    let [id, other] = [7_u128, 8].map(|n| MessageId::from_uuid(Uuid::from_u128(n)));
    let number = Number::of(id);
    assert_eq!(answers.find(id).await.unwrap(), None);
    let first = answers
        .reserve(id, Some(number), &answer("a"))
        .await
        .unwrap();
    assert_eq!((first.answer, first.owner), (answer("a"), Some(id)));
    let second = answers
        .reserve(id, Some(number), &answer("b"))
        .await
        .unwrap();
    assert_eq!(second.answer, answer("a"));
    let third = answers
        .reserve(other, Some(number), &answer("c"))
        .await
        .unwrap();
    assert_eq!((third.answer, third.owner), (answer("c"), Some(id)));
    assert_eq!(
        answers
            .reserve(other, None, &answer("c"))
            .await
            .unwrap()
            .owner,
        None
    );
    answers.confirm(id, &answer("a")).await.unwrap();
    assert!(answers.find(id).await.unwrap().unwrap().confirmed);
}

#[tokio::test]
async fn messages_are_taken_while_redis_is_killed_and_comes_back() {
    let redis = rig::Redis::start().await.unwrap();
    let memory = Arc::new(Memory::default());
    let bench = Bench::with(Arc::new(open(&redis)), memory, None, Limits::default());
    let message = application();
    let first = bench.post(&message).await;
    assert_eq!(bench.post(&message).await.body, first.body);
    redis.kill9().await.unwrap();
    let during = bench.post(&message).await;
    assert_eq!(during.status, StatusCode::ACCEPTED, "{during:?}");
    assert_eq!(during.body["number"], first.body["number"]);
    redis.restart().await.unwrap();
    let message = application();
    let after = bench.post(&message).await;
    assert_eq!(after.status, StatusCode::ACCEPTED, "{after:?}");
    assert_eq!(bench.post(&message).await.body, after.body);
}

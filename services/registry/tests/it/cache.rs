//! Kept answers, on a real Redis.

use std::sync::Arc;

use message::Iin;
use registries::{Answer, Subject};
use registry::{answers::Answers, config::Redis};
use stage::{Stage, Verdict};

use crate::fixture::{Script, Scripted, application, known, look_up, unknown, verified};

pub(crate) fn answers(url: &str) -> Answers {
    let redis = Redis {
        url: url.to_owned().into(),
        timeout_ms: 1_000,
        keep_s: 60,
    };
    Answers::kept_in(&redis).unwrap()
}

async fn refused(step: &Arc<registry::look_up::LookUp>) -> bool {
    let ended = step.handle(&verified(application("registry.gbd-fl"))).await;
    matches!(ended.unwrap(), Verdict::Refuse { .. })
}

#[tokio::test]
async fn a_copy_gets_the_same_answer_though_the_register_has_changed_its_mind() {
    let redis = rig::Redis::start().await.unwrap();
    let known_then_unknown: (&str, Script, Script) = ("gbd-fl", known, unknown);
    let unknown_then_known: (&str, Script, Script) = ("enis", unknown, known);
    for (name, first, then) in [known_then_unknown, unknown_then_known] {
        let register = Scripted::new(first);
        let step = look_up(name, &register, answers(&redis.url()));
        let said = refused(&step).await;
        *register.script.lock().unwrap() = then;
        let other_process = look_up(name, &register, answers(&redis.url()));
        assert_eq!(refused(&other_process).await, said);
        assert_eq!(register.asked().len(), 1);
    }
}

#[tokio::test]
async fn another_subject_under_the_same_message_is_a_question_of_its_own() {
    let redis = rig::Redis::start().await.unwrap();
    let register = Scripted::new(known);
    let ask = register.ask(answers(&redis.url()));
    let step = look_up("gbd-fl", &register, answers(&redis.url()));
    assert!(!refused(&step).await);
    let mut question = register.asked().remove(0);
    question.subject = Subject::Person(Iin::new("850315400025").unwrap());
    *register.script.lock().unwrap() = unknown;
    assert_eq!(ask.ask(&question).await.unwrap().answer, Answer::Unknown);
}

#[tokio::test]
async fn while_redis_is_away_the_register_is_asked_again() {
    let redis = rig::Redis::start().await.unwrap();
    let register = Scripted::new(known);
    let step = look_up("gbd-fl", &register, answers(&redis.url()));
    assert!(!refused(&step).await);
    redis.kill9().await.unwrap();
    assert!(!refused(&step).await);
    assert!(!refused(&step).await);
    assert_eq!(register.asked().len(), 3);
}

#[tokio::test]
async fn where_it_is_allowed_what_is_known_answers_other_questions_and_says_that_it_is_cached() {
    let redis = rig::Redis::start().await.unwrap();
    let register = Scripted::new(known);
    look_up("gbd-fl", &register, Answers::forgotten())
        .handle(&verified(application("registry.gbd-fl")))
        .await
        .unwrap();
    let question = register.asked().remove(0);
    let mut ask = register.ask(answers(&redis.url()));
    ask.cache_s = 60;
    let first = ask.ask(&question).await.unwrap();
    assert_eq!((first.cached, first.copy), (false, false));
    let asked = register.asked().len();

    let mut later = question.clone();
    later.request_id = message::MessageId::from_uuid(uuid::Uuid::from_u128(7));
    ask.now = || "2026-11-22T09:00:00Z".parse().unwrap();
    let other = ask.ask(&later).await.unwrap();
    assert_eq!((&other.answer, other.cached), (&first.answer, true));
    assert_eq!(
        other.source_at, first.source_at,
        "when the register said it"
    );
    assert_eq!(other.fields(), ["surname"]);
    let copy = ask.ask(&later).await.unwrap();
    assert_eq!(
        (copy.cached, copy.copy),
        (true, true),
        "a copy is told the same"
    );
    assert_eq!(register.asked().len(), asked, "the register was not asked");

    let strict = register.ask(answers(&redis.url()));
    later.request_id = message::MessageId::from_uuid(uuid::Uuid::from_u128(8));
    assert!(!strict.ask(&later).await.unwrap().cached);
    assert_eq!(
        register.asked().len(),
        asked + 1,
        "where it is not allowed it is asked"
    );
}

#[tokio::test]
async fn that_nothing_is_known_answers_no_other_question() {
    let redis = rig::Redis::start().await.unwrap();
    let register = Scripted::new(known);
    let step = look_up("gbd-fl", &register, Answers::forgotten());
    assert!(!refused(&step).await);
    let mut question = register.asked().remove(0);
    *register.script.lock().unwrap() = unknown;
    let mut ask = register.ask(answers(&redis.url()));
    ask.cache_s = 60;
    assert_eq!(ask.ask(&question).await.unwrap().answer, Answer::Unknown);
    *register.script.lock().unwrap() = known;
    question.request_id = message::MessageId::from_uuid(uuid::Uuid::from_u128(9));
    let now = ask.ask(&question).await.unwrap();
    assert!(matches!(now.answer, Answer::Known(_)) && !now.cached);
}

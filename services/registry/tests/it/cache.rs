//! Kept answers, on a real Redis.

use std::sync::Arc;

use message::Iin;
use registries::{Answer, Subject};
use registry::{answers::Answers, config::Redis};
use stage::{Stage, Verdict};

use crate::fixture::{Script, Scripted, application, known, look_up, unknown, verified};

fn answers(url: &str) -> Answers {
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
    assert_eq!(ask.ask(&question).await.unwrap(), Answer::Unknown);
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

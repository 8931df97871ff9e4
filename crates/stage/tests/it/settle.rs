//! How each ending of a step is settled.

use fault::{Fault, Refusal, registers};
use jiff::{SignedDuration, Timestamp};
use message::{About, Detail, Event, FactName, Message, RegisterName};
use proptest::prelude::*;
use stage::{Next, Publication, Settler, Verdict, release};

use crate::support::{lane, map, names, received};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn settle_at(event: &Event, ended: Result<Verdict, Fault>, now: Timestamp) -> Publication {
    let map = map();
    let enis = map.lane("registry.enis").unwrap();
    Settler::new(&map, enis).settle(event, ended, now, 0.9)
}

fn settle(event: &Event, ended: Result<Verdict, Fault>) -> Publication {
    settle_at(event, ended, NOW)
}

fn enriched() -> Detail {
    Detail::Enriched {
        register: RegisterName::new("enis").unwrap(),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an ending, like the failures beside it"
)]
fn pass(message: Message, next: Next) -> Result<Verdict, Fault> {
    Ok(Verdict::Pass {
        message,
        facts: vec![enriched()],
        next,
    })
}

fn failed() -> Result<Verdict, Fault> {
    Err(Fault::later(&registers::REGISTER_FAILED, "ask").because("HTTP 500"))
}

fn outage() -> Result<Verdict, Fault> {
    Err(Fault::outage(&registers::REGISTER_UNREACHABLE, "ask").because("refused"))
}

fn message(publication: &Publication) -> &Message {
    publication.event.message.as_ref().unwrap()
}

#[test]
fn a_passed_message_goes_to_the_next_lane_of_its_plan_and_forgets_its_failures() {
    let event = settle(&received(), failed()).event;
    let input = event.message.clone().unwrap();
    assert_eq!(input.attempts.failed, 1);
    let passed = settle(&event, pass(input, Next::Plan));
    assert_eq!(passed.key, "enriched.router.route");
    assert_eq!(
        names(&passed.event),
        [FactName::Enriched],
        "only what is new is told"
    );
    assert_eq!(message(&passed).plan.lanes(), [lane("router.route")]);
    assert_eq!(message(&passed).attempts, message::Attempts::default());
    let fact = &passed.event.facts[0];
    assert_eq!((fact.by.as_str(), fact.at), ("registry", NOW));
    assert!(matches!(&fact.about, About::Message { id, .. } if *id == message(&passed).id));
}

#[test]
fn a_stage_may_choose_the_lane_or_the_end() {
    let event = received();
    let input = || event.message.clone().unwrap();
    let chosen = settle(&event, pass(input(), Next::Lane(lane("signature.verify"))));
    assert_eq!(chosen.key, "enriched.signature.verify");
    assert_eq!(settle(&event, pass(input(), Next::End)).key, "enriched");
    let told = settle(&event, pass(input(), Next::Journal));
    assert_eq!(told.key, "enriched");
    assert_eq!(told.event.message, None, "the journal has it already");
    assert_eq!(told.also, None);
    let heard = settle(&event, pass(input(), Next::End)).also;
    let filed_by = input().sender.participant;
    assert_eq!(heard, Some(flow::filed_key(FactName::Enriched, &filed_by)));
    let about = told.event.facts[0].about.number();
    assert_eq!(about, Some(input().number));
    let mut last = input();
    last.plan = message::Plan::new(vec![lane("registry.enis")]);
    assert_eq!(
        settle(&event, pass(last, Next::Plan)).key,
        "enriched",
        "the plan is done"
    );
}

#[test]
fn a_message_for_a_lane_that_is_not_on_the_map_is_parked_as_it_came() {
    let event = received();
    let ended = pass(
        event.message.clone().unwrap(),
        Next::Lane(lane("router.nowhere")),
    );
    let parked = settle(&event, ended);
    assert_eq!(parked.key, "parked.at.registry.enis");
    assert_eq!(
        parked.event.message, event.message,
        "released, it is worked on anew"
    );
    let Some(Detail::Parked {
        code, explanation, ..
    }) = last(&parked)
    else {
        panic!("{parked:?}");
    };
    assert_eq!(code, "lane-unknown");
    assert!(explanation.contains("router.nowhere"));
}

#[test]
fn a_step_that_passes_without_a_fact_is_a_mistake_and_parked() {
    let event = received();
    let ended = Ok(Verdict::Pass {
        message: event.message.clone().unwrap(),
        facts: vec![],
        next: Next::Plan,
    });
    let parked = settle(&event, ended);
    assert_eq!(parked.key, "parked.at.registry.enis");
    assert!(matches!(last(&parked), Some(Detail::Parked { code, .. }) if code == "internal"));
}

fn last(publication: &Publication) -> Option<&Detail> {
    publication.event.facts.last().map(|fact| &fact.detail)
}

#[test]
fn a_refusal_is_an_answer_with_what_happened_before_it() {
    let event = received();
    let refused = settle(
        &event,
        Ok(Verdict::Refuse {
            message: event.message.clone().unwrap(),
            facts: vec![enriched()],
            refusal: Refusal::new(&registers::PERSON_UNKNOWN, "not found"),
        }),
    );
    assert_eq!(refused.key, "refused");
    assert_eq!(
        names(&refused.event),
        [FactName::Enriched, FactName::Refused]
    );
    let Some(Detail::Refused { lane: at, code, .. }) = last(&refused) else {
        panic!("{refused:?}");
    };
    assert_eq!(
        (at.clone(), code.as_str()),
        (Some(lane("registry.enis")), "person-unknown")
    );
}

#[test]
fn a_failure_of_the_message_waits_longer_each_time_and_is_parked_at_last() {
    let mut event = received();
    let mut keys = Vec::new();
    for _ in 0..4 {
        let publication = settle(&event, failed());
        keys.push(publication.key.clone());
        event = publication.event;
    }
    assert_eq!(
        keys,
        [
            "attempt-failed.1s.registry.enis",
            "attempt-failed.5s.registry.enis",
            "attempt-failed.30s.registry.enis",
            "parked.at.registry.enis"
        ]
    );
    assert_eq!(
        names(&event),
        [FactName::Received, FactName::Parked],
        "it kept what it came with"
    );
    let Some(Detail::Parked {
        code, explanation, ..
    }) = event.facts.last().map(|f| &f.detail)
    else {
        panic!("{event:?}");
    };
    assert_eq!(
        (code.as_str(), explanation.as_str()),
        ("register-failed", "HTTP 500")
    );
}

#[test]
fn each_failed_attempt_is_a_fact_with_its_number_code_and_time() {
    let first = settle(&received(), failed());
    let second = settle(&first.event, failed());
    let Some(Detail::AttemptFailed {
        lane: at,
        code,
        explanation,
        attempt,
        retry_at,
    }) = last(&second)
    else {
        panic!("{second:?}");
    };
    assert_eq!(
        (at, code.as_str(), *attempt),
        (&lane("registry.enis"), "register-failed", 2)
    );
    assert_eq!(explanation, "HTTP 500");
    assert_eq!(*retry_at, NOW + SignedDuration::from_secs(5));
    assert_eq!(
        names(&second.event),
        [FactName::Received, FactName::AttemptFailed]
    );
}

#[test]
fn an_outage_of_the_lane_waits_briefly_and_is_not_held_against_the_message() {
    let mut event = received();
    for attempt in 1..=50 {
        let publication = settle(&event, outage());
        assert_eq!(publication.key, "attempt-failed.1s.registry.enis");
        event = publication.event;
        let attempts = &event.message.as_ref().unwrap().attempts;
        assert_eq!(
            (attempts.failed, attempts.blamed, attempts.since),
            (attempt, 0, None)
        );
    }
    assert_eq!(
        settle(&event, failed()).key,
        "attempt-failed.1s.registry.enis"
    );
}

#[test]
fn a_message_that_has_failed_for_too_long_is_parked() {
    let event = settle(&received(), failed()).event;
    let later = NOW + SignedDuration::from_secs(3600);
    assert_eq!(
        settle_at(&event, failed(), later).key,
        "parked.at.registry.enis"
    );
    let days = NOW + SignedDuration::from_hours(24 * 30);
    let outage = settle_at(&event, outage(), days);
    assert_eq!(
        outage.key, "attempt-failed.1s.registry.enis",
        "an outage may last"
    );
}

#[test]
fn what_trying_again_cannot_help_is_parked_at_once() {
    let fault = Fault::never(&registers::REGISTER_GARBLED, "read the answer");
    assert_eq!(
        settle(&received(), Err(fault)).key,
        "parked.at.registry.enis"
    );
}

#[test]
fn what_may_pass_soon_or_not_at_all_is_parked_before_the_patience_of_the_lane_ends() {
    let garbled = || Err(Fault::later(&registers::REGISTER_GARBLED, "read the answer").at_most(3));
    let mut event = received();
    for _ in 0..2 {
        let again = settle(&event, garbled());
        assert!(again.key.starts_with("attempt-failed."), "{}", again.key);
        event = again.event;
    }
    assert_eq!(settle(&event, garbled()).key, "parked.at.registry.enis");
}

#[test]
fn an_event_without_a_message_is_parked_and_told_of_its_lane() {
    let mut event = received();
    event.message = None;
    let parked = settle(&event, failed());
    assert_eq!(parked.key, "parked.at.registry.enis");
    assert_eq!(
        parked.event.facts.last().unwrap().about,
        About::Lane(lane("registry.enis"))
    );
}

#[test]
fn a_released_message_goes_back_to_its_lane_with_its_counts_begun_anew() {
    let mut event = received();
    for _ in 0..4 {
        event = settle(&event, failed()).event;
    }
    let at = lane("registry.enis");
    let released = release(&at, &event, "kezekctl", NOW).unwrap();
    assert_eq!(released.key, "released.registry.enis");
    assert_eq!(
        names(&released.event),
        [FactName::Received, FactName::Released]
    );
    let attempts = &message(&released).attempts;
    assert_eq!((attempts.blamed, attempts.since), (0, None));
    let again = settle(&released.event, failed());
    assert_eq!(again.key, "attempt-failed.1s.registry.enis");
    let ids = |publication: &Publication| publication.event.facts.last().unwrap().id;
    assert_ne!(
        ids(&again),
        ids(&settle(&received(), failed())),
        "its failures are numbered on"
    );
    event.message = None;
    assert_eq!(release(&at, &event, "kezekctl", NOW), None);
}

proptest! {
    #[test]
    fn a_copy_settled_at_the_same_time_says_the_same(random in 0.0..1.0_f64, kind in 0..4_u8) {
        let event = received();
        let ended = || match kind {
            0 => failed(),
            1 => outage(),
            2 => Err(Fault::never(&registers::REGISTER_GARBLED, "read")),
            _ => pass(event.message.clone().unwrap(), Next::Plan),
        };
        let map = map();
        let settler = Settler::new(&map, map.lane("registry.enis").unwrap());
        let first = settler.settle(&event, ended(), NOW, random);
        prop_assert_eq!(&first, &settler.settle(&event, ended(), NOW, random));
        prop_assert!(first.event.message.is_some());
    }

    #[test]
    fn every_ending_leads_to_a_queue_besides_the_journal_or_to_an_end(
        random in 0.0..1.0_f64,
        tries in 0..6_usize,
        kind in 0..4_u8,
    ) {
        let map = map();
        let settler = Settler::new(&map, map.lane("registry.enis").unwrap());
        let mut event = received();
        for _ in 0..tries {
            event = settler.settle(&event, failed(), NOW, random).event;
        }
        let ended = match kind {
            0 => failed(),
            1 => outage(),
            2 => Err(Fault::never(&registers::REGISTER_GARBLED, "read")),
            _ => pass(event.message.clone().unwrap(), Next::Plan),
        };
        let publication = settler.settle(&event, ended, NOW, random);
        let reached = map.reached(flow::EXCHANGE, &publication.key);
        prop_assert_eq!(reached.len(), 2, "{} reaches {:?}", publication.key, reached);
    }
}

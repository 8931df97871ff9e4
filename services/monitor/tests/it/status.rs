use message::{Detail, Fact, FactName, Outcome, Report};
use monitor::status::{Status, standing};
use proptest::{prelude::*, sample::subsequence};

use crate::samples::{
    application, asked, at, delivered, fact, failed, issued, number, parked, refused, report,
    result, routed, status, way,
};

fn facts_of(seed: u64) -> Vec<Fact> {
    way(seed)
        .into_iter()
        .flat_map(|event| event.facts)
        .collect()
}

fn status_of(facts: &[Fact]) -> Option<Status> {
    standing(number(1), facts).map(|standing| standing.status)
}

#[test]
fn each_fact_moves_the_application_one_status_on() {
    let facts = facts_of(1);
    let statuses: Vec<Status> = (1..=facts.len())
        .filter_map(|count| status_of(&facts[..count]))
        .collect();
    let expected = [
        Status::Received,
        Status::Verified,
        Status::InRegisters,
        Status::InRegisters,
        Status::Routed,
        Status::Delivered,
    ];
    assert_eq!(statuses, expected);
    assert_eq!(status_of(&[]), None);
    assert_eq!(status_of(&facts_of(2)), None, "another application");
}

#[test]
fn the_provider_is_the_one_that_took_it_and_its_own_number_is_known() {
    let standing = standing(number(1), &facts_of(1)).unwrap();
    assert_eq!(standing.provider.unwrap().as_str(), "committee");
    assert_eq!(standing.registration_number.as_deref(), Some("A-17"));
    assert_eq!(standing.since, at(4));
}

#[test]
fn a_refused_report_refuses_nothing() {
    let mut facts = facts_of(1);
    let report = report(7, 1, "committee", result(Outcome::Refused));
    facts.push(fact(&report, 10, Detail::Received));
    facts.push(fact(&report, 11, failed("monitor.follow", 1)));
    facts.push(fact(&report, 12, parked("monitor.follow")));
    facts.push(fact(&report, 13, refused("report-contradicts")));
    assert_eq!(status_of(&facts), Some(Status::Delivered));
}

#[test]
fn reports_move_it_and_the_result_ends_it() {
    let mut facts = facts_of(1);
    let said = report(7, 1, "committee", status("in-progress"));
    let word = |status: &str| Detail::StatusReported {
        provider: crate::samples::provider("committee"),
        status: status.to_owned(),
    };
    facts.push(fact(&said, 10, word("in-progress")));
    let known = standing(number(1), &facts).unwrap();
    assert_eq!(known.status, Status::InProgress);
    assert_eq!(known.reported.as_deref(), Some("in-progress"));

    let decided = report(8, 1, "committee", result(Outcome::Refused));
    facts.push(fact(&decided, 20, issued("committee", Outcome::Refused)));
    let known = standing(number(1), &facts).unwrap();
    assert_eq!(known.status, Status::RefusedByProvider);
    assert!(known.status.is_final());
    assert_eq!(known.reason.unwrap().explanation, "paragraph 5");
}

#[test]
fn a_failed_try_waits_until_the_application_goes_on() {
    let message = application(1);
    let mut facts = facts_of(1);
    facts.pop();
    facts.push(fact(&message, 5, failed("router.committee", 1)));
    facts.push(fact(&message, 6, failed("router.committee", 2)));
    let known = standing(number(1), &facts).unwrap();
    assert_eq!(known.status, Status::Routed);
    let waiting = known.waiting.unwrap();
    assert_eq!(waiting.attempt, 2);
    assert_eq!(waiting.code, "provider-failed");
    facts.push(fact(&message, 7, delivered("committee")));
    assert_eq!(standing(number(1), &facts).unwrap().waiting, None);
}

#[test]
fn a_parked_application_stays_parked_until_a_person_releases_it() {
    let message = application(1);
    let mut facts = facts_of(1);
    facts.pop();
    facts.push(fact(&message, 5, failed("router.committee", 1)));
    facts.push(fact(&message, 5, parked("router.committee")));
    let known = standing(number(1), &facts).unwrap();
    assert_eq!(known.status, Status::Parked);
    assert_eq!(
        known.reason.unwrap().code.as_deref(),
        Some("provider-rejected")
    );
    assert_eq!(known.waiting, None);
    let released = Detail::Released {
        lane: crate::samples::lane("router.committee"),
    };
    facts.push(fact(&message, 9, released));
    assert_eq!(status_of(&facts), Some(Status::Routed));
}

#[test]
fn every_status_is_spelled_and_told_in_three_languages() {
    for (status, name, text) in Status::ALL {
        assert_eq!(status.as_str(), *name);
        for words in [text.kk, text.ru, text.en] {
            assert!(words.chars().count() > 5, "{name}");
        }
    }
}

/// Everything that can be said of application 1, of its reports and of another application; times close
/// together, so that ties happen.
fn anything() -> impl Strategy<Value = Fact> {
    let message = prop_oneof![
        3 => Just(application(1)),
        1 => Just(report(7, 1, "committee", status("in-progress"))),
        1 => Just(report(8, 1, "committee", Report::Result {
            outcome: Outcome::Granted,
            reason: String::new(),
        })),
        1 => Just(application(2)),
    ];
    let detail = prop_oneof![
        Just(Detail::Received),
        Just(Detail::Verified { signers: vec![] }),
        Just(asked("payment")),
        Just(routed("committee")),
        Just(delivered("committee")),
        Just(refused("payment-missing")),
        (1..4_u32).prop_map(|attempt| failed("router.committee", attempt)),
        Just(parked("router.committee")),
        Just(Detail::Released {
            lane: crate::samples::lane("router.committee")
        }),
        Just(Detail::StatusReported {
            provider: crate::samples::provider("committee"),
            status: "in-progress".to_owned()
        }),
        Just(issued("committee", Outcome::Granted)),
        Just(issued("committee", Outcome::Refused)),
    ];
    (message, 0..6_i64, detail).prop_map(|(message, second, detail)| fact(&message, second, detail))
}

/// The journal keeps one fact of an id.
fn once(facts: Vec<Fact>) -> Vec<Fact> {
    let mut seen = std::collections::HashSet::new();
    facts
        .into_iter()
        .filter(|fact| seen.insert(fact.id))
        .collect()
}

fn shuffled_with_copies() -> impl Strategy<Value = (Vec<Fact>, Vec<Fact>)> {
    prop::collection::vec(anything(), 0..20)
        .prop_map(once)
        .prop_flat_map(|facts| {
            let copies = subsequence(facts.clone(), 0..=facts.len());
            (Just(facts), copies)
        })
        .prop_flat_map(|(facts, copies)| {
            let all: Vec<Fact> = facts.iter().cloned().chain(copies).collect();
            (Just(facts), Just(all).prop_shuffle())
        })
}

proptest! {
    #[test]
    fn order_and_repetition_of_facts_do_not_matter((facts, mixed) in shuffled_with_copies()) {
        prop_assert_eq!(standing(number(1), &facts), standing(number(1), &mixed));
    }

    #[test]
    fn nothing_that_befalls_a_report_moves_the_application(
        facts in prop::collection::vec(anything(), 0..20)
    ) {
        let facts = once(facts);
        let report = |fact: &Fact| match &fact.about {
            message::About::Message { id, .. } => *id != application(1).id,
            message::About::Lane(_) => true,
        };
        let said = |fact: &Fact| {
            matches!(fact.name(), FactName::StatusReported | FactName::ResultIssued)
        };
        let without: Vec<Fact> =
            facts.iter().filter(|fact| !report(fact) || said(fact)).cloned().collect();
        prop_assert_eq!(standing(number(1), &facts), standing(number(1), &without));
    }

    #[test]
    fn a_decision_is_never_undone_by_what_comes_after(
        facts in prop::collection::vec(anything(), 0..20)
    ) {
        let mut facts = once(facts);
        let before = status_of(&facts);
        facts.push(fact(&application(1), 100, parked("router.committee")));
        facts.push(fact(&application(1), 101, failed("router.committee", 9)));
        if let Some(before) = before.filter(|status| status.is_final()) {
            prop_assert_eq!(status_of(&facts), Some(before));
        }
    }
}

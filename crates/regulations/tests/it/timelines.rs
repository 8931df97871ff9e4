//! Step tables against facts: what was used, what is late, what never came to be.

use jiff::{SignedDuration, Timestamp};
use message::{
    About, Channel, Detail, Fact, LaneName, MessageId, NotificationOutcome, Number, Outcome,
    ProviderCode, RegisterName,
};
use proptest::prelude::*;
use regulations::{ApplicantKind, Outage, Progress, Seen, StepTime};
use serde_json::{Value, json};

use crate::{calendar, regulation};

pub(crate) const APPLICATION: u128 = 7;
pub(crate) const REPORT: u128 = 8;

/// Second `s` of an invented day.
pub(crate) fn at(s: i64) -> Timestamp {
    "2026-11-20T10:00:00+05:00".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(s)
}

fn id(n: u128) -> MessageId {
    MessageId::from_uuid(format!("{n:032x}").parse().unwrap())
}

/// A fact about message `n` of the application.
pub(crate) fn fact(n: u128, s: i64, detail: Detail) -> Fact {
    let about = About::Message {
        id: id(n),
        number: Number::of(id(APPLICATION)),
    };
    Fact::new(about, at(s), "test", detail)
}

pub(crate) fn verified() -> Detail {
    Detail::Verified {
        signers: Vec::new(),
    }
}

pub(crate) fn enriched(register: &str) -> Detail {
    Detail::Enriched {
        register: RegisterName::new(register).unwrap(),
    }
}

pub(crate) fn committee() -> ProviderCode {
    ProviderCode::new("committee").unwrap()
}

pub(crate) fn routed() -> Detail {
    Detail::Routed {
        provider: committee(),
        reason: String::new(),
    }
}

pub(crate) fn delivered() -> Detail {
    Detail::Delivered {
        provider: committee(),
        registration_number: "17".to_owned(),
    }
}

pub(crate) fn refused(lane: &str) -> Detail {
    let lane = Some(LaneName::new(lane).unwrap());
    Detail::Refused {
        lane,
        code: String::new(),
        explanation: String::new(),
    }
}

fn result(outcome: Outcome) -> Detail {
    Detail::ResultIssued {
        provider: committee(),
        outcome,
        reason: String::new(),
    }
}

pub(crate) fn notified(of: &Fact) -> Detail {
    Detail::Notified {
        of: of.id,
        channel: "email".to_owned(),
        outcome: NotificationOutcome::Sent,
        recipient_masked: String::new(),
    }
}

pub(crate) fn seen(
    code: &str,
    channel: Channel,
    form: &Value,
    facts: &[Fact],
    outages: &[Outage],
    now: i64,
) -> Vec<StepTime> {
    let seen = Seen {
        form,
        applicant: Some(ApplicantKind::Person),
        facts,
        outages,
        calendar: calendar(),
        now: at(now),
    };
    regulation(code).timeline(channel, &seen)
}

fn timeline(code: &str, channel: Channel, form: &Value, facts: &[Fact], now: i64) -> Vec<StepTime> {
    seen(code, channel, form, facts, &[], now)
}

fn portal(facts: &[Fact], now: i64) -> Vec<StepTime> {
    timeline("apostille", Channel::Portal, &Value::Null, facts, now)
}

fn progress(rows: &[StepTime]) -> Vec<Progress> {
    rows.iter().map(|row| row.progress).collect()
}

fn granted() -> Vec<Fact> {
    let mut facts = vec![
        fact(APPLICATION, 0, Detail::Received),
        fact(APPLICATION, 1, verified()),
        fact(APPLICATION, 3, enriched("payment")),
        fact(APPLICATION, 4, routed()),
        fact(APPLICATION, 6, delivered()),
        fact(REPORT, 7200, Detail::Received),
        fact(REPORT, 7201, verified()),
        fact(REPORT, 7203, result(Outcome::Granted)),
    ];
    facts.push(fact(APPLICATION, 2, notified(&facts[0])));
    facts
}

#[test]
fn a_granted_application_has_used_time_where_the_platform_could_see_it() {
    use Progress::{Done, NotBegun, Outside};
    let rows = portal(&granted(), 10_000);
    assert_eq!(
        progress(&rows),
        [
            Outside, Outside, Outside, Done, NotBegun, Done, NotBegun, Outside, Done, NotBegun,
            Done
        ]
    );
    let used = |number: usize| rows[number - 1].used.map(|used| used.as_secs());
    assert_eq!(
        (used(6), used(4), used(9), used(11)),
        (Some(1), Some(2), Some(3), Some(7197))
    );
    assert_eq!(rows[10].due, Some(at(6) + SignedDuration::from_hours(72)));
    assert!(rows.iter().all(|row| !row.late));
}

#[test]
fn a_step_under_way_is_late_once_its_time_is_over() {
    let facts = &granted()[..1];
    assert!(!portal(facts, 15)[5].late);
    let late = &portal(facts, 16)[5];
    assert_eq!((late.progress, late.late), (Progress::Open, true));
    assert_eq!(late.used, Some(SignedDuration::from_secs(16)));
}

#[test]
fn an_unpaid_application_ends_with_the_refusal_the_applicant_was_told() {
    let mut facts = vec![
        fact(APPLICATION, 0, Detail::Received),
        fact(APPLICATION, 1, verified()),
        fact(APPLICATION, 2, refused("registry.payment")),
    ];
    let rows = portal(&facts, 3);
    assert_eq!(
        (rows[3].progress, rows[4].progress),
        (Progress::Done, Progress::Open)
    );
    // That it was received is told later than the refusal: it does not end the refusal's step.
    facts.push(fact(APPLICATION, 3, notified(&facts[0])));
    assert_eq!(portal(&facts, 4)[4].progress, Progress::Open);
    facts.push(fact(APPLICATION, 4, notified(&facts[2])));
    let rows = portal(&facts, 5);
    assert_eq!(rows[4].progress, Progress::Done);
    assert_eq!(rows[4].used, Some(SignedDuration::from_secs(2)));
    assert_eq!(rows[8].progress, Progress::NotBegun);
}

#[test]
fn a_refusal_by_the_provider_drops_the_result_it_was_working_on() {
    let mut facts = granted();
    facts[7] = fact(REPORT, 7203, result(Outcome::Refused));
    let rows = portal(&facts, 10_000);
    assert_eq!(
        (rows[9].progress, rows[10].progress),
        (Progress::Open, Progress::Dropped)
    );
    assert_eq!(rows[10].ended, Some(at(7203)));
    let told = fact(REPORT, 7205, notified(&facts[7]));
    facts.push(told);
    assert_eq!(portal(&facts, 10_000)[9].progress, Progress::Done);
}

#[test]
fn a_refused_report_is_no_refusal_of_the_application() {
    let mut facts = granted();
    facts.push(fact(9, 7300, refused("signature.verify")));
    assert_eq!(portal(&facts, 10_000), portal(&granted(), 10_000));
}

#[test]
fn the_term_may_depend_on_the_form() {
    let facts = granted();
    let term = |form: &Value| {
        let rows = timeline("apostille", Channel::Provider, form, &facts, 0);
        rows[7].allowed.to_string()
    };
    assert_eq!(term(&json!({ "delivery": "in-person" })), "1d");
    assert_eq!(term(&json!({ "delivery": "post" })), "3d");
    assert_eq!(term(&Value::Null), "3d");
}

#[test]
fn working_days_are_counted_for_mass_media() {
    let facts = granted();
    let rows = timeline(
        "mass-media-registration",
        Channel::Portal,
        &Value::Null,
        &facts,
        0,
    );
    // Fifteen working days from Friday 2026-11-20; Independence Day comes later.
    assert_eq!(
        rows[10].due,
        Some("2026-12-11T10:00:06+05:00".parse().unwrap())
    );
}

#[test]
fn clocks_that_differ_give_no_negative_time() {
    let facts = [
        fact(APPLICATION, 0, Detail::Received),
        fact(APPLICATION, -1, verified()),
    ];
    let row = &portal(&facts, 5)[5];
    assert_eq!(
        (row.progress, row.used),
        (Progress::Done, Some(SignedDuration::ZERO))
    );
}

proptest! {
    #[test]
    fn order_and_repetition_of_facts_do_not_matter(
        order in Just((0..9_usize).chain(0..9).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let facts = granted();
        let shuffled: Vec<_> = order.iter().map(|place| facts[*place].clone()).collect();
        prop_assert_eq!(portal(&shuffled, 10_000), portal(&facts, 10_000));
    }
}

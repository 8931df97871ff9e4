//! What stops the clock of a step, and what does not; when its warnings and its end come.

use jiff::{SignedDuration, Timestamp};
use message::{Channel, Detail, Fact, LaneName};
use proptest::prelude::*;
use regulations::{Outage, StepTime, Why};
use serde_json::Value;

use crate::timelines::{
    APPLICATION, REPORT, at, committee, delivered, enriched, fact, notified, refused, routed, seen,
    verified,
};

fn outage(lane: &str, closed: i64, opened: Option<i64>) -> Outage {
    Outage {
        lane: LaneName::new(lane).unwrap(),
        code: "register-unreachable".to_owned(),
        closed_at: at(closed),
        opened_at: opened.map(at),
    }
}

/// Received and verified: step 4 (the register of payments, 90 s) runs since second 1.
fn to_payment() -> Vec<Fact> {
    vec![
        fact(APPLICATION, 0, Detail::Received),
        fact(APPLICATION, 1, verified()),
    ]
}

fn failed(second: i64, attempt: u32, lane: &str, code: &str) -> Fact {
    let detail = Detail::AttemptFailed {
        lane: LaneName::new(lane).unwrap(),
        code: code.to_owned(),
        explanation: String::new(),
        attempt,
        retry_at: at(second + 5),
    };
    fact(APPLICATION, second, detail)
}

fn reported(n: u128, second: i64, status: &str) -> Fact {
    let detail = Detail::StatusReported {
        provider: committee(),
        status: status.to_owned(),
    };
    fact(REPORT + n, second, detail)
}

fn step(number: usize, facts: &[Fact], outages: &[Outage], now: i64) -> StepTime {
    let mut rows = seen(
        "apostille",
        Channel::Portal,
        &Value::Null,
        facts,
        outages,
        now,
    );
    rows.swap_remove(number - 1)
}

fn rungs(step: &StepTime) -> Vec<(u8, Timestamp)> {
    step.rungs
        .iter()
        .map(|rung| (rung.percent, rung.at))
        .collect()
}

#[test]
fn warnings_come_at_the_parts_of_the_time_that_the_regulation_says() {
    let row = step(4, &to_payment(), &[], 10);
    assert_eq!(rungs(&row), [(50, at(46)), (80, at(73)), (100, at(91))]);
    assert_eq!((row.due, row.used_percent), (Some(at(91)), Some(10)));
    let near = |now| step(4, &to_payment(), &[], now).near(at(now));
    assert_eq!((near(45), near(46), near(80)), (None, Some(50), Some(80)));
    // Past its end it is late, no longer near it.
    assert_eq!(near(92), None);
}

#[test]
fn an_outage_of_the_register_that_is_asked_moves_what_comes_after_it_began() {
    let over = [outage("registry.payment", 50, Some(350))];
    let row = step(4, &to_payment(), &over, 400);
    assert_eq!(rungs(&row), [(50, at(46)), (80, at(373)), (100, at(391))]);
    assert_eq!(row.used, Some(SignedDuration::from_secs(99)));
    assert!(row.late);

    let lasting = [outage("registry.payment", 50, None)];
    let row = step(4, &to_payment(), &lasting, 1000);
    assert!(!row.late);
    assert_eq!(row.used_percent, Some(54));
    let still = row.standing_still().unwrap();
    let lane = LaneName::new("registry.payment").unwrap();
    let code = "register-unreachable".to_owned();
    assert_eq!(
        (still.from, &still.why),
        (at(50), &Why::Outage { lane, code })
    );
    assert_eq!(row.due, Some(at(1041)), "as if it ended now");
}

#[test]
fn what_was_late_before_the_outage_stays_late() {
    let after = [outage("registry.payment", 100, None)];
    let row = step(4, &to_payment(), &after, 1000);
    assert_eq!((row.due, row.late), (Some(at(91)), true));
    assert_eq!(row.standing_still(), None);
}

#[test]
fn outages_of_lanes_that_the_step_does_not_wait_for_stop_nothing() {
    for lane in [
        "registry.gbd-fl",
        "router.committee",
        "notifier.email",
        "registry.enis",
    ] {
        let row = step(4, &to_payment(), &[outage(lane, 10, None)], 50);
        assert_eq!((row.due, row.pauses.len()), (Some(at(91)), 0), "{lane}");
    }
    // Nor does one that was over before.
    let row = step(
        4,
        &to_payment(),
        &[outage("registry.payment", -90, Some(1))],
        50,
    );
    assert_eq!(row.pauses, []);
}

#[test]
fn the_lane_of_the_provider_counts_from_when_it_was_chosen_and_no_other_provider_s() {
    let mut facts = to_payment();
    facts.extend([
        fact(APPLICATION, 3, enriched("payment")),
        fact(APPLICATION, 10, routed()),
    ]);
    let outages = [
        outage("router.committee", 5, Some(60)),
        outage("router.national-archive", 5, None),
    ];
    let row = step(9, &facts, &outages, 70);
    let times: Vec<_> = row.pauses.iter().map(|p| (p.from, p.to)).collect();
    assert_eq!(times, [(at(10), Some(at(60)))]);
    assert_eq!(row.due, Some(at(3 + 90 + 50)));
}

#[test]
fn registers_one_after_another_count_each_while_it_is_asked() {
    let mut facts = to_payment();
    facts.push(fact(APPLICATION, 20, enriched("gbd-fl")));
    let outages = [
        outage("registry.gbd-fl", 5, Some(30)),
        // Of organisations; the applicant is a person.
        outage("registry.gbd-ul", 5, None),
        outage("registry.payment", 10, Some(40)),
    ];
    let rows = seen(
        "apostille",
        Channel::Provider,
        &Value::Null,
        &facts,
        &outages,
        50,
    );
    let times: Vec<_> = rows[2].pauses.iter().map(|p| (p.from, p.to)).collect();
    assert_eq!(times, [(at(5), Some(at(20))), (at(20), Some(at(40)))]);
    assert_eq!(rows[2].due, Some(at(1 + 90 + 35)));
}

#[test]
fn a_try_that_failed_outside_stops_the_clock_until_the_application_goes_on() {
    let mut facts = to_payment();
    facts.extend([
        failed(11, 1, "registry.payment", "register-failed"),
        failed(16, 2, "registry.payment", "register-failed"),
    ]);
    let row = step(4, &facts, &[], 500);
    assert!(!row.late && row.standing_still().is_some());
    facts.push(fact(APPLICATION, 31, enriched("payment")));
    let row = step(4, &facts, &[], 500);
    assert_eq!(row.used, Some(SignedDuration::from_secs(10)));
    assert_eq!(row.due, Some(at(91 + 20)));
}

#[test]
fn who_is_to_be_told_of_a_refusal_is_waited_for_while_the_ways_of_telling_are_away() {
    // Step 5 (the refusal of an unpaid application, 20 s) runs since second 2.
    let mut facts = to_payment();
    facts.push(fact(APPLICATION, 2, refused("registry.payment")));
    assert!(step(5, &facts, &[], 23).late);
    let away = [outage("notifier.email", 10, None)];
    let row = step(5, &facts, &away, 500);
    assert!(!row.late && row.standing_still().is_some());
    let over = [outage("notifier.email", 10, Some(300))];
    let row = step(5, &facts, &over, 500);
    assert_eq!((row.due, row.late), (Some(at(22 + 290)), true));

    // A letter that the mail server refused for now, and its next try; another letter's try is no matter.
    facts.push(failed(10, 1, "notifier.email", "mail-server-unreachable"));
    assert!(!step(5, &facts, &[], 500).late);
    facts.push(fact(APPLICATION, 15, notified(&facts[0])));
    assert_eq!(step(5, &facts, &[], 20).due, Some(at(22 + 5)));
    facts.push(fact(APPLICATION, 21, notified(&facts[2])));
    let row = step(5, &facts, &away, 500);
    assert_eq!((row.ended, row.late), (Some(at(21)), false));
}

#[test]
fn pauses_that_overlap_are_told_as_one_with_all_reasons() {
    let lane = || LaneName::new("registry.payment").unwrap();
    let why = |code: &str| Why::Outage {
        lane: lane(),
        code: code.to_owned(),
    };
    let mut facts = to_payment();
    facts.extend([
        failed(11, 1, "registry.payment", "register-failed"),
        failed(16, 2, "registry.payment", "register-failed"),
    ]);
    let closed = [outage("registry.payment", 20, Some(60))];
    let told = |facts: &[Fact], outages: &[Outage]| {
        let joined = step(4, facts, outages, 100).standstills();
        let told = joined.into_iter().map(|one| (one.from, one.to, one.whys));
        told.collect::<Vec<_>>()
    };
    let both = vec![why("register-failed"), why("register-unreachable")];
    assert_eq!(told(&facts, &closed), [(at(11), None, both.clone())]);
    facts.push(fact(APPLICATION, 50, enriched("payment")));
    assert_eq!(told(&facts, &closed), [(at(11), Some(at(50)), both)]);
    // One after the other for the same reason is one; what lies apart is not.
    let once = vec![why("register-failed")];
    assert_eq!(told(&facts, &[]), [(at(11), Some(at(50)), once)]);
    let twice = [
        outage("registry.payment", 20, Some(30)),
        outage("registry.payment", 40, Some(45)),
    ];
    let [_, second] = told(&to_payment(), &twice).try_into().unwrap();
    assert_eq!((second.0, second.1), (at(40), Some(at(45))));
}

#[test]
fn a_failure_of_our_own_and_the_wait_for_a_person_stop_no_clock() {
    let mut facts = to_payment();
    facts.push(failed(11, 1, "registry.payment", "internal"));
    assert_eq!(step(4, &facts, &[], 50).pauses, []);
    let parked = Detail::Parked {
        lane: LaneName::new("registry.payment").unwrap(),
        code: "register-garbled".to_owned(),
        explanation: String::new(),
    };
    let mut facts = to_payment();
    facts.push(failed(11, 1, "registry.payment", "register-garbled"));
    facts.push(fact(APPLICATION, 21, parked));
    let row = step(4, &facts, &[], 500);
    assert_eq!((row.due, row.late), (Some(at(101)), true));
}

#[test]
fn the_provider_s_wait_for_a_correction_stops_the_clock_until_its_next_word() {
    let day = 86_400;
    let mut facts = to_payment();
    facts.extend([
        fact(APPLICATION, 3, enriched("payment")),
        fact(APPLICATION, 4, routed()),
        fact(APPLICATION, 5, delivered()),
        reported(0, day, "registered"),
        reported(1, 2 * day, "correction-requested"),
    ]);
    let row = step(11, &facts, &[], 30 * day);
    assert!(!row.late);
    let status = "correction-requested".to_owned();
    assert_eq!(
        row.standing_still().unwrap().why,
        Why::Correction { status }
    );
    facts.push(reported(2, 6 * day, "in-work"));
    let row = step(11, &facts, &[], 6 * day + 1);
    assert_eq!(row.standing_still(), None);
    assert_eq!(row.due, Some(at(5 + (3 + 4) * day)));
}

#[test]
fn a_pause_over_days_off_moves_a_term_in_working_days_by_its_working_days_only() {
    // Delivered on Friday 20 November, correction from that moment to Monday noon: one day and two hours count.
    let hour = 3600;
    let mut facts = to_payment();
    facts.extend([
        fact(APPLICATION, 2, enriched("payment")),
        fact(APPLICATION, 3, routed()),
        fact(APPLICATION, 0, delivered()),
        reported(0, 0, "correction-requested"),
        reported(1, 3 * 24 * hour + 2 * hour, "in-work"),
    ]);
    let code = "mass-media-registration";
    let rows = seen(
        code,
        Channel::Portal,
        &Value::Null,
        &facts,
        &[],
        4 * 24 * hour,
    );
    // 15 working days would end on 11 December at 10:00; 26 working hours later it is Monday 14, 12:00.
    let due: Timestamp = "2026-12-14T12:00:00+05:00".parse().unwrap();
    assert_eq!(rows[10].due, Some(due));
}

fn outages() -> impl Strategy<Value = Vec<Outage>> {
    let one = (0..200_i64, 1..100_i64)
        .prop_map(|(closed, lasts)| outage("registry.payment", closed, Some(closed + lasts)));
    proptest::collection::vec(one, 0..6)
}

proptest! {
    #[test]
    fn more_outages_never_make_a_term_end_earlier_nor_their_order_matter(
        some in outages(),
        more in outages(),
    ) {
        let facts = to_payment();
        let due = |outages: &[Outage]| step(4, &facts, outages, 500).due.unwrap();
        let both: Vec<_> = some.iter().chain(&more).cloned().collect();
        let turned: Vec<_> = both.iter().rev().cloned().collect();
        prop_assert!(due(&both) >= due(&some));
        prop_assert_eq!(due(&both), due(&turned));
    }

    #[test]
    fn used_and_paused_are_the_whole_time(some in outages(), now in 1..600_i64) {
        let row = step(4, &to_payment(), &some, now);
        let (used, allowed) = (row.used.unwrap(), SignedDuration::from_secs(90));
        prop_assert!(used >= SignedDuration::ZERO);
        prop_assert!(used <= SignedDuration::from_secs(now - 1));
        prop_assert!(row.late || used <= allowed);
        prop_assert!(!row.late || used >= allowed);
    }
}

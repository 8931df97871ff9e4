//! The gate of a lane: closing, probing, opening by and by, and its pace.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use flow::{Lane, Map};
use proptest::prelude::*;
use stage::{Change, Gate, Ticket};

fn lane(fields: &str) -> Lane {
    let text = format!("delays = ['1s']\n[[lane]]\nname = 'a.b'\nkind = 'register'\n{fields}");
    Map::parse(&text).unwrap().lanes.remove(0)
}

fn gate(fields: &str, now: Instant) -> Gate {
    Gate::new(&lane(fields), now)
}

fn admit(gate: &mut Gate, now: Instant) -> Vec<Ticket> {
    std::iter::from_fn(|| gate.admit(now)).collect()
}

const SMALL: &str = "concurrency_max = 8\noutages_to_close = 3\nprobe_ms = 1000\n";

#[test]
fn outages_in_a_row_close_it_and_an_answer_between_them_does_not() {
    let now = Instant::now();
    let mut gate = gate(SMALL, now);
    let mut tickets = admit(&mut gate, now);
    assert_eq!(tickets.len(), 8, "as many at a time as the lane allows");
    assert_eq!(gate.outage(tickets.remove(0), now, 0.5), None);
    assert_eq!(gate.outage(tickets.remove(0), now, 0.5), None);
    let first = gate.answered(tickets.remove(0));
    assert_eq!(first, Some(Change::Opened), "its first answer is news");
    assert_eq!(gate.outage(tickets.remove(0), now, 0.5), None);
    assert_eq!(gate.outage(tickets.remove(0), now, 0.5), None);
    assert_eq!(
        gate.outage(tickets.remove(0), now, 0.5),
        Some(Change::Closed)
    );
    assert!(gate.is_closed());
    assert_eq!(gate.admit(now), None);
    assert_eq!(gate.outage(tickets.remove(0), now, 0.5), None, "told once");
    assert_eq!(
        gate.answered(tickets.remove(0)),
        None,
        "a late answer opens nothing"
    );
    assert_eq!((gate.in_hand(), gate.is_closed()), (0, true));
}

fn closed(now: Instant) -> Gate {
    let mut gate = gate(SMALL, now);
    for _ in 0..3 {
        let ticket = gate.admit(now).unwrap();
        gate.outage(ticket, now, 0.5);
    }
    assert!(gate.is_closed());
    gate
}

#[test]
fn it_is_probed_at_its_pace_and_opens_by_and_by() {
    let now = Instant::now();
    let mut gate = closed(now);
    let at = gate.wake_at(now).unwrap();
    assert_eq!(at - now, Duration::from_secs(1));
    assert!(!gate.probe_due(now));
    assert!(gate.probe_due(at));
    assert!(!gate.probe_due(at), "one probe at a time");
    gate.probed(false, at, 0.0);
    assert_eq!(gate.wake_at(at).unwrap() - at, Duration::from_millis(750));
    let at = at + Duration::from_millis(750);
    assert!(gate.probe_due(at));
    gate.probed(true, at, 0.5);
    let mut told = Vec::new();
    let mut widths = Vec::new();
    for _ in 0..4 {
        let tickets = admit(&mut gate, at);
        widths.push(tickets.len());
        for ticket in tickets {
            told.extend(gate.answered(ticket));
        }
    }
    assert_eq!(widths, [1, 2, 4, 8]);
    assert_eq!(told, [Change::Opened], "told at the first answer, once");
}

#[test]
fn any_outage_while_it_opens_closes_it_again_and_says_so_if_it_was_said_to_be_open() {
    let now = Instant::now();
    let mut gate = closed(now);
    let mut at = now;
    let mut probe = |gate: &mut Gate| {
        at = gate.wake_at(at).unwrap();
        assert!(gate.probe_due(at));
        gate.probed(true, at, 0.5);
        at
    };
    let at = probe(&mut gate);
    let ticket = gate.admit(at).unwrap();
    assert_eq!(
        gate.outage(ticket, at, 0.5),
        None,
        "it was never said to be open"
    );
    assert!(gate.is_closed());
    let at = probe(&mut gate);
    let ticket = gate.admit(at).unwrap();
    assert_eq!(gate.answered(ticket), Some(Change::Opened));
    let ticket = gate.admit(at).unwrap();
    assert_eq!(gate.outage(ticket, at, 0.5), Some(Change::Closed));
}

#[test]
fn the_rate_is_kept_and_even() {
    let now = Instant::now();
    let mut gate = gate("concurrency_max = 200\nrate_max_per_s = 50\n", now);
    let (mut at, mut started, end) = (now, Vec::new(), now + Duration::from_secs(2));
    while at < end {
        for ticket in admit(&mut gate, at) {
            started.push(at);
            gate.answered(ticket);
        }
        at = gate.wake_at(at).expect("the rate says when");
    }
    assert!((100..=101).contains(&started.len()), "{}", started.len());
    let gaps = started.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(
        gaps.min().unwrap() >= Duration::from_millis(19),
        "no bursts"
    );
}

#[derive(Debug, Clone)]
enum Happens {
    Start,
    Answer,
    Outage,
    ProbeAnswers(bool),
    TimePasses(u64),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => Just(Happens::Start),
        3 => Just(Happens::Answer),
        2 => Just(Happens::Outage),
        2 => any::<bool>().prop_map(Happens::ProbeAnswers),
        2 => (0..3000_u64).prop_map(Happens::TimePasses),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_there_is_never_more_in_hand_than_allowed_and_it_can_always_open(
        concurrency in 1..20_u16,
        outages in 1..5_u32,
        story in prop::collection::vec(happens(), 0..200),
    ) {
        let fields = format!(
            "concurrency_max = {concurrency}\noutages_to_close = {outages}\nprobe_ms = 1000\n"
        );
        let mut now = Instant::now();
        let mut gate = gate(&fields, now);
        let (mut tickets, mut was_probing, mut told) = (VecDeque::new(), false, vec![]);
        for event in story {
            match event {
                Happens::Start => {
                    let (closed, width, before) = (gate.is_closed(), gate.width(), gate.in_hand());
                    let ticket = gate.admit(now);
                    prop_assert!(ticket.is_none() || (!closed && before < width));
                    tickets.extend(ticket);
                }
                Happens::Answer => told.extend(tickets.pop_front().and_then(|t| gate.answered(t))),
                Happens::Outage => {
                    told.extend(tickets.pop_front().and_then(|t| gate.outage(t, now, 0.5)));
                }
                Happens::ProbeAnswers(is_back) if was_probing => {
                    gate.probed(is_back, now, 0.5);
                    was_probing = false;
                }
                Happens::ProbeAnswers(_) => was_probing = gate.probe_due(now),
                Happens::TimePasses(ms) => now += Duration::from_millis(ms),
            }
            prop_assert!(gate.in_hand() <= concurrency);
            prop_assert_eq!(usize::from(gate.in_hand()), tickets.len());
        }
        let alternates = told.windows(2).all(|pair| pair[0] != pair[1]);
        prop_assert!(alternates, "{told:?}");

        // From wherever it stands: when everything answers, it is fully open soon.
        for ticket in tickets {
            gate.answered(ticket);
        }
        if was_probing {
            gate.probed(true, now, 0.5);
        }
        for _ in 0..100 {
            now += Duration::from_secs(2);
            if gate.probe_due(now) {
                gate.probed(true, now, 0.5);
            }
            for ticket in admit(&mut gate, now) {
                gate.answered(ticket);
            }
        }
        prop_assert_eq!(gate.width(), concurrency);
        prop_assert!(!gate.is_closed());
    }
}

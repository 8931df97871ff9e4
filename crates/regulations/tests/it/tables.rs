//! The step tables say what S4 prints: times and ways, step by step.

use message::Channel;
use regulations::{End, Next, Regulation};

use crate::regulation;

/// Number, time allowed, ways on: `3|2` is 3 if its condition holds, else 2; `.` ends.
fn table(regulation: &Regulation, channel: Channel) -> String {
    let steps = &regulation.channel(channel).unwrap().steps;
    let row = |step: &regulations::Step| {
        let way = match (step.end, step.next.as_slice()) {
            (Some(End::Refusal), _) => "no".to_owned(),
            (Some(End::Result), _) => "yes".to_owned(),
            (None, [Next { step, .. }]) => step.to_string(),
            (None, next) => {
                let side = |yes: bool| next.iter().find(|n| n.when.is_some() == yes).unwrap().step;
                format!("{}|{}", side(true), side(false))
            }
        };
        format!("{} {} {way}", step.number, step.allowed)
    };
    steps.iter().map(row).collect::<Vec<_>>().join(", ")
}

#[test]
fn portal_tables() {
    let paid = "1 10s..15s 3|2, 2 20s no, 3 1m30s 4, 4 1m30s 6|5, 5 20s no, 6 10s..15s 8|7, \
                7 10s..15s no, 8 1m30s 9, 9 1m30s 11|10, 10 20s no, 11 ";
    assert_eq!(
        table(regulation("apostille"), Channel::Portal),
        format!("{paid}3d yes")
    );
    assert_eq!(
        table(regulation("mass-media-registration"), Channel::Portal),
        format!("{paid}15wd yes")
    );
    assert_eq!(
        table(regulation("archive-certificate"), Channel::Portal),
        "1 30s..1m 3|2, 2 30s no, 3 1m30s 5|4, 4 1m30s no, 5 30s..1m 6, 6 1m 8|7, 7 30s no, 8 15d yes"
    );
}

#[test]
fn provider_tables() {
    let table_but_term = "1 10s..15s 2, 2 10s 3, 3 1m30s 5|4, 4 10s..15s no, 5 10s..15s 6, \
                          6 1m30s 8|7, 7 1m30s no, 8 ";
    for (code, term) in [
        ("apostille", "3d"),
        ("archive-certificate", "15d"),
        ("mass-media-registration", "15d"),
    ] {
        assert_eq!(
            table(regulation(code), Channel::Provider),
            format!("{table_but_term}{term} yes")
        );
    }
}

#[test]
fn front_office_tables() {
    let table_but_term = "1 30s..1m 2, 2 30s 3, 3 1m30s 5|4, 4 1m30s no, 5 30s..1m 6, 6 1m 7, \
                          7 1m 9|8, 8 30s..1m no, 9 ";
    for (code, term) in [("apostille", "20d"), ("archive-certificate", "15d")] {
        assert_eq!(
            table(regulation(code), Channel::FrontOffice),
            format!("{table_but_term}{term} yes")
        );
    }
    assert!(
        regulation("mass-media-registration")
            .channel(Channel::FrontOffice)
            .is_none()
    );
}

use std::collections::HashSet;

use message::Event;
use monitor::{
    chain::{Checkpoint, Content, Damage, Hash, Walk},
    row::Row,
};
use proptest::prelude::*;

use crate::samples::{batch, way};

fn rows(applications: u64) -> Vec<Row> {
    let events: Vec<Event> = (0..applications).flat_map(way).collect();
    let nothing = HashSet::new();
    batch(0, events)
        .news(&nothing, &nothing, Checkpoint::START)
        .unwrap()
        .rows
}

fn damage(rows: &[Row], expected: Option<Checkpoint>) -> Vec<Damage> {
    let mut walk = Walk::new(expected);
    let mut messages = 0;
    for row in rows {
        let content = row.content_hash.map_or(Content::None, Content::Stored);
        messages += i64::from(row.content_hash.is_some());
        walk.step(row, content);
    }
    walk.end(messages).damage
}

#[test]
fn a_checkpoint_is_written_and_read_back() {
    let head = rows(1).last().unwrap().checkpoint();
    assert_eq!(head.to_string().parse(), Ok(head));
    for bad in [
        "",
        "7",
        "7:",
        "7:00",
        "x:00",
        &format!("-1:{}", Hash::GENESIS),
    ] {
        assert!(bad.parse::<Checkpoint>().is_err(), "{bad}");
    }
}

#[test]
fn an_untouched_journal_is_whole_and_fits_every_checkpoint_of_its_past() {
    let rows = rows(3);
    assert_eq!(damage(&rows, None), []);
    for row in &rows {
        assert_eq!(damage(&rows, Some(row.checkpoint())), []);
    }
}

#[test]
fn a_row_reads_back_as_the_fact_it_was_made_of() {
    let facts = way(5).into_iter().flat_map(|event| event.facts);
    let nothing = HashSet::new();
    let rows = batch(0, way(5))
        .news(&nothing, &nothing, Checkpoint::START)
        .unwrap()
        .rows;
    for (fact, row) in facts.zip(rows) {
        assert_eq!(row.fact().unwrap(), fact);
    }
}

#[test]
fn a_cut_off_end_is_found_by_a_checkpoint_kept_elsewhere_and_only_by_it() {
    let rows = rows(2);
    let head = rows.last().unwrap().checkpoint();
    let kept = &rows[..rows.len() - 2];
    assert_eq!(damage(kept, None), []);
    let expected = head.position;
    assert_eq!(
        damage(kept, Some(head)),
        [Damage::Truncated {
            head: expected - 2,
            expected
        }]
    );
}

#[test]
fn a_journal_made_anew_is_found_by_a_checkpoint_kept_elsewhere() {
    let original = rows(2);
    let head = original.last().unwrap().checkpoint();
    // An attacker who knows the code changes a fact and hashes everything after it again.
    let mut forged: Vec<Row> = Vec::new();
    for row in &original {
        let mut row = row.clone();
        if row.position == 3 {
            row.by = "somebody else".to_owned();
        }
        row.previous_hash = forged.last().map_or(Hash::GENESIS, |row| row.hash);
        row.hash = monitor::chain::link(row.previous_hash, &row);
        forged.push(row);
    }
    assert_eq!(damage(&forged, None), []);
    let position = head.position;
    assert_eq!(
        damage(&forged, Some(head)),
        [Damage::Rewritten { position }]
    );
}

proptest! {
    #[test]
    fn any_changed_column_is_found_at_its_row(place in 0..12_usize, column in 0..11) {
        let mut rows = rows(2);
        let row = &mut rows[place];
        let position = row.position;
        match column {
            0 => row.fact_id = uuid::Uuid::from_u128(1),
            1 => row.name.push('x'),
            2 => row.message_id = None,
            3 => row.number = Some("1".to_owned()),
            4 => row.lane = Some("router.route".to_owned()),
            5 => row.at += jiff::SignedDuration::from_micros(1),
            6 => row.by.push('x'),
            7 => row.detail.push(' '),
            8 => row.stream_offset += 1,
            9 => row.content_hash = Some(Hash([7; 32])),
            _ => row.hash = Hash([7; 32]),
        }
        let changed = Damage::Changed { position };
        prop_assert!(damage(&rows, None).contains(&changed));
    }

    #[test]
    fn missing_rows_are_found_wherever_they_were(first in 0..11_usize, count in 1..6_usize) {
        let mut rows = rows(2);
        let last = (first + count).min(rows.len() - 1);
        let expected = Damage::Missing {
            first: rows[first].position,
            last: rows[last - 1].position,
        };
        rows.drain(first..last);
        prop_assert_eq!(damage(&rows, None), [expected]);
    }

    #[test]
    fn swapped_rows_are_found_both(one in 0..12_usize, other in 0..12_usize) {
        prop_assume!(one != other);
        let mut rows = rows(2);
        rows.swap(one, other);
        let (here, there) = (rows[one].position, rows[other].position);
        rows[one].position = there;
        rows[other].position = here;
        let found = damage(&rows, None);
        for position in [here, there] {
            let changed = Damage::Changed { position };
            prop_assert!(found.contains(&changed));
        }
    }

    #[test]
    fn a_row_put_in_is_found(place in 1..12_usize) {
        let mut rows = rows(2);
        let mut forged = rows[place - 1].clone();
        forged.fact_id = uuid::Uuid::from_u128(1);
        forged.position += 1;
        forged.previous_hash = rows[place - 1].hash;
        forged.hash = monitor::chain::link(forged.previous_hash, &forged);
        for row in &mut rows[place..] {
            row.position += 1;
        }
        rows.insert(place, forged);
        prop_assert!(!damage(&rows, None).is_empty());
    }

    #[test]
    fn any_text_is_read_as_a_checkpoint_or_refused_without_panic(text in ".{0,80}") {
        if let Ok(checkpoint) = text.parse::<Checkpoint>() {
            prop_assert_eq!(checkpoint.to_string().parse::<Checkpoint>(), Ok(checkpoint));
        }
    }
}

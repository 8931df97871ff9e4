//! Delta lists: what changed since a list brings it up to date, and nothing else does.

use jiff::Timestamp;
use proptest::prelude::*;
use signatures::sign::crl::{List, Revoked, list};
use signatures::{Crl, CrlError, Delta, Revocation, Status};

use crate::ca::{Authority, World, crls, now, person};

const HOLD: Option<u8> = Some(6);
const REMOVED: Option<u8> = Some(8);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn revoked(serial: u8, since: &str, reason: Option<u8>) -> Revoked {
    Revoked {
        serial: vec![serial],
        since: at(since),
        reason,
    }
}

/// Number 14, as the authority's test list.
fn base(entries: Vec<Revoked>) -> List {
    List {
        number: vec![14],
        base: None,
        this_update: at("2026-06-01T00:00:00Z"),
        next_update: at("2026-06-10T00:00:00Z"),
        revoked: entries,
    }
}

/// Changes to number 14, with a lower number of their own (kz.md 1.6).
fn changes(entries: Vec<Revoked>) -> List {
    List {
        number: vec![10],
        base: Some(vec![14]),
        this_update: at("2026-06-14T00:00:00Z"),
        next_update: at("2026-06-16T00:00:00Z"),
        revoked: entries,
    }
}

fn crl(authority: &Authority, said: &List) -> Crl {
    let bytes = list(&authority.identity(), said).unwrap();
    Crl::open(&bytes, &authority.parsed()).unwrap()
}

fn delta(authority: &Authority, said: &List) -> Delta {
    let bytes = list(&authority.identity(), said).unwrap();
    Delta::open(&bytes, &authority.parsed()).unwrap()
}

#[test]
fn changes_bring_a_list_up_to_date() {
    let root = Authority::root("TEST ROOT");
    let old = crl(
        &root,
        &base(vec![
            revoked(1, "2026-05-01T00:00:00Z", None),
            revoked(2, "2026-05-02T00:00:00Z", HOLD),
            revoked(3, "2026-05-03T00:00:00Z", HOLD),
        ]),
    );
    let delta = delta(
        &root,
        &changes(vec![
            revoked(2, "2026-06-12T00:00:00Z", REMOVED),
            revoked(3, "2026-06-12T00:00:00Z", Some(1)),
            revoked(4, "2026-06-13T00:00:00Z", HOLD),
        ]),
    );
    let new = old.with_delta(&delta).unwrap();
    let since = |serial: u8| new.revoked_since(&[serial]);
    assert_eq!(since(1), Some(at("2026-05-01T00:00:00Z")));
    assert_eq!(since(2), None);
    assert_eq!(
        since(3),
        Some(at("2026-05-03T00:00:00Z")),
        "the earlier one"
    );
    assert_eq!(since(4), Some(at("2026-06-13T00:00:00Z")));
    assert_eq!(new.this_update(), delta.this_update());
    assert_eq!(new.next_update(), delta.next_update());
    assert_eq!((new.der(), new.delta()), (old.der(), Some(delta.der())));
    assert_eq!(old.delta(), None);
}

#[test]
fn what_is_revoked_for_good_never_comes_off() {
    let root = Authority::root("TEST ROOT");
    let old = crl(
        &root,
        &base(vec![revoked(1, "2026-05-01T00:00:00Z", Some(1))]),
    );
    let removed = changes(vec![revoked(1, "2026-06-12T00:00:00Z", REMOVED)]);
    let new = old.with_delta(&delta(&root, &removed)).unwrap();
    assert_eq!(new.revoked_since(&[1]), Some(at("2026-05-01T00:00:00Z")));
}

#[test]
fn a_stale_list_with_fresh_changes_is_fresh() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let old = crl(&world.issuing, &base(vec![]));
    let new = old
        .with_delta(&delta(&world.issuing, &changes(vec![])))
        .unwrap();
    let status = |list: Crl| {
        let mut lists = crls(&[]);
        lists.insert(list.into());
        lists
            .ask(&who.parsed(), &world.issuing.parsed(), now())
            .status
    };
    assert!(matches!(status(old), Status::Unknown(_)));
    assert_eq!(status(new), Status::Good);
}

#[test]
fn changes_to_another_list_are_not_taken() {
    let world = World::new();
    let old = crl(&world.root, &base(vec![]));
    let refused = |changed: &Delta| old.with_delta(changed).unwrap_err();
    let stranger = delta(&world.issuing, &changes(vec![]));
    assert_eq!(refused(&stranger), CrlError::OtherBase);
    let later_base = List {
        base: Some(vec![15]),
        ..changes(vec![])
    };
    assert_eq!(
        refused(&delta(&world.root, &later_base)),
        CrlError::OtherBase
    );
    let longer_base = List {
        base: Some(vec![1, 0]),
        ..changes(vec![])
    };
    assert_eq!(
        refused(&delta(&world.root, &longer_base)),
        CrlError::OtherBase
    );
    let older = List {
        this_update: at("2026-05-31T23:59:59Z"),
        ..changes(vec![])
    };
    assert_eq!(refused(&delta(&world.root, &older)), CrlError::DeltaOlder);
    let earlier_base = List {
        base: Some(vec![13]),
        ..changes(vec![])
    };
    assert!(old.with_delta(&delta(&world.root, &earlier_base)).is_ok());
}

#[test]
fn neither_kind_is_taken_for_the_other() {
    let root = Authority::root("TEST ROOT");
    let bytes = |said| list(&root.identity(), &said).unwrap();
    let (whole, part) = (bytes(base(vec![])), bytes(changes(vec![])));
    let parsed = root.parsed();
    assert_eq!(
        Crl::open(&part, &parsed).unwrap_err(),
        CrlError::Partial("delta".to_owned())
    );
    assert_eq!(
        Delta::open(&whole, &parsed).unwrap_err(),
        CrlError::NotADelta
    );
    let impostor = Authority::root("TEST ROOT");
    assert!(Delta::open(&part, &impostor.parsed()).is_err());
}

#[test]
fn a_removal_in_a_whole_list_is_no_revocation() {
    let root = Authority::root("TEST ROOT");
    let list = crl(
        &root,
        &base(vec![revoked(1, "2026-05-01T00:00:00Z", REMOVED)]),
    );
    assert_eq!(list.revoked(), 0);
}

#[test]
fn changes_cut_short_or_lengthened_are_refused() {
    let root = Authority::root("TEST ROOT");
    let entries = vec![revoked(4, "2026-06-13T00:00:00Z", HOLD)];
    let good = list(&root.identity(), &changes(entries)).unwrap();
    for length in 0..good.len() {
        assert!(Delta::open(&good[..length], &root.parsed()).is_err());
    }
    assert!(Delta::open(&[good.as_slice(), &[0]].concat(), &root.parsed()).is_err());
}

proptest! {
    #[test]
    fn no_flipped_bit_changes_what_is_told(place in any::<prop::sample::Index>(), bit in 0..8) {
        let root = Authority::root("TEST ROOT");
        let entries = vec![revoked(4, "2026-06-13T00:00:00Z", HOLD)];
        let mut bytes = list(&root.identity(), &changes(entries)).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= 1_u8 << bit;
        prop_assert!(Delta::open(&bytes, &root.parsed()).is_err());
    }
}

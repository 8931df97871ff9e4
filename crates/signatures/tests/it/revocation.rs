//! Revocation lists: revoked is invalid, not known is undetermined, and only a genuine list counts.

use jiff::SignedDuration;
use rcgen::CrlScope;
use signatures::sign::{Options, sign};
use signatures::{Crl, CrlError, Crls, Freshness, Lack, Reason, Revocation, Status, Verdict};

use crate::ca::{Authority, Person, World, crls, now, official, person};

fn verdict(world: &World, who: &Person, lists: &Crls) -> Verdict<'static> {
    let signature = sign(b"x", &[&who.identity(&[])], &Options::attached(now())).unwrap();
    world
        .verifier()
        .verify(&signature, None, now(), lists)
        .into_owned()
}

#[track_caller]
fn lacking(verdict: Verdict<'_>, lack: Lack, issuer: &Authority) {
    match verdict {
        Verdict::Undetermined(need) => {
            assert_eq!(need.lack, lack);
            assert_eq!(need.authority, issuer.parsed().authority());
        }
        other => panic!("not undetermined: {other:?}"),
    }
}

#[test]
fn a_revoked_certificate_is_refused() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let Verdict::Invalid(finding) = verdict(&world, &who, &world.crls(&[&who])) else {
        panic!("not refused")
    };
    assert_eq!(finding.reason, Reason::Revoked);
}

#[test]
fn another_persons_revocation_does_not_matter() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let other = world.issuing.issue(official());
    assert!(matches!(
        verdict(&world, &who, &world.crls(&[&other])),
        Verdict::Valid(_)
    ));
}

#[test]
fn a_signature_before_the_revocation_still_holds() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let certificate = signatures::Certificate::parse(who.certificate.der()).unwrap();
    let lists = world.crls(&[&who]);
    let status = |at: &str| {
        lists
            .ask(&certificate, &world.issuing.parsed(), at.parse().unwrap())
            .status
    };
    assert_eq!(status("2026-05-19T23:59:59Z"), Status::Good);
    let since = "2026-05-20T00:00:00Z".parse().unwrap();
    assert_eq!(status("2026-05-20T00:00:00Z"), Status::Revoked { since });
}

#[test]
fn without_a_list_the_verdict_is_undetermined_and_says_what_is_lacking() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let lists = crls(&[(&world.root, world.root.crl(&[]))]);
    let Verdict::Undetermined(need) = verdict(&world, &who, &lists) else {
        panic!("not undetermined")
    };
    assert_eq!(need.lack, Lack::Missing);
    assert_eq!(need.issuer, "CN=TEST ISSUING, C=KZ");
    assert_eq!(need.urls, ["http://crl.kezek.test/issuing.crl"]);
    let lists = crls(&[(&world.issuing, world.issuing.crl(&[]))]);
    lacking(verdict(&world, &who, &lists), Lack::Missing, &world.root);
}

#[test]
fn a_stale_list_leaves_it_undetermined_but_still_revokes() {
    let world = World::new();
    let (who, revoked) = (
        world.issuing.issue(person()),
        world.issuing.issue(official()),
    );
    let stale = world
        .issuing
        .crl_with(&[&revoked], (2026, 6, 1), (2026, 6, 10), None);
    let lists = crls(&[(&world.root, world.root.crl(&[])), (&world.issuing, stale)]);
    lacking(verdict(&world, &who, &lists), Lack::Stale, &world.issuing);
    assert!(matches!(
        verdict(&world, &revoked, &lists),
        Verdict::Invalid(_)
    ));
}

#[test]
fn freshness_is_a_matter_of_policy() {
    let world = World::new();
    let list = Crl::open(&world.issuing.crl(&[]), &world.issuing.parsed()).unwrap();
    let day = SignedDuration::from_hours(24);
    let young = Freshness {
        grace: SignedDuration::ZERO,
        age_max: Some(day * 7),
    };
    assert!(!young.accepts(&list, now()));
    assert!(young.accepts(&list, "2026-06-08T00:00:00Z".parse().unwrap()));
    let patient = Freshness {
        grace: day,
        age_max: None,
    };
    assert!(patient.accepts(&list, "2026-07-02T00:00:00Z".parse().unwrap()));
    assert!(!patient.accepts(&list, "2026-07-02T00:00:01Z".parse().unwrap()));
}

#[test]
fn a_list_covers_only_its_scope() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let root = (&world.root, world.root.crl(&[]));
    let scoped = |scope| {
        let list = world
            .issuing
            .crl_with(&[], (2026, 6, 1), (2026, 7, 1), Some(scope));
        crls(&[(root.0, root.1.clone()), (&world.issuing, list)])
    };
    assert!(matches!(
        verdict(&world, &who, &scoped(CrlScope::UserCertsOnly)),
        Verdict::Valid(_)
    ));
    let authorities = scoped(CrlScope::CaCertsOnly);
    lacking(
        verdict(&world, &who, &authorities),
        Lack::NotCovered,
        &world.issuing,
    );
}

#[test]
fn a_revoked_authority_spoils_everything_below_it() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let serial = world.issuing.parsed().serial().to_vec();
    let fallen = Person {
        serial,
        ..world.root.issue(person())
    };
    let lists = crls(&[
        (&world.root, world.root.crl(&[&fallen])),
        (&world.issuing, world.issuing.crl(&[])),
    ]);
    assert!(matches!(verdict(&world, &who, &lists), Verdict::Invalid(_)));
}

#[test]
fn only_a_genuine_list_of_that_authority_is_opened() {
    let world = World::new();
    let list = world.issuing.crl(&[]);
    let issuing = world.issuing.parsed();
    assert_eq!(
        Crl::open(&list, &world.root.parsed()).unwrap_err(),
        CrlError::OtherIssuer
    );
    let impostor = Authority::root("TEST ISSUING");
    assert!(Crl::open(&impostor.crl(&[]), &issuing).is_err());
    let mut changed = list.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert_eq!(
        Crl::open(&changed, &issuing).unwrap_err(),
        CrlError::Signature
    );
    assert!(matches!(
        Crl::open(&list[..last], &issuing),
        Err(CrlError::Malformed(_))
    ));
}

#[test]
fn the_newer_of_two_lists_stays() {
    let world = World::new();
    let issuing = world.issuing.parsed();
    let who = world.issuing.issue(person());
    let older = world
        .issuing
        .crl_with(&[&who], (2026, 5, 25), (2026, 7, 1), None);
    let newer = world.issuing.crl(&[]);
    for order in [[&older, &newer], [&newer, &older]] {
        let mut lists = Crls::new(Freshness::default());
        for list in order {
            lists.insert(Crl::open(list, &issuing).unwrap().into());
        }
        assert_eq!(lists.of(&issuing).unwrap().revoked(), 0);
    }
}

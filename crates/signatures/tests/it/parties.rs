//! Who has to sign: one of the signers, with everything that is asked of him.

use signatures::sign::{Options, sign};
use signatures::{Aspect, Party, Private, Question, Reason, Report, Role, Said, expect, share};

use crate::ca::{BIN, IIN, Leaf, World, now, official, person};

const OTHER: &str = "900712300227";

/// The report about one document, signed by these.
fn signed(world: &World, leaves: Vec<Leaf>) -> Report<'static> {
    let people: Vec<_> = leaves
        .into_iter()
        .map(|leaf| world.issuing.issue(leaf).identity(&[]))
        .collect();
    let people: Vec<_> = people.iter().collect();
    let signature = sign(b"x", &people, &Options::attached(now())).unwrap();
    let question = Question::about(&signature, now());
    let report = world.verifier().examine(&question, &world.crls(&[]));
    report.into_owned()
}

fn by_iin(iin: &str) -> Party {
    Party {
        iin: Some(Private::new(iin)),
        ..Party::default()
    }
}

fn head_of(bin: &str) -> Party {
    Party {
        bin: Some(Private::new(bin)),
        roles: vec![Role::Head],
        ..Party::default()
    }
}

/// Role and identity of each signer of each report, after the parties were asked for.
fn asked(mut reports: Vec<Report<'static>>, parties: &[Party]) -> Vec<(Said, Said)> {
    expect(&mut reports, parties);
    let signers = reports.iter().flat_map(|report| &report.signers);
    signers
        .map(|one| (one.checks.of(Aspect::Role), one.checks.of(Aspect::Identity)))
        .collect()
}

const DIFFERS: Said = Said::Invalid(Reason::SignerDiffers);
const FORBIDS: Said = Said::Invalid(Reason::RoleForbids);

#[test]
fn without_parties_nobody_is_asked_for() {
    let world = World::new();
    let found = asked(vec![signed(&world, vec![person()])], &[]);
    assert_eq!(found, [(Said::NotAsked, Said::NotAsked)]);
}

#[test]
fn the_number_must_be_the_signers() {
    let world = World::new();
    let report = || vec![signed(&world, vec![person()])];
    assert_eq!(
        asked(report(), &[by_iin(IIN)]),
        [(Said::NotAsked, Said::Valid)]
    );
    assert_eq!(
        asked(report(), &[by_iin(OTHER)]),
        [(Said::NotAsked, DIFFERS)]
    );
    assert_eq!(
        asked(report(), &[by_iin(OTHER), by_iin(IIN)]),
        [(Said::NotAsked, Said::Valid)]
    );
    assert_eq!(
        asked(report(), &[head_of(BIN)]),
        [(Said::NotAsked, DIFFERS)]
    );
}

#[test]
fn both_numbers_must_be_of_the_same_signer() {
    let world = World::new();
    let both = |iin: &str| Party {
        bin: Some(Private::new(BIN)),
        ..by_iin(iin)
    };
    let two = || {
        vec![
            signed(&world, vec![person()]),
            signed(
                &world,
                vec![Leaf {
                    iin: Some(OTHER),
                    ..official()
                }],
            ),
        ]
    };
    assert_eq!(
        asked(two(), &[both(IIN)]),
        [(Said::NotAsked, DIFFERS), (Said::NotAsked, DIFFERS)]
    );
    assert_eq!(
        asked(two(), &[both(OTHER)]),
        [
            (Said::NotAsked, Said::NotAsked),
            (Said::NotAsked, Said::Valid)
        ]
    );
}

#[test]
fn the_right_person_needs_a_role_and_another_signer_may_have_it() {
    let world = World::new();
    let employee = || Leaf {
        roles: vec![crate::ca::ROLE_ORGANISATION],
        serial: vec![0x53],
        ..official()
    };
    let report = signed(&world, vec![employee()]);
    assert_eq!(
        asked(vec![report], &[head_of(BIN)]),
        [(FORBIDS, Said::Valid)]
    );
    let reports = vec![
        signed(&world, vec![employee()]),
        signed(&world, vec![official()]),
    ];
    assert_eq!(
        asked(reports, &[head_of(BIN)]),
        [(Said::NotAsked, Said::Valid), (Said::Valid, Said::Valid)]
    );
}

#[test]
fn the_wrong_person_makes_a_good_signature_invalid() {
    let world = World::new();
    let mut reports = [signed(&world, vec![person()])];
    assert_eq!(reports[0].outcome(), "valid");
    expect(&mut reports, &[by_iin(OTHER)]);
    assert_eq!(reports[0].outcome(), "invalid");
    let finding = reports[0].finding().unwrap();
    assert_eq!(
        (finding.reason, finding.signer),
        (Reason::SignerDiffers, Some(0))
    );
}

#[test]
fn each_report_says_by_itself_what_it_said_among_the_others() {
    let world = World::new();
    let employee = || Leaf {
        roles: vec![crate::ca::ROLE_ORGANISATION],
        serial: vec![0x53],
        ..official()
    };
    let among = [
        vec![signed(&world, vec![person()])],
        vec![
            signed(&world, vec![person()]),
            signed(&world, vec![official()]),
            signed(&world, vec![employee()]),
        ],
        vec![
            signed(&world, vec![employee(), person()]),
            signed(&world, vec![employee(), official()]),
        ],
    ];
    for parties in [
        vec![],
        vec![by_iin(IIN)],
        vec![head_of(BIN)],
        vec![by_iin(IIN), head_of(BIN)],
        vec![by_iin(OTHER)],
    ] {
        for mut reports in among.clone() {
            let bare = reports.clone();
            expect(&mut reports, &parties);
            for (said, bare) in reports.iter().zip(bare) {
                let mut alone = [bare];
                expect(&mut alone, &share(said, &parties));
                assert_eq!(alone[0], *said, "{parties:?}");
            }
        }
    }
}

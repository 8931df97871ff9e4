//! What is valid, and what is refused about content, signers and certificates.

use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, KeyUsagePurpose};
use signatures::sign::{Options, sign};
use signatures::{Crls, Policy, Private, Reason, Role, Valid, Verdict, attached_content};

use crate::ca::{Authority, BIN, IIN, Leaf, Person, World, now, official, person};

const DOCUMENT: &[u8] = "{\"өтініш\":\"апостиль\"}".as_bytes();

fn valid(verdict: Verdict<'_>) -> Valid<'_> {
    match verdict {
        Verdict::Valid(valid) => valid,
        other => panic!("not valid: {other:?}"),
    }
}

#[track_caller]
fn refused(verdict: &Verdict<'_>, reason: Reason) {
    match verdict {
        Verdict::Invalid(finding) => assert_eq!(finding.reason, reason),
        other => panic!("not refused: {other:?}"),
    }
}

/// The verdict on a detached signature of one person, all lists fresh.
fn verdict_on(world: &World, who: &Person) -> Verdict<'static> {
    let signature = sign(DOCUMENT, &[&who.identity(&[])], &Options::detached(now())).unwrap();
    world
        .verifier()
        .verify(&signature, Some(DOCUMENT), now(), &world.crls(&[]))
        .into_owned()
}

fn refused_leaf(leaf: Leaf, reason: Reason) {
    let world = World::new();
    let who = world.issuing.issue(leaf);
    refused(&verdict_on(&world, &who), reason);
}

#[test]
fn a_persons_detached_signature_says_who_signed_what() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let valid = valid(verdict_on(&world, &who));
    assert_eq!(&*valid.content, DOCUMENT);
    let [signer] = valid.signers.as_slice() else {
        panic!("one signer")
    };
    assert_eq!(signer.subject.iin.as_ref().map(Private::reveal), Some(IIN));
    assert_eq!(signer.subject.bin, None);
    assert_eq!(
        signer.subject.common_name.as_ref().unwrap().reveal(),
        "СЕЙІТОВА АЙГҮЛ"
    );
    assert_eq!(
        signer.subject.email.as_ref().unwrap().reveal(),
        "a@kezek.test"
    );
    assert_eq!(signer.roles, [Role::Person]);
    assert_eq!(signer.algorithm, "ECDSA-P256-SHA256");
    assert_eq!(signer.certificate_serial, who.serial);
    assert_eq!(signer.issuer, "CN=TEST ISSUING, C=KZ");
    assert_eq!(signer.signing_time, Some(now()));
}

#[test]
fn an_officials_certificate_gives_bin_and_roles() {
    let world = World::new();
    let who = world.issuing.issue(Leaf {
        rsa: true,
        ..official()
    });
    let valid = valid(verdict_on(&world, &who));
    let signer = &valid.signers[0];
    assert_eq!(signer.subject.bin.as_ref().map(Private::reveal), Some(BIN));
    assert_eq!(signer.roles, [Role::Organisation, Role::Head]);
    assert_eq!(signer.algorithm, "RSA-SHA256");
}

#[test]
fn attached_and_streamed_signatures_give_back_the_signed_bytes() {
    let world = World::new();
    let who = world.issuing.issue(person()).identity(&[]);
    let long = DOCUMENT.repeat(700);
    for streamed in [false, true] {
        let options = Options {
            streamed,
            ..Options::attached(now())
        };
        let signature = sign(&long, &[&who], &options).unwrap();
        let verifier = world.verifier();
        let verdict = verifier
            .verify(&signature, None, now(), &world.crls(&[]))
            .into_owned();
        assert_eq!(&*valid(verdict).content, long);
        assert_eq!(
            attached_content(&signature).unwrap().as_deref(),
            Some(long.as_slice())
        );
    }
    let detached = sign(&long, &[&who], &Options::detached(now())).unwrap();
    assert_eq!(attached_content(&detached), Ok(None));
}

#[test]
fn every_signer_is_named_and_one_bad_signer_spoils_all() {
    let world = World::new();
    let first = world.issuing.issue(person());
    let second = world.issuing.issue(Leaf {
        rsa: true,
        ..official()
    });
    let both = [&first.identity(&[]), &second.identity(&[])];
    let signature = sign(DOCUMENT, &both, &Options::attached(now())).unwrap();
    let verifier = world.verifier();
    let verdict = verifier
        .verify(&signature, None, now(), &world.crls(&[]))
        .into_owned();
    assert_eq!(valid(verdict).signers.len(), 2);
    let verdict = verifier
        .verify(&signature, None, now(), &world.crls(&[&second]))
        .into_owned();
    refused(&verdict, Reason::Revoked);
}

#[test]
fn another_content_is_refused() {
    let world = World::new();
    let who = world.issuing.issue(person()).identity(&[]);
    let (verifier, crls) = (world.verifier(), world.crls(&[]));
    let detached = sign(DOCUMENT, &[&who], &Options::detached(now())).unwrap();
    refused(
        &verifier.verify(&detached, Some(b"{}"), now(), &crls),
        Reason::DigestMismatch,
    );
    refused(
        &verifier.verify(&detached, None, now(), &crls),
        Reason::ContentMissing,
    );
    let attached = sign(DOCUMENT, &[&who], &Options::attached(now())).unwrap();
    refused(
        &verifier.verify(&attached, Some(b"{}"), now(), &crls),
        Reason::ContentDiffers,
    );
    valid(
        verifier
            .verify(&attached, Some(DOCUMENT), now(), &crls)
            .into_owned(),
    );
}

#[test]
fn a_certificate_outside_its_period_is_refused() {
    refused_leaf(
        Leaf {
            from: (2024, 1, 1),
            until: (2025, 1, 1),
            ..person()
        },
        Reason::Expired,
    );
    refused_leaf(
        Leaf {
            from: (2026, 7, 1),
            ..person()
        },
        Reason::NotYetValid,
    );
}

#[test]
fn a_certificate_for_other_uses_is_refused() {
    let usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
    ];
    refused_leaf(Leaf { usages, ..person() }, Reason::KeyUsageForbids);
    refused_leaf(
        Leaf {
            usages: vec![],
            ..person()
        },
        Reason::KeyUsageForbids,
    );
    let purposes = vec![ExtendedKeyUsagePurpose::ServerAuth];
    refused_leaf(
        Leaf {
            purposes,
            roles: vec![],
            ..person()
        },
        Reason::PurposeForbids,
    );
    let mut unknown = CustomExtension::from_oid_content(&[1, 2, 398, 9, 9], vec![5, 0]);
    unknown.set_criticality(true);
    refused_leaf(
        Leaf {
            extensions: vec![unknown],
            ..person()
        },
        Reason::CriticalExtension,
    );
}

#[test]
fn a_strangers_authority_of_the_same_name_is_refused() {
    let world = World::new();
    let impostor = Authority::root("TEST ROOT").below("TEST ISSUING");
    let who = impostor.issue(person());
    refused(&verdict_on(&world, &who), Reason::UntrustedIssuer);
}

#[test]
fn an_authority_that_came_along_is_used_but_not_trusted() {
    let world = World::new();
    let verifier = signatures::Verifier::new(
        signatures::Trust::of(vec![world.root.parsed()]).unwrap(),
        Policy::default(),
    );
    let who = world.issuing.issue(person());
    let alone = sign(DOCUMENT, &[&who.identity(&[])], &Options::attached(now())).unwrap();
    let crls = world.crls(&[]);
    refused(
        &verifier.verify(&alone, None, now(), &crls),
        Reason::UntrustedIssuer,
    );
    let along = who.identity(&[&world.issuing]);
    let along = sign(DOCUMENT, &[&along], &Options::attached(now())).unwrap();
    valid(verifier.verify(&along, None, now(), &crls).into_owned());
}

#[test]
fn cades_is_required_unless_the_policy_says_otherwise() {
    let world = World::new();
    let who = world.issuing.issue(person()).identity(&[]);
    let options = Options {
        signing_certificate: false,
        ..Options::attached(now())
    };
    let plain = sign(DOCUMENT, &[&who], &options).unwrap();
    let crls = world.crls(&[]);
    let strict = world.verifier();
    refused(
        &strict.verify(&plain, None, now(), &crls),
        Reason::SigningCertificateMissing,
    );
    let policy = Policy {
        signing_certificate_required: false,
        ..Policy::default()
    };
    valid(
        world
            .verifier_with(policy)
            .verify(&plain, None, now(), &crls)
            .into_owned(),
    );
}

#[test]
fn limits_hold() {
    let world = World::new();
    let who = world.issuing.issue(person()).identity(&[]);
    let signature = sign(DOCUMENT, &[&who], &Options::detached(now())).unwrap();
    let tight = [
        (
            Policy {
                signers_max: 0,
                ..Policy::default()
            },
            Reason::TooManySigners,
        ),
        (
            Policy {
                certificates_max: 0,
                ..Policy::default()
            },
            Reason::Malformed,
        ),
        (
            Policy {
                bytes_max: 16,
                ..Policy::default()
            },
            Reason::Malformed,
        ),
        (
            Policy {
                authorities_max: 0,
                ..Policy::default()
            },
            Reason::UntrustedIssuer,
        ),
    ];
    for (policy, reason) in tight {
        let verifier = world.verifier_with(policy);
        refused(
            &verifier.verify(&signature, Some(DOCUMENT), now(), &Crls::default()),
            reason,
        );
    }
}

#[test]
fn a_verdict_shows_no_personal_data_when_printed() {
    let world = World::new();
    let who = world.issuing.issue(official());
    let printed = format!("{:?}", verdict_on(&world, &who));
    for secret in [IIN, BIN, "ОМАРОВ", "kezek.test", "өтініш"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

//! The whole picture: each finding in its place, and what follows a wrong one.

use rcgen::BasicConstraints;
use signatures::ber::tag;
use signatures::encode::{constructed, element, integer, oid, sequence};
use signatures::sign::{Options, sign};
use signatures::{
    Aspect, Crls, Lack, Policy, Question, Reason, Report, Said, Trust, Verdict, Verifier, oid,
};

use crate::ca::{Authority, Leaf, Person, World, authority_params, crls, now, official, person};
use crate::forge::{content_type, envelope, good, message_digest, signer};

const DOCUMENT: &[u8] = b"a document";

const GOOD: Said = Said::Valid;
const LATER: Said = Said::Undetermined(Lack::NotExamined);

fn on(world: &World, signature: &[u8], content: &[u8], lists: &Crls) -> Report<'static> {
    let verifier = world.verifier();
    let question = Question {
        content: Some(content),
        ..Question::about(signature, now())
    };
    let report = verifier.examine(&question, lists);
    report.into_owned()
}

fn detached(who: &Person) -> Vec<u8> {
    sign(DOCUMENT, &[&who.identity(&[])], &Options::detached(now())).unwrap()
}

#[track_caller]
fn says(report: &Report<'_>, place: usize, expected: &[(Aspect, Said)]) {
    for check in report.signers[place].checks.iter() {
        let wanted = expected.iter().find(|(aspect, _)| *aspect == check.aspect);
        let otherwise = match check.aspect {
            Aspect::Role | Aspect::Identity | Aspect::Time => Said::NotAsked,
            _ => GOOD,
        };
        let wanted = wanted.map_or(otherwise, |(_, said)| *said);
        assert_eq!(check.said, wanted, "{:?}", check.aspect);
    }
}

#[test]
fn a_good_signature_is_valid_in_every_aspect_that_was_asked_about() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let lists = world.crls(&[]);
    let report = on(&world, &detached(&who), DOCUMENT, &lists);
    says(&report, 0, &[]);
    let aspects: Vec<Aspect> = report
        .checks()
        .iter()
        .map(|(_, check)| check.aspect)
        .collect();
    assert_eq!(aspects, Aspect::ALL);
    assert_eq!(report.outcome(), "valid");
    assert_eq!(report.signers[0].path.len(), 3);
    assert!(matches!(report.into_verdict(), Verdict::Valid(_)));
}

#[test]
fn a_changed_content_does_not_hide_who_signed_the_original() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let report = on(&world, &detached(&who), b"another", &world.crls(&[]));
    let reason = Said::Invalid(Reason::DigestMismatch);
    says(&report, 0, &[(Aspect::Integrity, reason)]);
    assert!(report.signers[0].signer.is_some());
    let finding = report.finding().unwrap();
    assert_eq!(
        (finding.reason, finding.signer),
        (Reason::DigestMismatch, Some(0))
    );
}

#[test]
fn several_wrong_things_are_all_told_and_the_first_is_the_verdict() {
    let world = World::new();
    let who = world.issuing.issue(Leaf {
        until: (2026, 6, 1),
        usages: vec![],
        ..person()
    });
    let report = on(&world, &detached(&who), DOCUMENT, &world.crls(&[&who]));
    says(
        &report,
        0,
        &[
            (Aspect::Validity, Said::Invalid(Reason::Expired)),
            (Aspect::Usage, Said::Invalid(Reason::KeyUsageForbids)),
            (Aspect::Revocation, Said::Invalid(Reason::Revoked)),
        ],
    );
    let since = report.signers[0].revoked_since.unwrap();
    assert_eq!(since.to_string(), "2026-05-20T00:00:00Z");
    assert_eq!(report.finding().unwrap().reason, Reason::Expired);
}

#[test]
fn without_a_way_to_an_anchor_revocation_is_not_looked_at() {
    let world = World::new();
    let who = Authority::root("TEST ROOT")
        .below("TEST ISSUING")
        .issue(person());
    let report = on(&world, &detached(&who), DOCUMENT, &world.crls(&[]));
    let untrusted = Said::Invalid(Reason::UntrustedIssuer);
    says(
        &report,
        0,
        &[(Aspect::Chain, untrusted), (Aspect::Revocation, LATER)],
    );
    assert_eq!(report.outcome(), "invalid");
    assert!(report.need().is_none());
}

#[test]
fn something_lacking_beside_something_wrong_is_still_wrong() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let report = on(&world, &detached(&who), b"another", &Crls::default());
    let lacking = Said::Undetermined(Lack::Missing);
    says(
        &report,
        0,
        &[
            (Aspect::Integrity, Said::Invalid(Reason::DigestMismatch)),
            (Aspect::Revocation, lacking),
        ],
    );
    assert_eq!(report.outcome(), "invalid");
}

#[test]
fn each_signer_has_findings_of_his_own() {
    let world = World::new();
    let (first, second) = (
        world.issuing.issue(person()),
        world.issuing.issue(official()),
    );
    let infos = [
        signer(&first, DOCUMENT, None),
        signer(&second, DOCUMENT, Some(&good(&second, DOCUMENT))),
    ];
    let signature = envelope(&[&first, &second], oid::DATA, DOCUMENT, &infos);
    let report = on(&world, &signature, DOCUMENT, &world.crls(&[]));
    let bare = Said::Invalid(Reason::SignedAttributesMissing);
    says(
        &report,
        0,
        &[(Aspect::Integrity, bare), (Aspect::Signature, LATER)],
    );
    says(&report, 1, &[]);
}

#[test]
fn what_cannot_be_opened_has_one_line() {
    let world = World::new();
    let report = on(&world, b"plain text", DOCUMENT, &Crls::default());
    let [(None, check)] = report.checks()[..] else {
        panic!("{:?}", report.checks())
    };
    assert_eq!(check.aspect, Aspect::Integrity);
    assert_eq!(check.said.code(), "format-unknown");
}

#[test]
fn the_answers_rest_on_the_very_lists_that_were_given() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let (root, issuing) = (world.root.crl(&[]), world.issuing.crl(&[]));
    let lists = crls(&[
        (&world.root, root.clone()),
        (&world.issuing, issuing.clone()),
    ]);
    let report = on(&world, &detached(&who), DOCUMENT, &lists);
    let evidence = report.evidence();
    let bytes: Vec<&[u8]> = evidence.iter().map(|piece| &*piece.der).collect();
    assert_eq!(bytes, [issuing.as_slice(), root.as_slice()]);
    assert_eq!(evidence[0].kind.as_str(), "crl");
    assert_eq!(evidence[0].produced_at.to_string(), "2026-06-01T00:00:00Z");
    assert_eq!(evidence[0].sha256[..], crate::forge::sha256(&issuing)[..]);
}

#[test]
fn a_list_made_after_the_certificate_expired_cannot_say_good() {
    let world = World::new();
    let who = world.issuing.issue(Leaf {
        until: (2026, 5, 25),
        ..person()
    });
    let at = "2026-05-24T00:00:00Z".parse().unwrap();
    let signature = detached(&who);
    let verifier = world.verifier();
    let judged = |lists: &Crls| {
        let question = Question {
            content: Some(DOCUMENT),
            ..Question::about(&signature, at)
        };
        let report = verifier.examine(&question, lists);
        report.signers[0].checks.of(Aspect::Revocation)
    };
    // The list is of 1 June; what stood on it and is gone again, nobody knows.
    assert_eq!(
        judged(&world.crls(&[])),
        Said::Undetermined(Lack::AfterExpiry)
    );
    assert_eq!(judged(&world.crls(&[&who])), Said::Invalid(Reason::Revoked));
}

/// Two certificates of one issuer with one serial number: the key decides, if no reference does.
#[test]
fn of_two_certificates_with_the_same_number_the_signers_own_is_found() {
    let world = World::new();
    let (decoy, who) = (world.issuing.issue(person()), world.issuing.issue(person()));
    assert_eq!(decoy.serial, who.serial);
    let attributes = vec![content_type(oid::DATA), message_digest(DOCUMENT)];
    let info = signer(&who, DOCUMENT, Some(&attributes));
    let policy = signatures::Policy {
        signing_certificate_required: false,
        ..signatures::Policy::default()
    };
    let verifier = world.verifier_with(policy);
    for order in [[&decoy, &who], [&who, &decoy]] {
        let signature = envelope(&order, oid::DATA, DOCUMENT, std::slice::from_ref(&info));
        let verdict = verifier.verify(&signature, None, now(), &world.crls(&[]));
        let Verdict::Valid(valid) = verdict else {
            panic!("{verdict:?}")
        };
        let own = crate::forge::sha256(who.certificate.der());
        assert_eq!(valid.signers[0].certificate_sha256[..], own[..]);
    }
    let signature = envelope(&[&decoy], oid::DATA, DOCUMENT, &[info]);
    let verdict = verifier.verify(&signature, None, now(), &world.crls(&[]));
    assert!(
        matches!(verdict, Verdict::Invalid(finding) if finding.reason == Reason::SignatureWrong)
    );
}

/// The signed reference tells which of the two is meant, and no other will do.
#[test]
fn a_signed_reference_chooses_between_certificates_of_one_number() {
    let world = World::new();
    let (decoy, who) = (world.issuing.issue(person()), world.issuing.issue(person()));
    let attributes = good(&who, DOCUMENT);
    let info = signer(&who, DOCUMENT, Some(&attributes));
    let signature = envelope(&[&decoy, &who], oid::DATA, DOCUMENT, &[info]);
    let report = on(&world, &signature, DOCUMENT, &world.crls(&[]));
    says(&report, 0, &[]);
}

/// A statement of an algorithm that nobody knows leaves digest and signature alone, and nothing else.
#[test]
fn an_unknown_algorithm_is_told_under_signature() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let certificate = signatures::Certificate::parse(who.certificate.der()).unwrap();
    let info = sequence(&[
        integer(&[1]),
        sequence(&[
            certificate.issuer().der().to_vec(),
            integer(certificate.serial()),
        ]),
        sequence(&[oid(oid::SHA256)]),
        constructed(tag::context_constructed(0), &good(&who, DOCUMENT)),
        sequence(&[oid(&[0x2a, 3, 4])]),
        element(tag::OCTET_STRING, &[1; 64]),
    ]);
    let signature = envelope(&[&who], oid::DATA, DOCUMENT, &[info]);
    let report = on(&world, &signature, DOCUMENT, &world.crls(&[]));
    let unknown = Said::Invalid(Reason::AlgorithmUnsupported);
    says(&report, 0, &[(Aspect::Signature, unknown)]);
}

#[test]
fn what_a_verifier_remembers_of_authorities_is_only_who_signed_them() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let signature = sign(DOCUMENT, &[&who.identity(&[])], &Options::attached(now())).unwrap();
    let chain = |verifier: &Verifier, at: &str| {
        let question = Question::about(&signature, at.parse().unwrap());
        let report = verifier.examine(&question, &Crls::default());
        report.signers[0].checks.of(Aspect::Chain)
    };
    let verifier = world.verifier();
    let late = "2041-01-01T00:00:00Z";
    for _ in 0..2 {
        assert_eq!(chain(&verifier, "2026-06-15T09:00:00Z"), GOOD);
        let not_in_time = Said::Invalid(Reason::AuthorityNotInTime);
        assert_eq!(chain(&verifier, late), not_in_time);
    }
    let nothing_accepted = verifier.with_algorithms(&[]);
    assert_ne!(chain(&nothing_accepted, "2026-06-15T09:00:00Z"), GOOD);
}

/// Two roots may have one name; whoever is configured beside the wrong one is not on a way to it.
#[test]
fn an_authority_of_another_root_of_the_same_name_does_not_lead_to_an_anchor() {
    let (root, other) = (Authority::root("TEST ROOT"), Authority::root("TEST ROOT"));
    // Without key identifiers the name is all there is, and then only the signature tells.
    let mut params = authority_params("TEST ISSUING", BasicConstraints::Constrained(0));
    params.use_authority_key_identifier_extension = false;
    let issuing = root.below_with(params);
    let who = issuing.issue(person());
    let signature = sign(DOCUMENT, &[&who.identity(&[])], &Options::attached(now())).unwrap();
    let trust = Trust::of(vec![other.parsed(), issuing.parsed()]).unwrap();
    let verifier = Verifier::new(trust, Policy::default());
    let question = Question::about(&signature, now());
    for _ in 0..2 {
        let report = verifier.examine(&question, &Crls::default());
        let untrusted = Said::Invalid(Reason::UntrustedIssuer);
        assert_eq!(report.signers[0].checks.of(Aspect::Chain), untrusted);
    }
}

//! Certificates and chains: what is read, and which authority may stand where.

use rcgen::{BasicConstraints, CustomExtension, IsCa, KeyUsagePurpose, date_time_ymd};
use signatures::sign::{Options, sign};
use signatures::{Certificate, Malformed, Policy, Reason, Trust, Verdict, Verifier};

use crate::ca::{Authority, Leaf, World, authority_params, crls, now, official, person};

/// The verdict when one authority stands between the root and the signer.
fn through(change: impl FnOnce(&mut rcgen::CertificateParams)) -> Option<Reason> {
    let root = Authority::root("TEST ROOT");
    let mut params = authority_params("TEST MIDDLE", BasicConstraints::Constrained(0));
    change(&mut params);
    let middle = root.below_with(params);
    let who = middle.issue(person()).identity(&[&middle]);
    let verifier = Verifier::new(Trust::of(vec![root.parsed()]).unwrap(), Policy::default());
    let signature = sign(b"x", &[&who], &Options::attached(now())).unwrap();
    let lists = crls(&[(&root, root.crl(&[]))]);
    match verifier.verify(&signature, None, now(), &lists) {
        Verdict::Invalid(finding) => Some(finding.reason),
        // The middle authority has no list here: the chain itself stood.
        Verdict::Undetermined(_) => None,
        Verdict::Valid(_) => panic!("no list, and yet valid"),
    }
}

#[test]
fn an_authority_must_be_one() {
    assert_eq!(through(|_| {}), None);
    let forbidden = Some(Reason::ChainForbidden);
    assert_eq!(
        through(|params| params.is_ca = IsCa::ExplicitNoCa),
        forbidden
    );
    assert_eq!(through(|params| params.is_ca = IsCa::NoCa), forbidden);
    let crl_only = |params: &mut rcgen::CertificateParams| {
        params.key_usages = vec![KeyUsagePurpose::CrlSign];
    };
    assert_eq!(through(crl_only), forbidden);
    let expired = |params: &mut rcgen::CertificateParams| {
        params.not_after = date_time_ymd(2026, 1, 1);
    };
    assert_eq!(through(expired), Some(Reason::AuthorityNotInTime));
}

#[test]
fn a_path_longer_than_its_constraint_is_refused() {
    let world = World::new();
    let too_deep = world.issuing.below("TEST TOO DEEP");
    let who = too_deep.issue(person()).identity(&[&too_deep]);
    let signature = sign(b"x", &[&who], &Options::attached(now())).unwrap();
    match world
        .verifier()
        .verify(&signature, None, now(), &world.crls(&[]))
    {
        Verdict::Invalid(finding) => assert_eq!(finding.reason, Reason::ChainForbidden),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn validity_need_not_lie_inside_the_issuers() {
    let early = |params: &mut rcgen::CertificateParams| {
        params.not_before = date_time_ymd(2019, 1, 1);
    };
    assert_eq!(through(early), None);
}

#[test]
fn a_person_is_no_anchor() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let certificate = Certificate::parse(who.certificate.der()).unwrap();
    assert!(Trust::new(vec![certificate], vec![]).is_err());
}

#[test]
fn a_number_is_twelve_digits_and_the_same_everywhere() {
    let world = World::new();
    let owner = |leaf| {
        Certificate::parse(world.issuing.issue(leaf).certificate.der())
            .unwrap()
            .owner()
    };
    assert!(owner(person()).iin.is_some());
    for wrong in ["12345", "85031540010X", "8503154001040", ""] {
        assert_eq!(
            owner(Leaf {
                iin: Some(wrong),
                ..person()
            })
            .iin,
            None
        );
    }
    let elsewhere = |number| {
        owner(Leaf {
            iin: Some(number),
            ..official()
        })
        .bin
    };
    assert!(elsewhere("BIN170340001238").is_some());
    assert_eq!(elsewhere("BIN000440000450"), None);
}

#[test]
fn files_may_be_der_or_pem() {
    let world = World::new();
    let (root, issuing) = (&world.root.certificate, &world.issuing.certificate);
    let both = format!("a comment\n{}{}", root.pem(), issuing.pem());
    let read = Certificate::all_in_file(both.as_bytes()).unwrap();
    assert_eq!(read, [world.root.parsed(), world.issuing.parsed()]);
    assert_eq!(
        Certificate::all_in_file(root.der()).unwrap(),
        [world.root.parsed()]
    );
    assert_eq!(
        Certificate::all_in_file(b"nothing"),
        Err(Malformed::BadValue("PEM"))
    );
}

#[test]
fn a_certificate_with_the_same_extension_twice_is_refused() {
    let world = World::new();
    let odd = || CustomExtension::from_oid_content(&[1, 2, 398, 9, 9], vec![5, 0]);
    let read = |extensions| {
        let who = world.issuing.issue(Leaf {
            extensions,
            ..person()
        });
        Certificate::parse(who.certificate.der())
    };
    read(vec![odd()]).unwrap();
    let twice = Malformed::BadValue("the same extension twice");
    assert_eq!(read(vec![odd(), odd()]), Err(twice));
}

#[test]
fn a_certificate_cut_anywhere_is_refused() {
    let world = World::new();
    let der = world.issuing.issue(person()).certificate.der().to_vec();
    for end in 0..der.len() {
        assert!(Certificate::parse(&der[..end]).is_err(), "cut at {end}");
    }
}

//! GOST: an authority of the same shapes as the national one, its lists, and what it must not accept.

use ::gost::{Scheme, SigningKey};
use signatures::algorithm::gost::pkcs8;
use signatures::algorithm::{ALGORITHMS, find_for_signer};
use signatures::certificate::AlgorithmId;
use signatures::sign::{Identity, Options, SignError, anew, sign};
use signatures::{
    Certificate, Crl, CrlError, Crls, Freshness, Policy, Reason, Trust, Verdict, Verifier, oid,
};

use crate::ca::{Leaf, Person, World, now, official, person};

const DOCUMENT: &[u8] = "{\"өтініш\":\"апостиль\"}".as_bytes();

/// A world whose certificates were all signed anew with GOST keys of one generation.
pub(crate) struct Anew {
    world: World,
    scheme: Scheme,
    root: Certificate,
    issuing: Certificate,
}

/// A key that follows from a number.
fn key(scheme: Scheme, number: u8) -> SigningKey {
    SigningKey::new(scheme, &vec![number; scheme.size()]).unwrap()
}

const ROOT: u8 = 11;
const ISSUING: u8 = 12;
const SOMEBODY: u8 = 13;

impl Anew {
    pub(crate) fn new(scheme: Scheme) -> Self {
        let world = World::new();
        let certificate = |template: &[u8], number| {
            let own = key(scheme, number);
            let der = anew(template, Some(own.public_key()), &key(scheme, ROOT)).unwrap();
            Certificate::parse(&der).unwrap()
        };
        let root = certificate(world.root.certificate.der(), ROOT);
        let issuing = certificate(world.issuing.certificate.der(), ISSUING);
        Self {
            world,
            scheme,
            root,
            issuing,
        }
    }

    pub(crate) fn issue(&self, leaf: Leaf) -> (Person, Vec<u8>) {
        let template = self.world.issuing.issue(leaf);
        let own = key(self.scheme, SOMEBODY);
        let issuing = key(self.scheme, ISSUING);
        let der = anew(template.certificate.der(), Some(own.public_key()), &issuing).unwrap();
        (template, der)
    }

    pub(crate) fn identity(&self, certificate: &[u8]) -> Identity {
        let secret = pkcs8(self.scheme, &vec![SOMEBODY; self.scheme.size()]).unwrap();
        Identity::new(certificate, &secret, vec![self.issuing.clone()]).unwrap()
    }

    fn list(&self, revoked: &[&Person]) -> Vec<u8> {
        anew(
            &self.world.issuing.crl(revoked),
            None,
            &key(self.scheme, ISSUING),
        )
        .unwrap()
    }

    fn lists(&self, revoked: &[&Person]) -> Crls {
        let mut crls = Crls::new(Freshness::default());
        let of_root = anew(&self.world.root.crl(&[]), None, &key(self.scheme, ROOT)).unwrap();
        crls.insert(Crl::open(&of_root, &self.root).unwrap().into());
        crls.insert(
            Crl::open(&self.list(revoked), &self.issuing)
                .unwrap()
                .into(),
        );
        crls
    }

    pub(crate) fn verifier(&self) -> Verifier {
        let trust = Trust::of(vec![self.root.clone(), self.issuing.clone()]).unwrap();
        Verifier::new(trust, Policy::default())
    }
}

#[track_caller]
fn refused(verdict: &Verdict<'_>, reason: Reason) {
    match verdict {
        Verdict::Invalid(finding) => assert_eq!(finding.reason, reason),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn every_generation_signs_attached_detached_and_streamed() {
    for (scheme, name) in [
        (Scheme::Gost2015With512, "GOST2015-512"),
        (Scheme::Gost2015With256, "GOST2015-256"),
        (Scheme::Gost2004, "GOST2004"),
    ] {
        let world = Anew::new(scheme);
        let (_, certificate) = world.issue(official());
        let who = world.identity(&certificate);
        let verifier = world.verifier();
        for (attached, streamed) in [(false, false), (true, false), (true, true)] {
            let options = Options {
                attached,
                streamed,
                ..Options::detached(now())
            };
            let signature = sign(DOCUMENT, &[&who], &options).unwrap();
            let content = (!attached).then_some(DOCUMENT);
            match verifier.verify(&signature, content, now(), &world.lists(&[])) {
                Verdict::Valid(valid) => {
                    assert_eq!(&*valid.content, DOCUMENT);
                    assert_eq!(valid.signers[0].algorithm, name);
                }
                other => panic!("{name}: {other:?}"),
            }
            refused(
                &verifier.verify(&signature, Some(b"other"), now(), &world.lists(&[])),
                if attached {
                    Reason::ContentDiffers
                } else {
                    Reason::DigestMismatch
                },
            );
        }
    }
}

#[test]
fn signers_of_several_algorithms_sign_one_document() {
    let (modern, former, plain) = (
        Anew::new(Scheme::Gost2015With512),
        Anew::new(Scheme::Gost2004),
        World::new(),
    );
    // Their authorities have the same names, as the authority's own generations have.
    let (_, of_modern) = modern.issue(person());
    let (_, of_former) = former.issue(official());
    let third = plain.issuing.issue(Leaf {
        rsa: true,
        serial: vec![0x53, 1],
        ..official()
    });
    let (first, second, third) = (
        modern.identity(&of_modern),
        former.identity(&of_former),
        third.identity(&[&plain.issuing]),
    );
    let signature = sign(
        DOCUMENT,
        &[&first, &second, &third],
        &Options::attached(now()),
    )
    .unwrap();

    let trust = vec![
        modern.root.clone(),
        modern.issuing.clone(),
        former.root.clone(),
        former.issuing.clone(),
        plain.root.parsed(),
        plain.issuing.parsed(),
    ];
    let verifier = Verifier::new(Trust::of(trust).unwrap(), Policy::default());
    let mut lists = plain.crls(&[]);
    for world in [&modern, &former] {
        let of_root = anew(&world.world.root.crl(&[]), None, &key(world.scheme, ROOT)).unwrap();
        lists.insert(Crl::open(&of_root, &world.root).unwrap().into());
        lists.insert(Crl::open(&world.list(&[]), &world.issuing).unwrap().into());
    }
    match verifier.verify(&signature, None, now(), &lists) {
        Verdict::Valid(valid) => {
            let mut algorithms: Vec<_> = valid.signers.iter().map(|who| who.algorithm).collect();
            algorithms.sort_unstable();
            assert_eq!(algorithms, ["GOST2004", "GOST2015-512", "RSA-SHA256"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_revoked_certificate_is_refused_by_a_gost_list() {
    let world = Anew::new(Scheme::Gost2015With512);
    let (template, certificate) = world.issue(person());
    let who = world.identity(&certificate);
    let signature = sign(DOCUMENT, &[&who], &Options::attached(now())).unwrap();
    let lists = world.lists(&[&template]);
    refused(
        &world.verifier().verify(&signature, None, now(), &lists),
        Reason::Revoked,
    );
}

#[test]
fn a_list_with_one_bit_turned_is_refused() {
    let world = Anew::new(Scheme::Gost2015With512);
    let mut list = world.list(&[]);
    let last = list.len() - 1;
    list[last] ^= 1;
    assert_eq!(
        Crl::open(&list, &world.issuing).err(),
        Some(CrlError::Signature)
    );
}

/// The verdict when these bytes of the signer's certificate are replaced.
fn verdict_with(replace: impl Fn(&mut Vec<u8>)) -> Reason {
    let world = Anew::new(Scheme::Gost2015With512);
    let (_, certificate) = world.issue(person());
    let who = world.identity(&certificate);
    let options = Options {
        signing_certificate: false,
        ..Options::attached(now())
    };
    let mut signature = sign(DOCUMENT, &[&who], &options).unwrap();
    let length = signature.len();
    replace(&mut signature);
    assert_eq!(signature.len(), length);
    let trust = Trust::of(vec![world.root.clone(), world.issuing.clone()]).unwrap();
    let policy = Policy {
        signing_certificate_required: false,
        ..Policy::default()
    };
    match Verifier::new(trust, policy).verify(&signature, None, now(), &world.lists(&[])) {
        Verdict::Invalid(finding) => finding.reason,
        other => panic!("not refused: {other:?}"),
    }
}

/// Where the bytes stand, for the last time.
fn place(of: &[u8], inside: &[u8]) -> usize {
    inside
        .windows(of.len())
        .rposition(|window| window == of)
        .unwrap()
}

#[test]
fn a_key_that_is_no_point_of_its_curve_is_refused() {
    let own = key(Scheme::Gost2015With512, SOMEBODY);
    let reason = verdict_with(|signature| {
        let at = place(own.public_key().as_bytes(), signature);
        signature[at] ^= 1;
    });
    assert_eq!(reason, Reason::KeyUnsupported);
}

#[test]
fn a_key_with_parameters_of_another_kind_is_refused() {
    let own = key(Scheme::Gost2015With512, SOMEBODY);
    for (set, other) in [
        (oid::STREEBOG_512, oid::STREEBOG_256),
        (oid::GOST2015_512_SET_A, oid::GOST2015_256_SET_A),
        (oid::GOST2015_512, oid::GOST2015_256),
    ] {
        let reason = verdict_with(|signature| {
            // Within the head of this signer's key, which stands just before its point.
            let point = place(own.public_key().as_bytes(), signature);
            let head = point - 48;
            let at = head + place(&signatures::encode::oid(set), &signature[head..point]);
            let other = signatures::encode::oid(other);
            signature[at..at + other.len()].copy_from_slice(&other);
        });
        assert_eq!(reason, Reason::KeyUnsupported);
    }
}

#[test]
fn a_signer_may_state_only_its_key_beside_the_right_digest() {
    let statement = AlgorithmId {
        oid: oid::GOST2015_512.to_vec(),
        parameters: Vec::new(),
    };
    let found = find_for_signer(ALGORITHMS, &statement, oid::STREEBOG_512).unwrap();
    assert_eq!(found.name(), "GOST2015-512");
    for digest in [oid::STREEBOG_256, oid::GOST95, oid::SHA256, oid::SHA512] {
        assert!(find_for_signer(ALGORITHMS, &statement, digest).is_none());
    }
}

#[test]
fn a_certificate_of_another_key_makes_no_identity() {
    let world = Anew::new(Scheme::Gost2015With512);
    let (_, certificate) = world.issue(person());
    let other = pkcs8(world.scheme, &[99; 64]).unwrap();
    let refused = Identity::new(&certificate, &other, vec![]).err();
    assert_eq!(refused, Some(SignError::OtherKey));
    let zero = pkcs8(world.scheme, &[0; 64]).unwrap();
    let refused = Identity::new(&certificate, &zero, vec![]).err();
    assert_eq!(refused, Some(SignError::Key));
}

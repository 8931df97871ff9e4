//! Timestamps: only a token over these bytes, by a time-stamping authority on a way to an anchor, is opened.

use gost::Scheme;
use jiff::Timestamp;
use proptest::prelude::*;
use signatures::algorithm::{Digest, GOST95, SHA256, SHA512, STREEBOG_512};
use signatures::ber::tag;
use signatures::encode::{element, sequence};
use signatures::sign::tsp::{Asked, Stamp, grant, read, reject, stamp, with_timestamps};
use signatures::sign::{Identity, Options, sign};
use signatures::tsp::{granted, parse, request};
use signatures::{Reason, Token, Trust, TspError, Verdict, oid};

use crate::ca::{Authority, Leaf, World, now, person, purposes, stamper};
use crate::gost::Anew;

const BYTES: &[u8] = b"the octets of a signature value";
const NONCE: &[u8] = &[7; 8];

/// 1.2.398.3.3.2.6.4: the national authority's policy for GOST 2015 (kz.md 1.5).
const POLICY: &[u8] = &[0x2a, 0x83, 0x0e, 3, 3, 2, 6, 4];

fn asked(digest: &Digest) -> Asked {
    read(&request(digest, BYTES, Some(POLICY), Some(NONCE))).unwrap()
}

fn stamp_at(at: Timestamp, asked: Asked) -> Stamp {
    Stamp {
        imprint: asked.imprint,
        policy: asked.policy.unwrap(),
        serial: vec![0x91, 2],
        at,
        nonce: asked.nonce,
    }
}

fn token_by(who: &Identity) -> Vec<u8> {
    stamp(who, &stamp_at(now(), asked(&SHA256))).unwrap()
}

fn trust(world: &World) -> Trust {
    Trust::of(vec![world.root.parsed(), world.issuing.parsed()]).unwrap()
}

#[track_caller]
fn refused(leaf: Leaf) -> TspError {
    let world = World::new();
    let token = token_by(&world.issuing.issue(leaf).identity(&[]));
    Token::open(&token, BYTES, &trust(&world)).unwrap_err()
}

#[test]
fn a_token_says_when_and_for_whom() {
    for digest in [&SHA256, &SHA512, &STREEBOG_512, &GOST95] {
        for rsa in [false, true] {
            let world = World::new();
            let who = world.issuing.issue(Leaf { rsa, ..stamper() });
            let answer =
                grant(&stamp(&who.identity(&[]), &stamp_at(now(), asked(digest))).unwrap());
            let token = Token::open(granted(&answer).unwrap(), BYTES, &trust(&world)).unwrap();
            assert_eq!(token.at(), now());
            assert_eq!(token.policy(), POLICY);
            assert_eq!(token.serial(), [0x91, 2]);
            assert_eq!(token.nonce(), Some(NONCE));
            assert_eq!(token.way().len(), 3);
            assert_eq!(token.way()[0], who.parsed());
            assert_eq!(token.der(), granted(&answer).unwrap());
        }
    }
}

#[test]
fn every_generation_of_gost_stamps() {
    for (scheme, digest) in [
        (Scheme::Gost2015With512, &STREEBOG_512),
        (Scheme::Gost2004, &GOST95),
    ] {
        let world = Anew::new(scheme);
        let (_, certificate) = world.issue(stamper());
        let who = world.identity(&certificate);
        let token = stamp(&who, &stamp_at(now(), asked(digest))).unwrap();
        let trust = world.verifier().trust().clone();
        assert_eq!(Token::open(&token, BYTES, &trust).unwrap().at(), now());
    }
}

#[test]
fn a_token_over_other_bytes_is_refused() {
    let world = World::new();
    let token = token_by(&world.issuing.issue(stamper()).identity(&[]));
    let error = Token::open(&token, b"other bytes", &trust(&world)).unwrap_err();
    assert_eq!(error, TspError::OtherBytes);
}

#[test]
fn an_imprint_by_a_weak_digest_is_refused() {
    let world = World::new();
    let sha1 = |parameters: &[u8]| {
        let algorithm = sequence(&[signatures::encode::oid(oid::SHA1), parameters.to_vec()]);
        sequence(&[algorithm, element(tag::OCTET_STRING, &[0; 20])])
    };
    let who = world.issuing.issue(stamper()).identity(&[]);
    let wanted = Stamp {
        imprint: sha1(&[tag::NULL, 0]),
        ..stamp_at(now(), asked(&SHA256))
    };
    let token = stamp(&who, &wanted).unwrap();
    let error = Token::open(&token, BYTES, &trust(&world)).unwrap_err();
    assert_eq!(error, TspError::Digest);
    parse(&token).unwrap().check(&trust(&world)).unwrap();
}

#[test]
fn only_a_certificate_for_timestamps_alone_stamps() {
    let with = |extension| Leaf {
        extensions: vec![extension],
        ..stamper()
    };
    assert_eq!(refused(person()), TspError::NotForStamping);
    assert_eq!(
        refused(with(purposes(&[8], false))),
        TspError::NotForStamping
    );
    assert_eq!(
        refused(with(purposes(&[8, 4], true))),
        TspError::NotForStamping
    );
    assert_eq!(
        refused(with(purposes(&[4], true))),
        TspError::NotForStamping
    );
    let none = Leaf {
        extensions: vec![],
        ..stamper()
    };
    assert_eq!(refused(none), TspError::NotForStamping);
    let usages = vec![rcgen::KeyUsagePurpose::KeyEncipherment];
    assert_eq!(
        refused(Leaf {
            usages,
            ..stamper()
        }),
        TspError::NotForStamping
    );
    let mut odd = rcgen::CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
    odd.set_criticality(true);
    let mut leaf = stamper();
    leaf.extensions.push(odd);
    assert_eq!(refused(leaf), TspError::Wrong(Reason::CriticalExtension));
}

#[test]
fn an_authority_stamps_only_while_its_certificate_is_valid() {
    let expired = Leaf {
        until: (2026, 6, 1),
        ..stamper()
    };
    assert_eq!(refused(expired), TspError::Wrong(Reason::Expired));
    let young = Leaf {
        from: (2026, 7, 1),
        ..stamper()
    };
    assert_eq!(refused(young), TspError::Wrong(Reason::NotYetValid));
}

#[test]
fn a_token_outlives_its_authoritys_certificate() {
    let world = World::new();
    let who = world.issuing.issue(Leaf {
        until: (2026, 6, 16),
        ..stamper()
    });
    let token = token_by(&who.identity(&[]));
    // No clock is asked: the token's own time is inside the certificate's.
    assert!(Token::open(&token, BYTES, &trust(&world)).is_ok());
}

#[test]
fn a_token_of_an_unknown_authority_is_refused() {
    let world = World::new();
    let forged = Authority::root("TEST ROOT").below("TEST ISSUING");
    let token = token_by(&forged.issue(stamper()).identity(&[&forged]));
    let error = Token::open(&token, BYTES, &trust(&world)).unwrap_err();
    assert_eq!(error, TspError::Wrong(Reason::UntrustedIssuer));
}

#[test]
fn a_signed_document_is_no_token_and_a_token_no_document() {
    let world = World::new();
    let who = world.issuing.issue(stamper()).identity(&[]);
    let document = sign(BYTES, &[&who], &Options::attached(now())).unwrap();
    let error = Token::open(&document, BYTES, &trust(&world)).unwrap_err();
    assert_eq!(error, TspError::Wrong(Reason::ContentTypeWrong));
    let token = token_by(&who);
    let lists = world.crls(&[]);
    match world.verifier().verify(&token, None, now(), &lists) {
        Verdict::Invalid(finding) => assert_eq!(finding.reason, Reason::ContentTypeWrong),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn an_answer_without_a_token_is_told_so() {
    assert_eq!(granted(&reject()), Err(TspError::NotGranted(2)));
    let world = World::new();
    let token = token_by(&world.issuing.issue(stamper()).identity(&[]));
    let answer = grant(&token);
    assert_eq!(granted(&answer).unwrap(), token);
    assert!(granted(&[answer.as_slice(), &[0]].concat()).is_err());
    for length in 0..answer.len() {
        assert!(granted(&answer[..length]).is_err());
    }
}

#[test]
fn a_token_cut_short_or_lengthened_is_refused() {
    let world = World::new();
    let good = token_by(&world.issuing.issue(stamper()).identity(&[]));
    let open = |bytes: &[u8]| Token::open(bytes, BYTES, &trust(&world));
    assert!(open(&good).is_ok());
    for length in 0..good.len() {
        assert!(open(&good[..length]).is_err());
    }
    assert!(open(&[good.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn no_flipped_bit_gives_another_time() {
    let world = World::new();
    let good = token_by(&world.issuing.issue(stamper()).identity(&[]));
    let trust = trust(&world);
    let mut runner = proptest::test_runner::TestRunner::default();
    let flips = (any::<prop::sample::Index>(), 0..8);
    runner
        .run(&flips, |(place, bit)| {
            let mut bytes = good.clone();
            let place = place.index(bytes.len());
            bytes[place] ^= 1_u8 << bit;
            if let Ok(token) = Token::open(&bytes, BYTES, &trust) {
                prop_assert_eq!(token.at(), now());
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_signature_carries_the_timestamps_of_each_of_its_signers() {
    let world = World::new();
    let authority = world.issuing.issue(stamper()).identity(&[]);
    let people = [
        world.issuing.issue(person()).identity(&[]),
        world.issuing.issue(crate::ca::official()).identity(&[]),
    ];
    let verifier = world.verifier();
    for streamed in [false, true] {
        let options = Options {
            streamed,
            ..Options::attached(now())
        };
        let plain = sign(BYTES, &[&people[0], &people[1]], &options).unwrap();
        let stamped = with_timestamps(&plain, |value| {
            let asked = read(&request(&SHA256, value, Some(POLICY), None)).unwrap();
            stamp(&authority, &stamp_at(now(), asked))
        })
        .unwrap();
        let verdict = verifier.verify(&stamped, None, now(), &world.crls(&[]));
        assert!(matches!(verdict, Verdict::Valid(_)), "{verdict:?}");
        let cms = signatures::format::FORMATS[0];
        let before = cms.open(&plain, None, &verifier.rules()).unwrap();
        assert!(before.claims.iter().all(|claim| claim.timestamp.is_none()));
        let opened = cms.open(&stamped, None, &verifier.rules()).unwrap();
        assert_eq!(opened.claims.len(), 2);
        for claim in &opened.claims {
            let token = claim.timestamp.as_deref().unwrap();
            let token = Token::open(token, claim.signature().unwrap(), &trust(&world)).unwrap();
            assert_eq!(token.at(), now());
        }
    }
}

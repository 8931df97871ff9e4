//! What names an algorithm, and what only looks like it.

use signatures::algorithm::{ALGORITHMS, Algorithm, Rejected, find};
use signatures::ber::tag;
use signatures::certificate::{AlgorithmId, PublicKey};
use signatures::encode::{element, integer, oid, sequence};
use signatures::oid;

use crate::ca::{Leaf, World, person};

fn named(kind: &[u8], parameters: Vec<u8>) -> Option<&'static str> {
    let id = AlgorithmId {
        oid: kind.to_vec(),
        parameters,
    };
    find(ALGORITHMS, &id).map(Algorithm::name)
}

/// Parameters of PSS: digest, generator of the mask, its digest, and the trailer.
fn pss(digest: &[u8], generator: &[u8], mask: &[u8], trailer: u8) -> Vec<u8> {
    let generator = sequence(&[oid(generator), sequence(&[oid(mask)])]);
    sequence(&[
        element(tag::context_constructed(0), &sequence(&[oid(digest)])),
        element(tag::context_constructed(1), &generator),
        element(tag::context_constructed(2), &integer(&[32])),
        element(tag::context_constructed(3), &integer(&[trailer])),
    ])
}

#[test]
fn plain_rsa_has_no_parameters() {
    for plain in [vec![], vec![tag::NULL, 0]] {
        assert_eq!(named(oid::RSA_SHA256, plain), Some("RSA-SHA256"));
    }
    assert_eq!(named(oid::RSA_SHA256, integer(&[1])), None);
}

#[test]
fn pss_has_one_digest_its_own_generator_and_the_only_trailer() {
    let (sha256, sha512) = (oid::SHA256, oid::SHA512);
    let named = |parameters| named(oid::RSA_PSS, parameters);
    let good = pss(sha256, oid::MGF1, sha256, 1);
    assert_eq!(named(good), Some("RSA-PSS-SHA256"));
    assert_eq!(named(pss(sha256, oid::MGF1, sha512, 1)), None);
    assert_eq!(named(pss(sha256, oid::RSA, sha256, 1)), None);
    assert_eq!(named(pss(sha256, oid::MGF1, sha256, 2)), None);
}

#[test]
fn a_key_of_another_kind_does_not_verify_as_rsa() {
    let world = World::new();
    let who = world.issuing.issue(Leaf {
        rsa: true,
        ..person()
    });
    let who = who.identity(&[]);
    let signature = who.sign(b"x").unwrap();
    let id = AlgorithmId {
        oid: oid::RSA_SHA256.to_vec(),
        parameters: vec![tag::NULL, 0],
    };
    let rsa = find(ALGORITHMS, &id).unwrap();
    let key = who.certificate().key();
    rsa.verify(key, &id, b"x", &signature).unwrap();
    let mut other: PublicKey = key.clone();
    other.algorithm.oid = oid::EC.to_vec();
    let refused = rsa.verify(&other, &id, b"x", &signature);
    assert_eq!(refused, Err(Rejected::WeakKey));
}

//! Signed attributes: what must stand there, once, and what a forger would leave out or double.

use signatures::ber::tag;
use signatures::encode::{element, oid};
use signatures::{Reason, Verdict, oid};

use crate::ca::{Person, World, now, official, person};
use crate::forge::{
    attribute, content_type, envelope, good, message_digest, signer, signing_certificate,
};

const DOCUMENT: &[u8] = b"a document";

#[track_caller]
fn expect(world: &World, signature: &[u8], reason: Option<Reason>) {
    let verdict = world
        .verifier()
        .verify(signature, None, now(), &world.crls(&[]))
        .into_owned();
    match (verdict, reason) {
        (Verdict::Valid(_), None) => {}
        (Verdict::Invalid(finding), Some(reason)) => assert_eq!(finding.reason, reason),
        (other, _) => panic!("{other:?} instead of {reason:?}"),
    }
}

#[track_caller]
fn one_signer(reason: Option<Reason>, attributes: impl Fn(&Person) -> Vec<Vec<u8>>) {
    let world = World::new();
    let who = world.issuing.issue(person());
    let attributes = attributes(&who);
    let info = signer(&who, DOCUMENT, Some(&attributes));
    expect(
        &world,
        &envelope(&[&who], oid::DATA, DOCUMENT, &[info]),
        reason,
    );
}

#[test]
fn attributes_out_of_order_are_verified_in_their_der_encoding() {
    one_signer(None, |who| {
        let mut attributes = good(who, DOCUMENT);
        attributes.sort();
        attributes.reverse();
        attributes
    });
}

#[test]
fn a_signature_over_the_bare_content_is_refused() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let info = signer(&who, DOCUMENT, None);
    let signature = envelope(&[&who], oid::DATA, DOCUMENT, &[info]);
    expect(&world, &signature, Some(Reason::SignedAttributesMissing));
}

/// The forgery of draft-ietf-lamps-cms-euf-cma-signeddata: a signature over attributes is handed on as
/// a signature over a content that is those attributes.
#[test]
fn signed_attributes_cannot_be_passed_off_as_a_document() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let attributes = signatures::encode::set(good(&who, DOCUMENT));
    let info = signer(&who, &attributes, None);
    let signature = envelope(&[&who], oid::DATA, &attributes, &[info]);
    expect(&world, &signature, Some(Reason::SignedAttributesMissing));
}

#[test]
fn one_signer_without_attributes_beside_a_good_one_is_refused() {
    let world = World::new();
    let (first, second) = (
        world.issuing.issue(person()),
        world.issuing.issue(official()),
    );
    let infos = [
        signer(&first, DOCUMENT, Some(&good(&first, DOCUMENT))),
        signer(&second, DOCUMENT, None),
    ];
    let signature = envelope(&[&first, &second], oid::DATA, DOCUMENT, &infos);
    expect(&world, &signature, Some(Reason::SignedAttributesMissing));
}

#[test]
fn a_missing_attribute_is_refused() {
    one_signer(Some(Reason::SignedAttributesWrong), |who| {
        good(who, DOCUMENT)[1..].to_vec()
    });
    one_signer(Some(Reason::SignedAttributesWrong), |who| {
        vec![
            content_type(oid::DATA),
            signing_certificate(who.certificate.der()),
        ]
    });
}

#[test]
fn a_doubled_attribute_is_refused() {
    for extra in [
        content_type(oid::DATA),
        message_digest(DOCUMENT),
        message_digest(b"another"),
    ] {
        one_signer(Some(Reason::SignedAttributesWrong), |who| {
            let mut attributes = good(who, DOCUMENT);
            attributes.push(extra.clone());
            attributes
        });
    }
}

#[test]
fn an_attribute_with_two_values_or_none_is_refused() {
    let digest = |content: &[u8]| element(tag::OCTET_STRING, &crate::forge::sha256(content));
    for values in [vec![], vec![digest(DOCUMENT), digest(b"another")]] {
        one_signer(Some(Reason::SignedAttributesWrong), |who| {
            let mut attributes = good(who, DOCUMENT);
            attributes[1] = attribute(oid::MESSAGE_DIGEST, &values);
            attributes
        });
    }
}

#[test]
fn content_that_is_no_plain_data_is_refused() {
    one_signer(Some(Reason::ContentTypeWrong), |who| {
        let mut attributes = good(who, DOCUMENT);
        attributes[0] = content_type(oid::SIGNED_DATA);
        attributes
    });
    let world = World::new();
    let who = world.issuing.issue(person());
    let info = signer(&who, DOCUMENT, Some(&good(&who, DOCUMENT)));
    let signature = envelope(&[&who], oid::SIGNED_DATA, DOCUMENT, &[info]);
    expect(&world, &signature, Some(Reason::ContentTypeWrong));
}

#[test]
fn a_digest_of_another_content_is_refused() {
    one_signer(Some(Reason::DigestMismatch), |who| {
        let mut attributes = good(who, DOCUMENT);
        attributes[1] = message_digest(b"another");
        attributes
    });
}

#[test]
fn a_reference_to_another_certificate_is_refused() {
    one_signer(Some(Reason::SigningCertificateMismatch), |who| {
        let mut attributes = good(who, DOCUMENT);
        attributes[2] = signing_certificate(b"another certificate");
        attributes
    });
}

#[test]
fn a_certificate_that_did_not_come_along_is_refused() {
    let world = World::new();
    let (who, other) = (
        world.issuing.issue(person()),
        world.issuing.issue(official()),
    );
    let info = signer(&who, DOCUMENT, Some(&good(&who, DOCUMENT)));
    let signature = envelope(&[&other], oid::DATA, DOCUMENT, &[info]);
    expect(&world, &signature, Some(Reason::CertificateMissing));
}

#[test]
fn a_certificate_with_the_same_number_of_another_issuer_is_not_the_signers() {
    let world = World::new();
    let (who, other) = (world.issuing.issue(person()), world.root.issue(person()));
    assert_eq!(who.serial, other.serial);
    let info = signer(&who, DOCUMENT, Some(&good(&who, DOCUMENT)));
    let signature = envelope(&[&other], oid::DATA, DOCUMENT, &[info]);
    expect(&world, &signature, Some(Reason::CertificateMissing));
}

#[test]
fn an_envelope_of_another_kind_is_refused() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let info = signer(&who, DOCUMENT, Some(&good(&who, DOCUMENT)));
    let mut signature = envelope(&[&who], oid::DATA, DOCUMENT, &[info]);
    let kind = oid(oid::SIGNED_DATA);
    let found = signature.windows(kind.len()).position(|one| one == kind);
    // Enveloped data is the next number after signed data.
    signature[found.unwrap() + kind.len() - 1] += 1;
    expect(&world, &signature, Some(Reason::Malformed));
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let world = World::new();
    let (who, other) = (world.issuing.issue(person()), world.issuing.issue(person()));
    // The same name and serial number, another key: the envelope carries the victim's certificate.
    let info = signer(&other, DOCUMENT, Some(&good(&who, DOCUMENT)));
    let signature = envelope(&[&who], oid::DATA, DOCUMENT, &[info]);
    expect(&world, &signature, Some(Reason::SignatureWrong));
}

#[test]
fn nobody_signed_is_refused() {
    let world = World::new();
    let who = world.issuing.issue(person());
    let signature = envelope(&[&who], oid::DATA, DOCUMENT, &[]);
    expect(&world, &signature, Some(Reason::NoSigner));
}

#[test]
fn an_unknown_attribute_is_covered_and_ignored() {
    one_signer(None, |who| {
        let mut attributes = good(who, DOCUMENT);
        attributes.push(attribute(&[0x2a, 0x83, 0x0e, 9], &[oid(oid::DATA)]));
        attributes
    });
}

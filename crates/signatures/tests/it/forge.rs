//! Envelopes that `sign` would never make: attributes missing, doubled or out of order.
//!
//! Takes the attributes as they shall stand, signs them correctly with a P-256 key, and wraps them.
//! Everything but the attributes is in order, so that a refusal can only be about them.

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use signatures::ber::tag;
use signatures::encode::{constructed, element, integer, oid, sequence, set};
use signatures::oid;

use crate::ca::Person;

pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

pub(crate) fn attribute(kind: &[u8], values: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[oid(kind), constructed(tag::SET, values)])
}

pub(crate) fn content_type(kind: &[u8]) -> Vec<u8> {
    attribute(oid::CONTENT_TYPE, &[oid(kind)])
}

pub(crate) fn message_digest(content: &[u8]) -> Vec<u8> {
    attribute(
        oid::MESSAGE_DIGEST,
        &[element(tag::OCTET_STRING, &sha256(content))],
    )
}

/// signing-certificate-v2 with SHA-256 left out, as DER demands of a default.
pub(crate) fn signing_certificate(certificate: &[u8]) -> Vec<u8> {
    let hash = element(tag::OCTET_STRING, &sha256(certificate));
    attribute(
        oid::SIGNING_CERTIFICATE_V2,
        &[sequence(&[sequence(&[sequence(&[hash])])])],
    )
}

/// The attributes that a good CAdES-BES has.
pub(crate) fn good(person: &Person, content: &[u8]) -> Vec<Vec<u8>> {
    vec![
        content_type(oid::DATA),
        message_digest(content),
        signing_certificate(person.certificate.der()),
    ]
}

/// A signer over these attributes (or over the bare content when there are none).
pub(crate) fn signer(person: &Person, content: &[u8], attributes: Option<&[Vec<u8>]>) -> Vec<u8> {
    let signed = match attributes {
        Some(attributes) => set(attributes.to_vec()),
        None => content.to_vec(),
    };
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, person.key.serialized_der())
            .unwrap();
    let signature = pair.sign(&SystemRandom::new(), &signed).unwrap();
    let certificate = signatures::Certificate::parse(person.certificate.der()).unwrap();
    let mut parts = vec![
        integer(&[1]),
        sequence(&[
            certificate.issuer().der().to_vec(),
            integer(certificate.serial()),
        ]),
        sequence(&[oid(oid::SHA256)]),
    ];
    // As they were given, in their own order: a verifier has to put them right itself.
    parts.extend(attributes.map(|list| constructed(tag::context_constructed(0), list)));
    parts.push(sequence(&[oid(oid::ECDSA_SHA256)]));
    parts.push(element(tag::OCTET_STRING, signature.as_ref()));
    sequence(&parts)
}

/// An envelope with an attached content.
pub(crate) fn envelope(
    people: &[&Person],
    kind: &[u8],
    content: &[u8],
    signers: &[Vec<u8>],
) -> Vec<u8> {
    let certificates: Vec<&[u8]> = people
        .iter()
        .map(|person| person.certificate.der().as_ref())
        .collect();
    let inside = element(
        tag::context_constructed(0),
        &element(tag::OCTET_STRING, content),
    );
    let signed_data = sequence(&[
        integer(&[1]),
        set(vec![sequence(&[oid(oid::SHA256)])]),
        sequence(&[oid(kind), inside]),
        constructed(tag::context_constructed(0), &certificates),
        constructed(tag::SET, signers),
    ]);
    sequence(&[
        oid(oid::SIGNED_DATA),
        element(tag::context_constructed(0), &signed_data),
    ])
}

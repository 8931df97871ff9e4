//! An authority that signed nothing: whatever claims to be its own is not.

use std::sync::LazyLock;

use signatures::ber::tag;
use signatures::encode::{element, integer, oid, sequence, set};
use signatures::{Certificate, oid as name_of};

/// A certificate with an Ed25519 key, which no algorithm here takes.
pub static ISSUER: LazyLock<Certificate> = LazyLock::new(|| {
    let ed25519 = sequence(&[oid(&[0x2b, 0x65, 0x70])]);
    let text = element(tag::PRINTABLE_STRING, b"FUZZ");
    let name = sequence(&[set(vec![sequence(&[oid(name_of::COMMON_NAME), text])])]);
    let time = |text: &[u8]| element(tag::UTC_TIME, text);
    let signed = sequence(&[
        element(tag::context_constructed(0), &integer(&[2])),
        integer(&[1]),
        ed25519.clone(),
        name.clone(),
        sequence(&[time(b"200101000000Z"), time(b"400101000000Z")]),
        name,
        sequence(&[ed25519.clone(), element(tag::BIT_STRING, &[0; 33])]),
    ]);
    let signature = element(tag::BIT_STRING, &[0; 65]);
    Certificate::parse(&sequence(&[signed, ed25519, signature])).expect("well formed")
});

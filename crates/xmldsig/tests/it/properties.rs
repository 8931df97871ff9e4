//! What holds for every document: signed is verified; changed anywhere is not; nothing makes it panic.

use proptest::prelude::*;
use signatures::Reason;
use xmldsig::sign::{Layout, enveloped};
use xmldsig::{Demand, Document, Limits};

use crate::canonical::documents;
use crate::signing::APPLICATION;
use crate::world::{WORLD, parse, verify};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_is_verified(document in documents(), rsa: bool, wrapped: bool) {
        let person = if rsa { &WORLD.rsa } else { &WORLD.p256 };
        let layout = if wrapped { Layout::Wrapped } else { Layout::Compact };
        let signed = enveloped(document.as_bytes(), &person.identity, layout).unwrap();
        let parsed = parse(&signed);
        let verified = verify(&parsed, &Demand::DOCUMENT).unwrap();
        prop_assert_eq!(
            verified.content(),
            parse(document.as_bytes()).canonical(&xmldsig::Method::INCLUSIVE).unwrap()
        );
    }
}

/// Any one bit of the document, its signature included: refused, or read as what was signed.
#[test]
fn any_flipped_bit_is_refused_or_changes_nothing_that_was_signed() {
    let signed = enveloped(
        APPLICATION.as_bytes(),
        &WORLD.p256.identity,
        Layout::Compact,
    )
    .unwrap();
    let genuine = parse(&signed);
    let genuine = verify(&genuine, &Demand::DOCUMENT)
        .unwrap()
        .content()
        .to_vec();
    let mut refused = 0;
    for place in 0..signed.len() {
        for bit in 0..8 {
            let mut forged = signed.clone();
            forged[place] ^= 1 << bit;
            let Ok(document) = Document::parse(&forged, &Limits::default()) else {
                refused += 1;
                continue;
            };
            match verify(&document, &Demand::DOCUMENT) {
                Ok(verified) => assert_eq!(verified.content(), genuine, "octet {place}, bit {bit}"),
                Err(_) => refused += 1,
            }
        }
    }
    // What may change is white space in tags, comments, quotation marks and the XML declaration.
    assert!(
        refused > signed.len() * 8 * 95 / 100,
        "only {refused} of {}",
        signed.len() * 8
    );
}

#[test]
fn any_flipped_bit_of_signed_text_is_refused() {
    let signed = enveloped(
        b"<a><b>0123456789</b></a>",
        &WORLD.p256.identity,
        Layout::Compact,
    )
    .unwrap();
    for place in 6..16 {
        for bit in 0..7 {
            let mut forged = signed.clone();
            forged[place] ^= 1 << bit;
            let reason = crate::world::refusal(&forged, &Demand::DOCUMENT);
            assert!(
                matches!(reason, Reason::DigestMismatch | Reason::Malformed),
                "{reason}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[<>/a!?='\" \\[\\]&;#x:CDATAxmlns-]{0,80}") {
        for input in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(document) = Document::parse(input, &Limits::default()) {
                prop_assert!(verify(&document, &Demand::ANY).is_err());
            }
        }
    }

    #[test]
    fn pieces_of_a_signed_document_make_it_no_panic(cuts in prop::collection::vec((0usize..4000, 0usize..60, 0usize..4000), 1..4)) {
        let mut forged = enveloped(APPLICATION.as_bytes(), &WORLD.p256.identity, Layout::Wrapped).unwrap();
        for (from, length, to) in cuts {
            let from = from.min(forged.len());
            let end = (from + length).min(forged.len());
            let piece: Vec<u8> = forged.drain(from..end).collect();
            let to = to.min(forged.len());
            forged.splice(to..to, piece);
        }
        let genuine = parse(APPLICATION.as_bytes()).canonical(&xmldsig::Method::INCLUSIVE).unwrap();
        if let Ok(document) = Document::parse(&forged, &Limits::default())
            && let Ok(verified) = verify(&document, &Demand::ANY)
        {
            prop_assert_eq!(verified.content(), genuine);
        }
    }
}

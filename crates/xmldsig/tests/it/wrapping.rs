//! Signature wrapping: the signed element is kept somewhere, so that the digest is right, and a forged
//! one stands where it is read. The eight published families (Somorovsky et al., "On Breaking SAML",
//! 2012), carried over to an element signed by Id, and the ways of SOAP (McIntosh and Austel, 2005).

use signatures::Reason;
use xmldsig::sign::{Layout, by_id, enveloped};
use xmldsig::{Demand, Signed};

use crate::world::{WORLD, parse, refusal, verify};

const PART: &str = "<part Id=\"p\"><sum>1</sum></part>";
const EVIL: &str = "<part Id=\"evil\"><sum>1000000</sum></part>";
const PATH: &[(&str, &str)] = &[("", "doc"), ("", "part")];
const DEMAND: Demand<'static> = Demand {
    signed: Signed::Path(PATH),
    ..Demand::DOCUMENT
};

struct Genuine {
    document: String,
    signature: String,
}

fn genuine() -> Genuine {
    let document = format!("<doc>{PART}</doc>");
    let signed = by_id(
        document.as_bytes(),
        "p",
        &WORLD.p256.identity,
        Layout::Compact,
    )
    .unwrap();
    let document = String::from_utf8(signed).unwrap();
    let (_, signature) = document.split_once(PART).unwrap();
    let signature = signature.strip_suffix("</doc>").unwrap().to_owned();
    Genuine {
        document,
        signature,
    }
}

/// Puts `inside` before the end of the Signature.
fn in_signature(signature: &str, inside: &str) -> String {
    signature.replace("</ds:Signature>", &format!("{inside}</ds:Signature>"))
}

fn families(genuine: &Genuine) -> Vec<(&'static str, String)> {
    let Genuine {
        document,
        signature,
    } = genuine;
    let object = |inside: &str| format!("<ds:Object>{inside}</ds:Object>");
    let without = format!("<doc>{PART}</doc>");
    vec![
        (
            "1: the original document inside the signature",
            format!("<doc>{EVIL}{}</doc>", in_signature(signature, &without)),
        ),
        (
            "2: the original document before the signature",
            format!("<doc>{EVIL}{without}{signature}</doc>"),
        ),
        (
            "3: a forged element before the original",
            format!("<doc>{EVIL}{PART}{signature}</doc>"),
        ),
        (
            "4: the original inside the forged element",
            format!("<doc><part Id=\"evil\"><sum>1000000</sum>{PART}</part>{signature}</doc>"),
        ),
        (
            "5: the signature in the forged element, the original behind",
            format!("<doc><part Id=\"evil\"><sum>1000000</sum>{signature}</part>{PART}</doc>"),
        ),
        (
            "6: the original inside the signature",
            format!("<doc>{EVIL}{}</doc>", in_signature(signature, PART)),
        ),
        (
            "7: the original in an extension",
            format!("<doc><Extensions>{PART}</Extensions>{EVIL}{signature}</doc>"),
        ),
        (
            "8: the original in an Object of the signature",
            format!(
                "<doc>{EVIL}{}</doc>",
                in_signature(signature, &object(PART))
            ),
        ),
        (
            "1b: the whole document inside a forged one",
            format!("<doc>{EVIL}{document}</doc>"),
        ),
        (
            "7b: a forged element with the same Id",
            format!(
                "<doc><Extensions>{PART}</Extensions>{}{signature}</doc>",
                EVIL.replace("evil", "p")
            ),
        ),
        (
            "7c: the same Id under another name",
            format!(
                "<doc>{}{PART}{signature}</doc>",
                EVIL.replace("Id=\"evil\"", "ID=\"p\"")
            ),
        ),
        (
            "5b: the forged element in place, the original behind",
            format!("<doc>{EVIL}{signature}{PART}</doc>"),
        ),
    ]
}

#[test]
fn the_genuine_document_is_verified() {
    let genuine = genuine();
    let document = parse(genuine.document.as_bytes());
    let verified = verify(&document, &DEMAND).unwrap();
    assert_eq!(verified.element().only("sum").unwrap().text(), "1");
}

#[test]
fn every_family_of_wrapping_is_refused_where_the_place_is_demanded() {
    for (family, forged) in families(&genuine()) {
        let reason = refusal(forged.as_bytes(), &DEMAND);
        assert!(
            matches!(
                reason,
                Reason::ReferenceWrong | Reason::NoSigner | Reason::Malformed
            ),
            "{family}: {reason}"
        );
    }
}

#[test]
fn where_no_place_is_demanded_only_the_original_is_given() {
    for (family, forged) in families(&genuine()) {
        let document = parse(forged.as_bytes());
        if let Ok(verified) = verify(&document, &Demand::ANY) {
            let content = std::str::from_utf8(verified.content()).unwrap();
            assert_eq!(content, PART, "{family}");
            assert_eq!(
                verified.element().only("sum").unwrap().text(),
                "1",
                "{family}"
            );
        }
    }
}

#[test]
fn an_id_that_stands_twice_is_refused_wherever_the_other_is() {
    let genuine = genuine().document;
    for other in [
        "<other Id=\"p\"/>",
        "<other id=\"p\"/>",
        "<x><other ID=\"p\"/></x>",
    ] {
        for place in ["<doc>", "</doc>"] {
            let twice = match place {
                "<doc>" => genuine.replace(place, &format!("{place}{other}")),
                _ => genuine.replace(place, &format!("{other}{place}")),
            };
            for demand in [&DEMAND, &Demand::ANY] {
                assert_eq!(refusal(twice.as_bytes(), demand), Reason::ReferenceWrong);
            }
        }
    }
    // An attribute that is no identifier may say the same.
    let named = genuine.replace("<doc>", "<doc><other name=\"p\"/>");
    verify(&parse(named.as_bytes()), &DEMAND).unwrap();
}

#[test]
fn an_enveloped_document_cannot_be_wrapped() {
    let signed = enveloped(
        b"<doc><sum>1</sum></doc>",
        &WORLD.p256.identity,
        Layout::Compact,
    )
    .unwrap();
    let signed = String::from_utf8(signed).unwrap();
    let (_, rest) = signed.split_once("</sum>").unwrap();
    let signature = rest.strip_suffix("</doc>").unwrap();
    let object = "<ds:Object><doc><sum>1</sum></doc></ds:Object>";
    for (forged, reason) in [
        (
            format!("<doc><sum>2</sum>{signature}</doc>"),
            Reason::DigestMismatch,
        ),
        (format!("<doc><sum>2</sum>{signed}</doc>"), Reason::NoSigner),
        (
            format!("<doc><sum>2</sum>{}</doc>", in_signature(signature, object)),
            Reason::Malformed,
        ),
        (
            format!("<doc><sum>1</sum><sum>2</sum>{signature}</doc>"),
            Reason::DigestMismatch,
        ),
        (
            format!("<doc><sum>1</sum><x>{signature}</x></doc>"),
            Reason::NoSigner,
        ),
        (
            format!("<doc><sum>1</sum>{signature}{signature}</doc>"),
            Reason::DigestMismatch,
        ),
        (signature.to_owned(), Reason::NoSigner),
    ] {
        assert_eq!(
            refusal(forged.as_bytes(), &Demand::DOCUMENT),
            reason,
            "{forged}"
        );
    }
}

/// Elements that were added to the document after signing are neither seen nor in the way.
#[test]
fn what_stands_beside_the_signed_element_is_not_given() {
    let genuine = genuine();
    let forged = genuine.document.replace("<doc>", "<doc><more>x</more>");
    let document = parse(forged.as_bytes());
    let verified = verify(&document, &DEMAND).unwrap();
    assert_eq!(verified.element().name(), "part");
    assert_eq!(verified.content(), PART.as_bytes());
}

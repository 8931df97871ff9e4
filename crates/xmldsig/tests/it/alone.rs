//! An element that is cut out of a document and stands alone: it means the same, and what was signed inside
//! still is.

use proptest::prelude::*;
use xmldsig::sign::{Layout, enveloped};
use xmldsig::{Demand, Element, Method};

use crate::canonical::documents;
use crate::signing::APPLICATION;
use crate::world::{WORLD, parse, verify};

fn inner(document: &str) -> String {
    let document = parse(document.as_bytes());
    let inner = document.unverified().children().next().unwrap();
    inner.alone()
}

#[test]
fn only_what_names_use_and_only_once_is_brought_along() {
    for (document, alone) in [
        ("<a xmlns:p='urn:p'><b/></a>", "<b/>"),
        (
            "<a xmlns:p='urn:p' xmlns:q='urn:q'><p:b><p:c/></p:b></a>",
            "<p:b xmlns:p=\"urn:p\"><p:c/></p:b>",
        ),
        (
            "<a xmlns='urn:d'><b xmlns:p='urn:p'/></a>",
            "<b xmlns=\"urn:d\" xmlns:p='urn:p'/>",
        ),
        ("<a xmlns='urn:d'><b xmlns=''/></a>", "<b xmlns=''/>"),
        // The same binding again, inside: nothing is lacking.
        (
            "<a xmlns:p='urn:p'><b><p:c xmlns:p='urn:p'/></b></a>",
            "<b><p:c xmlns:p='urn:p'/></b>",
        ),
        // Beside an element that has its own there is one that has not.
        (
            "<a xmlns:p='urn:p'><b><p:c xmlns:p='urn:o'/><p:d/></b></a>",
            "<b xmlns:p=\"urn:p\"><p:c xmlns:p='urn:o'/><p:d/></b>",
        ),
        (
            "<a xmlns:p='urn:p' xmlns:q='urn:u&amp;q'><b p:x='>' q:y = \"'\"/></a>",
            "<b xmlns:p=\"urn:p\" xmlns:q=\"urn:u&amp;q\" p:x='>' q:y = \"'\"/>",
        ),
        // The value of xsi:type is a name too.
        (
            "<a xmlns:t='urn:t' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><b i:type=' &#116;:T '/></a>",
            "<b xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:t=\"urn:t\" i:type=' &#116;:T '/>",
        ),
        (
            "<a><b xml:lang='kk'><!-- c --><![CDATA[<]]>&#65;</b></a>",
            "<b xml:lang='kk'><!-- c --><![CDATA[<]]>&#65;</b>",
        ),
    ] {
        assert_eq!(inner(document), alone);
    }
}

#[test]
fn a_signature_inside_another_document_still_holds() {
    let signed = enveloped(APPLICATION.as_bytes(), &WORLD.rsa.identity, Layout::Wrapped).unwrap();
    let signed = String::from_utf8(signed).unwrap();
    let bare = signed[signed.find("<n:application").unwrap()..].trim_end();
    let around = format!("<s:e xmlns:s='urn:s' xmlns:unused='urn:u'>{bare}</s:e>");
    let alone = inner(&around);
    assert_eq!(alone, bare);
    verify(&parse(alone.as_bytes()), &Demand::DOCUMENT).unwrap();
}

#[test]
fn a_qualified_name_is_resolved_where_it_stands() {
    let document = parse(b"<a xmlns:p='urn:p'><b xmlns='urn:d'/></a>");
    let inner = document.unverified().children().next().unwrap();
    let resolved = |element: &Element<'_>, name| {
        element
            .resolve(name)
            .map(|(uri, name)| format!("{uri} {name}"))
    };
    assert_eq!(resolved(&inner, " p:T "), Some("urn:p T".to_owned()));
    assert_eq!(resolved(&inner, "T"), Some("urn:d T".to_owned()));
    assert_eq!(resolved(&document.unverified(), "T"), Some(" T".to_owned()));
    assert_eq!(resolved(&inner, "q:T"), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_stands_alone_has_the_canonical_form_that_it_had(document in documents()) {
        let parsed = parse(document.as_bytes());
        for child in parsed.unverified().children() {
            let alone = child.alone();
            let again = parse(alone.as_bytes());
            prop_assert_eq!(
                again.canonical(&Method::EXCLUSIVE).unwrap(),
                child.canonical().unwrap(),
                "{}",
                alone
            );
        }
    }
}

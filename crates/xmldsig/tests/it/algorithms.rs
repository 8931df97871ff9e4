//! Algorithms and the form of a signature: what is swapped, missing, doubled or odd is refused.

use signatures::Reason;
use xmldsig::sign::{Layout, by_id, enveloped};
use xmldsig::{Demand, open};

use crate::world::{Person, WORLD, parse, refusal};

const RSA: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const ECDSA: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

fn signed(person: &Person) -> String {
    let signed = enveloped(b"<a><b>1</b></a>", &person.identity, Layout::Compact).unwrap();
    String::from_utf8(signed).unwrap()
}

#[track_caller]
fn refuses(person: &Person, from: &str, to: &str, reason: Reason) {
    let genuine = signed(person);
    assert!(genuine.contains(from), "{from} is not in {genuine}");
    let forged = genuine.replacen(from, to, 1);
    assert_eq!(
        refusal(forged.as_bytes(), &Demand::DOCUMENT),
        reason,
        "{from} -> {to}"
    );
}

#[test]
fn another_algorithm_than_that_of_the_key_is_refused() {
    refuses(&WORLD.rsa, RSA, ECDSA, Reason::KeyUnsupported);
    refuses(&WORLD.p256, ECDSA, RSA, Reason::KeyUnsupported);
    refuses(
        &WORLD.rsa,
        RSA,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        Reason::SignatureWrong,
    );
}

#[test]
fn hmac_weak_and_unknown_algorithms_are_refused() {
    for uri in [
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "urn:none",
        "",
    ] {
        refuses(&WORLD.rsa, RSA, uri, Reason::AlgorithmUnsupported);
    }
    for uri in [
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "http://www.w3.org/2001/04/xmldsig-more#sha1",
        "http://www.w3.org/2001/04/xmldsig-more#md5",
    ] {
        refuses(&WORLD.rsa, SHA256, uri, Reason::AlgorithmUnsupported);
    }
    refuses(
        &WORLD.rsa,
        &format!("<ds:SignatureMethod Algorithm=\"{RSA}\"/>"),
        &format!(
            "<ds:SignatureMethod Algorithm=\"{RSA}\"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>"
        ),
        Reason::Malformed,
    );
}

#[test]
fn transforms_beyond_the_two_are_refused() {
    for uri in [
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2006/12/xml-c14n11",
    ] {
        refuses(
            &WORLD.p256,
            &format!("{INCLUSIVE}#WithComments"),
            uri,
            Reason::AlgorithmUnsupported,
        );
        refuses(&WORLD.p256, INCLUSIVE, uri, Reason::AlgorithmUnsupported);
    }
    let last = format!("<ds:Transform Algorithm=\"{INCLUSIVE}#WithComments\"/>");
    let first = format!("<ds:Transform Algorithm=\"{ENVELOPED}\"/>");
    refuses(
        &WORLD.p256,
        &last,
        &format!("{last}{last}"),
        Reason::AlgorithmUnsupported,
    );
    refuses(
        &WORLD.p256,
        &first,
        &format!("{first}{first}"),
        Reason::AlgorithmUnsupported,
    );
    refuses(&WORLD.p256, &first, &last, Reason::AlgorithmUnsupported);
    refuses(&WORLD.p256, &first, "", Reason::ReferenceWrong);
    refuses(
        &WORLD.p256,
        &last,
        &format!("{last}<ds:XPath>//b</ds:XPath>"),
        Reason::Malformed,
    );
}

#[test]
fn a_canonical_form_takes_nothing_but_its_list_of_prefixes() {
    let genuine = format!("<ds:Transform Algorithm=\"{INCLUSIVE}#WithComments\"/>");
    let with = |uri: &str, inside: &str| {
        format!("<ds:Transform Algorithm=\"{uri}\">{inside}</ds:Transform>")
    };
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let list = |prefixes: &str| {
        format!("<e:InclusiveNamespaces xmlns:e=\"{exclusive}\" PrefixList=\"{prefixes}\"/>")
    };
    for odd in [
        with(INCLUSIVE, &list("a")),
        with(INCLUSIVE, "<ds:XPath>//b</ds:XPath>"),
        with(exclusive, "<ds:XPath>//b</ds:XPath>"),
        with(exclusive, &(list("a") + &list("b"))),
        with(exclusive, &list(&"a ".repeat(33))),
    ] {
        refuses(&WORLD.p256, &genuine, &odd, Reason::Malformed);
    }
    // With such a list it is another signature, and no broken one.
    let most = with(exclusive, &list(&"a ".repeat(32)));
    refuses(&WORLD.p256, &genuine, &most, Reason::SignatureWrong);
}

/// It looks like an XPointer, and another program would follow it to another place.
#[test]
fn an_id_that_is_an_xpointer_is_not_looked_up() {
    let document = b"<a><b Id=\"xpointer(/)\"/></a>";
    let identity = &WORLD.p256.identity;
    let signed = by_id(document, "xpointer(/)", identity, Layout::Compact).unwrap();
    assert_eq!(refusal(&signed, &Demand::ANY), Reason::ReferenceWrong);
}

#[test]
fn references_to_other_things_are_refused() {
    for uri in [
        "#b",
        "#",
        "#xpointer(/)",
        "#xpointer(id('b'))",
        "http://x.test/a",
        "file:///etc/passwd",
        "cid:1",
        "a.xml",
    ] {
        refuses(
            &WORLD.p256,
            "URI=\"\"",
            &format!("URI=\"{uri}\""),
            Reason::ReferenceWrong,
        );
    }
    refuses(&WORLD.p256, " URI=\"\"", "", Reason::ReferenceWrong);
}

#[test]
fn exactly_one_reference_is_taken() {
    let genuine = signed(&WORLD.p256);
    let start = genuine.find("<ds:Reference").unwrap();
    let end = genuine.find("</ds:SignedInfo>").unwrap();
    let reference = &genuine[start..end];
    refuses(&WORLD.p256, reference, "", Reason::Malformed);
    refuses(
        &WORLD.p256,
        reference,
        &format!("{reference}{reference}"),
        Reason::ReferenceWrong,
    );
    let manifest = format!("<ds:Manifest>{reference}</ds:Manifest>");
    refuses(&WORLD.p256, reference, &manifest, Reason::Malformed);
}

#[test]
fn a_signature_of_an_odd_shape_is_refused() {
    for (from, to) in [
        ("<ds:SignedInfo>", "<ds:SignedInfo><!-- x -->"),
        ("<ds:SignedInfo>", "<ds:SignedInfo><?x y?>"),
        ("<ds:SignedInfo>", "<ds:SignedInfo>text"),
        ("<ds:SignedInfo>", "<ds:SignedInfo><ds:SignedInfo/>"),
        (
            "<ds:SignatureValue>",
            "<ds:SignatureValue/><ds:SignatureValue>",
        ),
        ("<ds:SignatureValue>", "<ds:SignatureValue>="),
        ("<ds:SignatureValue>", "<ds:SignatureValue><b/>"),
        ("<ds:DigestValue>", "<ds:DigestValue>%"),
        ("</ds:KeyInfo>", "</ds:KeyInfo><ds:KeyInfo/>"),
        ("<ds:X509Certificate>", "<ds:X509Certificate>AAAA"),
        (" Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"", ""),
        (
            "<ds:DigestMethod",
            "<DigestMethod xmlns=\"urn:other\"/><ds:DigestMethod",
        ),
    ] {
        refuses(&WORLD.p256, from, to, Reason::Malformed);
    }
    let long = format!("<ds:SignatureValue>{}", "A".repeat(96 * 1024));
    refuses(&WORLD.p256, "<ds:SignatureValue>", &long, Reason::Malformed);
    let genuine = signed(&WORLD.p256);
    let (_, value) = genuine.split_once("<ds:DigestValue>").unwrap();
    let (value, _) = value.split_once("</ds:DigestValue>").unwrap();
    refuses(&WORLD.p256, value, "", Reason::Malformed);
}

#[test]
fn an_attribute_that_is_no_identifier_does_not_count_as_one() {
    let document = b"<doc><part Id=\"p\"><sum>1</sum></part><other ref=\"p\" name=\"p\"/></doc>";
    let signed = by_id(document, "p", &WORLD.p256.identity, Layout::Compact).unwrap();
    let document = parse(&signed);
    let verified = crate::world::verify(&document, &Demand::ANY).unwrap();
    assert_eq!(verified.element().only("sum").unwrap().text(), "1");
}

#[test]
fn a_value_that_is_cut_or_longer_is_refused() {
    let genuine = signed(&WORLD.rsa);
    let (_, value) = genuine.split_once("<ds:SignatureValue>").unwrap();
    let (value, _) = value.split_once("</ds:SignatureValue>").unwrap();
    refuses(&WORLD.rsa, value, &value[4..], Reason::SignatureWrong);
    refuses(
        &WORLD.rsa,
        value,
        &format!("AAAA{value}"),
        Reason::SignatureWrong,
    );
    refuses(&WORLD.rsa, value, "AAAA", Reason::SignatureWrong);
    refuses(
        &WORLD.p256,
        "<ds:SignatureValue>",
        "<ds:SignatureValue>AAAA",
        Reason::SignatureWrong,
    );
    let odd = signed(&WORLD.p256).replace("<ds:SignatureValue>", "<ds:SignatureValue>AAAA");
    let refused = crate::world::verify(&parse(odd.as_bytes()), &Demand::DOCUMENT).unwrap_err();
    assert!(refused.to_string().contains("equal length"), "{refused}");
    let genuine = signed(&WORLD.rsa);
    assert_eq!(
        refusal(format!("{genuine}<b/>").as_bytes(), &Demand::DOCUMENT),
        Reason::Malformed
    );
    assert_eq!(
        refusal(&genuine.as_bytes()[..genuine.len() - 1], &Demand::DOCUMENT),
        Reason::Malformed
    );
}

#[test]
fn a_signature_without_a_certificate_is_refused_unless_one_is_known() {
    let genuine = signed(&WORLD.p256);
    let start = genuine.find("<ds:KeyInfo>").unwrap();
    let end = genuine.find("</ds:Signature>").unwrap();
    let bare = genuine.replace(&genuine[start..end], "");
    assert_eq!(
        refusal(bare.as_bytes(), &Demand::DOCUMENT),
        Reason::CertificateMissing
    );
    let value_only = genuine.replace(
        &genuine[start..end],
        "<ds:KeyInfo><ds:KeyValue/><ds:KeyName>x</ds:KeyName></ds:KeyInfo>",
    );
    assert_eq!(
        refusal(value_only.as_bytes(), &Demand::DOCUMENT),
        Reason::CertificateMissing
    );

    let known = [WORLD.p256.certificate.clone()];
    let demand = Demand {
        known: &known,
        ..Demand::DOCUMENT
    };
    let document = parse(bare.as_bytes());
    open(&document, &demand).unwrap().pinned(&known).unwrap();
    // Of two, nobody says which.
    let both = WORLD.certificates();
    let demand = Demand {
        known: &both,
        ..Demand::DOCUMENT
    };
    let refused = open(&document, &demand).unwrap_err();
    assert_eq!(refused.finding.reason, Reason::CertificateMissing);
}

#[test]
fn white_space_in_base64_is_read_over() {
    let genuine = signed(&WORLD.p256);
    let spaced = genuine
        .replace("<ds:SignatureValue>", "<ds:SignatureValue> &#13;\n\t")
        .replace("<ds:X509Certificate>", "<ds:X509Certificate>&#xD;&#xA;");
    let document = parse(spaced.as_bytes());
    crate::world::verify(&document, &Demand::DOCUMENT).unwrap();
}

#[test]
fn more_signatures_than_allowed_are_refused() {
    let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    let forged = format!("<a>{}</a>", signature.repeat(17));
    assert_eq!(
        refusal(forged.as_bytes(), &Demand::DOCUMENT),
        Reason::TooManySigners
    );
}

#[test]
fn a_refusal_says_which_signature_where_and_why() {
    let genuine = signed(&WORLD.rsa);
    let forged = genuine.replace("<b>1</b>", "<b>2</b>");
    let document = parse(forged.as_bytes());
    let refused = open(&document, &Demand::DOCUMENT).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "signature 1: line 1, column 12: digest-mismatch: what is signed was changed: its digest is another one"
    );
}

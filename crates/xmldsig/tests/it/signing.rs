//! Documents that we sign are verified, and what was verified is what is given.

use base64::Engine as _;
use signatures::format::{FORMATS, Format};
use signatures::sign::{Options, sign};
use signatures::{Crls, Reason, Verdict, Verifier};
use xmldsig::sign::{Layout, SignError, by_id, enveloped};
use xmldsig::{Demand, Signed, Unverified, format, open};

use crate::world::{IIN, WORLD, now, parse, refusal, verify};

pub(crate) const APPLICATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a form -->\n<n:application xmlns:n=\"urn:form\" xmlns:unused=\"urn:u\" xml:lang=\"kk\">\n  <n:service code='A1'>Анықтама</n:service>\n  <details Id=\"part\"><sum>100<!-- not -->00</sum></details>\n  <empty/>\n</n:application>\n";

#[test]
fn an_enveloped_signature_verifies_in_both_layouts_and_with_both_keys() {
    for person in WORLD.people() {
        for layout in [Layout::Wrapped, Layout::Compact] {
            let signed = enveloped(APPLICATION.as_bytes(), &person.identity, layout).unwrap();
            let document = parse(&signed);
            let opened = open(&document, &Demand::DOCUMENT).unwrap();
            let verified = opened
                .judge(&WORLD.verifier(), now(), &WORLD.crls())
                .unwrap();
            let who = &verified.signers()[0];
            assert_eq!(who.subject.iin.as_ref().unwrap().reveal(), IIN);
            let element = verified.element();
            assert!(element.is("urn:form", "application"));
            assert_eq!(
                element.children().count(),
                3,
                "the signature is out of sight"
            );
            let service = element.only("service").unwrap();
            assert_eq!(service.attribute("", "code"), Some("A1"));
            assert_eq!(service.text(), "Анықтама");
            assert_eq!(
                verified.content(),
                parse(APPLICATION.as_bytes())
                    .canonical(&xmldsig::Method::INCLUSIVE)
                    .unwrap()
            );
        }
    }
}

#[test]
fn a_comment_does_not_cut_a_text() {
    let signed = enveloped(
        APPLICATION.as_bytes(),
        &WORLD.p256.identity,
        Layout::Compact,
    )
    .unwrap();
    let document = parse(&signed);
    let verified = verify(&document, &Demand::DOCUMENT).unwrap();
    let details = verified.element().only("details").unwrap();
    let sum = details.only("sum").unwrap();
    assert_eq!(sum.text(), "10000");
    assert_eq!(sum.canonical().unwrap(), b"<sum>10000</sum>");
    assert_eq!(sum.source(), "<sum>100<!-- not -->00</sum>");
}

#[test]
fn the_wrapped_layout_is_that_of_ncalayer() {
    let signed = enveloped(
        b"<root><a>1</a></root>",
        &WORLD.p256.identity,
        Layout::Wrapped,
    )
    .unwrap();
    let signed = String::from_utf8(signed).unwrap();
    let head = "<root><a>1</a><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\n\
        <ds:SignedInfo>\n\
        <ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>\n\
        <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"/>\n\
        <ds:Reference URI=\"\">\n<ds:Transforms>\n\
        <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\n\
        <ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments\"/>\n\
        </ds:Transforms>\n\
        <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\n<ds:DigestValue>";
    assert!(signed.starts_with(head), "{signed}");
    assert!(signed.ends_with(
        "\n</ds:X509Certificate>\n</ds:X509Data>\n</ds:KeyInfo>\n</ds:Signature></root>"
    ));
    assert!(
        signed.contains(
            "</ds:DigestValue>\n</ds:Reference>\n</ds:SignedInfo>\n<ds:SignatureValue>\n"
        )
    );
    for line in signed.lines().filter(|line| line.ends_with("&#13;")) {
        assert_eq!(line.rsplit('>').next().unwrap().len(), 76 + "&#13;".len());
    }
}

#[test]
fn several_signatures_are_verified_from_the_last_to_the_first() {
    let mut document = APPLICATION.as_bytes().to_vec();
    for (person, layout) in [
        (&WORLD.rsa, Layout::Wrapped),
        (&WORLD.p256, Layout::Compact),
        (&WORLD.rsa, Layout::Compact),
    ] {
        document = enveloped(&document, &person.identity, layout).unwrap();
    }
    let parsed = parse(&document);
    let verified = verify(&parsed, &Demand::DOCUMENT).unwrap();
    let algorithms: Vec<_> = verified.signers().iter().map(|one| one.algorithm).collect();
    assert_eq!(
        algorithms,
        ["RSA-SHA256", "ECDSA-P256-SHA256", "RSA-SHA256"]
    );
    assert_eq!(
        verified.content(),
        parse(APPLICATION.as_bytes())
            .canonical(&xmldsig::Method::INCLUSIVE)
            .unwrap()
    );
    assert_eq!(verified.element().children().count(), 3);
}

/// Signatures that are all right, each about another element: which one would be given?
#[test]
fn signatures_about_different_elements_are_refused() {
    let document = b"<a><b Id='b'/><c Id='c'/></a>";
    let identity = &WORLD.p256.identity;
    let first = by_id(document, "b", identity, Layout::Compact).unwrap();
    for (id, reason) in [("b", None), ("c", Some(Reason::ReferenceWrong))] {
        let both = by_id(&first, id, identity, Layout::Compact).unwrap();
        let parsed = parse(&both);
        let result = verify(&parsed, &Demand::ANY);
        assert_eq!(result.err().map(|refused| refused.finding.reason), reason);
    }
}

#[test]
fn more_certificates_than_allowed_are_refused() {
    let with = |signed: &[u8], count: usize| {
        let text = String::from_utf8(signed.to_vec()).unwrap();
        let start = text.rfind("<ds:X509Certificate>").unwrap();
        let end = text.rfind("</ds:X509Data>").unwrap();
        let repeated = text[start..end].repeat(count);
        [&text[..start], &repeated, &text[end..]].concat()
    };
    let identity = &WORLD.p256.identity;
    let one = enveloped(b"<a/>", identity, Layout::Compact).unwrap();
    verify(&parse(with(&one, 64).as_bytes()), &Demand::DOCUMENT).unwrap();
    let many = with(&one, 65);
    assert_eq!(
        refusal(many.as_bytes(), &Demand::DOCUMENT),
        Reason::Malformed
    );

    let two = enveloped(with(&one, 40).as_bytes(), identity, Layout::Compact).unwrap();
    verify(&parse(with(&two, 24).as_bytes()), &Demand::DOCUMENT).unwrap();
    let many = with(&two, 25);
    assert_eq!(
        refusal(many.as_bytes(), &Demand::DOCUMENT),
        Reason::Malformed
    );
}

#[test]
fn without_one_of_several_signatures_the_later_ones_do_not_hold() {
    let first = enveloped(b"<a>x</a>", &WORLD.rsa.identity, Layout::Compact).unwrap();
    let both = enveloped(&first, &WORLD.p256.identity, Layout::Compact).unwrap();
    let both = String::from_utf8(both).unwrap();
    let signature = String::from_utf8(first).unwrap();
    let signature = &signature["<a>x".len()..signature.len() - "</a>".len()];
    let only_second = both.replace(signature, "");
    assert_ne!(only_second, both);
    assert_eq!(
        refusal(only_second.as_bytes(), &Demand::DOCUMENT),
        Reason::DigestMismatch
    );
}

const PATH: &[(&str, &str)] = &[("urn:form", "application"), ("", "details")];

#[test]
fn an_element_signed_by_id_is_what_is_given() {
    for person in WORLD.people() {
        let signed = by_id(
            APPLICATION.as_bytes(),
            "part",
            &person.identity,
            Layout::Wrapped,
        )
        .unwrap();
        let document = parse(&signed);
        for demanded in [Signed::Any, Signed::Path(PATH)] {
            let demand = Demand {
                signed: demanded,
                ..Demand::DOCUMENT
            };
            let verified = verify(&document, &demand).unwrap();
            assert_eq!(verified.element().name(), "details");
            assert_eq!(
                std::str::from_utf8(verified.content()).unwrap(),
                "<details xmlns:n=\"urn:form\" xmlns:unused=\"urn:u\" Id=\"part\" xml:lang=\"kk\"><sum>10000</sum></details>"
            );
        }
        assert_eq!(refusal(&signed, &Demand::DOCUMENT), Reason::ReferenceWrong);
    }
}

#[test]
fn the_document_element_may_be_signed_by_its_id() {
    let signed = by_id(
        b"<a id='x'><b/></a>",
        "x",
        &WORLD.p256.identity,
        Layout::Compact,
    )
    .unwrap();
    let document = parse(&signed);
    let verified = verify(&document, &Demand::DOCUMENT).unwrap();
    assert_eq!(verified.content(), b"<a id=\"x\"><b></b></a>");
}

#[test]
fn what_cannot_be_signed_says_why() {
    let identity = &WORLD.p256.identity;
    let layout = Layout::Compact;
    assert_eq!(
        by_id(b"<a/>", "x", identity, layout),
        Err(SignError::Id("x".into()))
    );
    let doubled = b"<a><b Id='x'/><b ID='x'/></a>";
    assert_eq!(
        by_id(doubled, "x", identity, layout),
        Err(SignError::Id("x".into()))
    );
    assert!(matches!(
        enveloped(b"<!DOCTYPE a><a/>", identity, layout),
        Err(SignError::Document(_))
    ));
}

#[test]
fn an_empty_document_element_is_opened_to_be_signed() {
    let signed = enveloped(
        b"<p:a xmlns:p='urn:p' />\n",
        &WORLD.p256.identity,
        Layout::Compact,
    )
    .unwrap();
    let document = parse(&signed);
    let verified = verify(&document, &Demand::DOCUMENT).unwrap();
    assert_eq!(verified.content(), b"<p:a xmlns:p=\"urn:p\"></p:a>");
}

#[test]
fn trust_time_and_revocation_are_the_verifiers() {
    let signed = enveloped(b"<a/>", &WORLD.p256.identity, Layout::Compact).unwrap();
    let document = parse(&signed);
    let judged = |verifier: &Verifier, at: &str, crls: &Crls| {
        let opened = open(&document, &Demand::DOCUMENT).unwrap();
        opened
            .judge(verifier, at.parse().unwrap(), crls)
            .map(|_| ())
    };
    let reason = |result: Result<(), Unverified>| match result {
        Err(Unverified::Invalid(refused)) => refused.finding.reason,
        other => panic!("{other:?}"),
    };
    let (verifier, crls) = (WORLD.verifier(), WORLD.crls());
    let nobody = Verifier::new(signatures::Trust::default(), signatures::Policy::default());
    assert_eq!(
        reason(judged(&verifier, "2028-01-01T00:00:00Z", &crls)),
        Reason::Expired
    );
    assert_eq!(
        reason(judged(&nobody, "2026-06-15T09:00:00Z", &crls)),
        Reason::UntrustedIssuer
    );
    let lacking = judged(
        &verifier,
        "2026-06-15T09:00:00Z",
        &Crls::new(signatures::Freshness::default()),
    );
    assert!(
        matches!(lacking, Err(Unverified::Undetermined(_))),
        "{lacking:?}"
    );
}

#[test]
fn a_certificate_that_is_not_pinned_is_not_enough() {
    let signed = enveloped(b"<a/>", &WORLD.p256.identity, Layout::Compact).unwrap();
    let document = parse(&signed);
    let opened = open(&document, &Demand::DOCUMENT).unwrap();
    let refused = opened
        .pinned(std::slice::from_ref(&WORLD.rsa.certificate))
        .unwrap_err();
    assert_eq!(refused.finding.reason, Reason::UntrustedIssuer);
    assert_eq!(refused.finding.signer, Some(0));
}

/// Somebody else's certificate in KeyInfo: its key did not make the signature.
#[test]
fn another_certificate_in_the_signature_does_not_hold() {
    let signed = enveloped(b"<a/>", &WORLD.p256.identity, Layout::Compact).unwrap();
    let encode = |person: &crate::world::Person| {
        base64::engine::general_purpose::STANDARD.encode(person.certificate.der())
    };
    let forged = String::from_utf8(signed)
        .unwrap()
        .replace(&encode(&WORLD.p256), &encode(&WORLD.rsa));
    assert_eq!(
        refusal(forged.as_bytes(), &Demand::DOCUMENT),
        Reason::KeyUnsupported
    );
}

#[test]
fn as_a_format_it_gives_a_verdict_and_the_signed_bytes() {
    static ALL: [&dyn Format; 2] = [FORMATS[0], &format::ENVELOPED];
    let verifier = WORLD.verifier().with_formats(&ALL);
    let signed = enveloped(APPLICATION.as_bytes(), &WORLD.rsa.identity, Layout::Wrapped).unwrap();
    let canonical = parse(APPLICATION.as_bytes())
        .canonical(&xmldsig::Method::INCLUSIVE)
        .unwrap();
    for content in [None, Some(canonical.as_slice())] {
        match verifier.verify(&signed, content, now(), &WORLD.crls()) {
            Verdict::Valid(valid) => assert_eq!(*valid.content, canonical),
            other => panic!("{other:?}"),
        }
    }
    let reason = |bytes: &[u8], content| match verifier.verify(bytes, content, now(), &WORLD.crls())
    {
        Verdict::Invalid(finding) => finding.reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(&signed, Some(b"<another/>")), Reason::ContentDiffers);
    assert_eq!(reason(b"<a/>", None), Reason::NoSigner);
    assert_eq!(reason(b"<!DOCTYPE a><a/>", None), Reason::Malformed);
    assert_eq!(reason(b"text", None), Reason::FormatUnknown);
    let cms = sign(b"<a/>", &[&WORLD.p256.identity], &Options::attached(now())).unwrap();
    match verifier.verify(&cms, None, now(), &WORLD.crls()) {
        Verdict::Valid(valid) => assert_eq!(&*valid.content, b"<a/>"),
        other => panic!("{other:?}"),
    }
}

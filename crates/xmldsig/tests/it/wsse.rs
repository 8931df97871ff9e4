//! WS-Security: the Body that was signed is the Body that is given, in each naming of the certificate.

use signatures::algorithm::ALGORITHMS;
use signatures::format::{FORMATS, Format, Rules};
use signatures::{Certificate, Policy, Reason, Verdict};
use xmldsig::format::{ANY, SOAP_BODY};
use xmldsig::sign::{Layout, SignError, enveloped};
use xmldsig::wsse::{self, Naming};
use xmldsig::{Demand, Document, Limits, Refused, Verified, open};

use crate::world::{WORLD, now, parse};

const ENVELOPE: &str = "<?xml version=\"1.0\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><s:SendMessage xmlns:s=\"http://bip.bee.kz/SyncChannel/v10/Types\"><request><serviceId>A</serviceId></request></s:SendMessage></soap:Body></soap:Envelope>";
const NAMINGS: [Naming; 3] = [
    Naming::KeyIdentifier,
    Naming::IssuerSerial,
    Naming::BinarySecurityToken,
];

fn signed(envelope: &str, naming: Naming) -> String {
    let signed = wsse::sign(envelope.as_bytes(), "id-1", &WORLD.rsa.identity, naming).unwrap();
    String::from_utf8(signed).unwrap()
}

fn verify<'d>(document: &'d Document<'_>, known: &[Certificate]) -> Result<Verified<'d>, Refused> {
    let policy = Policy::default();
    let rules = Rules {
        policy: &policy,
        algorithms: ALGORITHMS,
    };
    wsse::open(document, known, &rules)?.pinned(&WORLD.certificates())
}

#[track_caller]
fn reason(envelope: &str) -> Reason {
    let document = Document::parse(envelope.as_bytes(), &Limits::default()).unwrap();
    match verify(&document, &[]) {
        Ok(verified) => panic!("verified: {verified:?}"),
        Err(refused) => refused.finding.reason,
    }
}

#[test]
fn a_body_is_verified_in_each_naming_of_the_certificate() {
    let empty_header = ENVELOPE.replace("<soap:Body>", "<soap:Header/><soap:Body>");
    let full_header = ENVELOPE.replace(
        "<soap:Body>",
        "<soap:Header><x/></soap:Header>\n<soap:Body>",
    );
    let twelve = ENVELOPE.replace(
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
    );
    let unprefixed = ENVELOPE.replace("xmlns:soap", "xmlns").replace("soap:", "");
    let bound = ENVELOPE.replace(
        "<soap:Envelope",
        &format!("<soap:Envelope xmlns:wsu=\"{}\"", "urn:other"),
    );
    for envelope in [
        ENVELOPE,
        &empty_header,
        &full_header,
        &twelve,
        &unprefixed,
        &bound,
    ] {
        for naming in NAMINGS {
            let text = signed(envelope, naming);
            let document = parse(text.as_bytes());
            let known = WORLD.certificates();
            let known = if naming == Naming::IssuerSerial {
                known.as_slice()
            } else {
                &[]
            };
            let verified =
                verify(&document, known).unwrap_or_else(|error| panic!("{error}: {text}"));
            let body = verified.element();
            assert_eq!(body.name(), "Body");
            let request = body.only("SendMessage").unwrap().only("request").unwrap();
            assert_eq!(request.only("serviceId").unwrap().text(), "A");
        }
    }
}

#[test]
fn a_certificate_that_is_only_named_must_be_known() {
    let text = signed(ENVELOPE, Naming::IssuerSerial);
    assert_eq!(reason(&text), Reason::CertificateMissing);
    let document = parse(text.as_bytes());
    let other = [WORLD.p256.certificate.clone()];
    let refused = verify(&document, &other).unwrap_err();
    assert_eq!(refused.finding.reason, Reason::CertificateMissing);
}

#[test]
fn a_serial_number_of_two_known_certificates_names_none() {
    let text = signed(ENVELOPE, Naming::IssuerSerial);
    let document = parse(text.as_bytes());
    let (rsa, twin) = (&WORLD.rsa.certificate, &WORLD.twin.certificate);
    verify(&document, &[rsa.clone(), rsa.clone()]).unwrap();
    let refused = verify(&document, &[rsa.clone(), twin.clone()]).unwrap_err();
    assert_eq!(refused.finding.reason, Reason::CertificateMissing);
}

/// Long serial numbers are decimal numbers too.
#[test]
fn a_long_serial_number_is_found_again() {
    let text = wsse::sign(
        ENVELOPE.as_bytes(),
        "b",
        &WORLD.p256.identity,
        Naming::IssuerSerial,
    )
    .unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("<ds:X509IssuerName>C=KZ,CN=TEST &amp; ROOT</ds:X509IssuerName>"));
    // 0x510102030405060708090A0B
    assert!(
        text.contains("<ds:X509SerialNumber>25069504221711407534605666827</ds:X509SerialNumber>"),
        "{text}"
    );
    let document = parse(text.as_bytes());
    verify(&document, &WORLD.certificates()).unwrap();
}

#[test]
fn an_id_that_the_body_has_is_kept() {
    let with_id = ENVELOPE.replace(
        "<soap:Body>",
        "<soap:Body xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" u:Id=\"mine\">",
    );
    let text = signed(&with_id, Naming::KeyIdentifier);
    assert!(text.contains("URI=\"#mine\""));
    verify(&parse(text.as_bytes()), &[]).unwrap();
}

#[test]
fn what_is_no_envelope_is_not_signed() {
    let sign = |envelope: &str| {
        wsse::sign(
            envelope.as_bytes(),
            "id-1",
            &WORLD.rsa.identity,
            Naming::KeyIdentifier,
        )
    };
    assert_eq!(sign("<a/>"), Err(SignError::Envelope));
    assert_eq!(
        sign(&signed(ENVELOPE, Naming::KeyIdentifier)),
        Err(SignError::Envelope)
    );
    assert_eq!(
        sign(&ENVELOPE.replace("<soap:Body>", "<soap:Body/><soap:Body>")),
        Err(SignError::Envelope)
    );
    assert_eq!(
        sign(&ENVELOPE.replace("<request>", "<request Id='id-1'>")),
        Err(SignError::Id("id-1".into()))
    );
    assert_eq!(
        sign(&ENVELOPE.replace("<soap:Body>", "<soap:Body xmlns:wsu='urn:x'>")),
        Err(SignError::Prefix)
    );
}

#[test]
fn a_wrapped_body_is_refused() {
    let text = signed(ENVELOPE, Naming::KeyIdentifier);
    let start = text.find("<soap:Body").unwrap();
    let end = text.find("</soap:Envelope>").unwrap();
    let body = &text[start..end];
    let evil = body.replace("<serviceId>A", "<serviceId>B");
    let evil_other_id = evil.replace("id-1", "id-2");
    let evil_without = evil.replace(" wsu:Id=\"id-1\"", "");
    let into_header = |inside: &str, body: &str| {
        text.replace("<soap:Header>", &format!("<soap:Header>{inside}"))
            .replacen(&text[start..], "", 1)
            + body
            + "</soap:Envelope>"
    };
    let wrapper = format!("<Wrapper>{body}</Wrapper>");
    for (forged, expected) in [
        (
            into_header(&wrapper, &evil_other_id),
            Reason::ReferenceWrong,
        ),
        (into_header(&wrapper, &evil_without), Reason::ReferenceWrong),
        (into_header(&wrapper, &evil), Reason::ReferenceWrong),
        (into_header(body, &evil_other_id), Reason::ReferenceWrong),
        (
            text.replace(body, &format!("{evil_other_id}{body}")),
            Reason::ReferenceWrong,
        ),
        (
            text.replace(body, &format!("{body}{evil_other_id}")),
            Reason::ReferenceWrong,
        ),
        (
            text.replace(
                body,
                &evil_other_id.replace("</soap:Body>", &format!("{body}</soap:Body>")),
            ),
            Reason::ReferenceWrong,
        ),
        (text.replace(body, &evil), Reason::DigestMismatch),
        (
            text.replace(body, &format!("<x>{body}</x>{evil_other_id}")),
            Reason::ReferenceWrong,
        ),
        (
            text.replace("soap:Envelope", "soap:Other"),
            Reason::ReferenceWrong,
        ),
    ] {
        assert_eq!(reason(&forged), expected, "{forged}");
    }
}

#[test]
fn headers_that_leave_a_choice_are_refused() {
    let text = signed(ENVELOPE, Naming::BinarySecurityToken);
    let start = text.find("<wsse:Security").unwrap();
    let end = text.find("</soap:Header>").unwrap();
    let security = &text[start..end];
    let signature =
        &text[text.find("<ds:Signature ").unwrap()..text.find("</wsse:Security>").unwrap()];
    let token = &text
        [text.find("<wsse:BinarySecurityToken").unwrap()..text.find("<ds:Signature ").unwrap()];
    for (forged, expected) in [
        (
            text.replace(security, &security.repeat(2)),
            Reason::ReferenceWrong,
        ),
        (
            text.replace(signature, &signature.repeat(2)),
            Reason::ReferenceWrong,
        ),
        (
            text.replace(token, &token.repeat(2)),
            Reason::CertificateMissing,
        ),
        (text.replace(token, ""), Reason::CertificateMissing),
        (text.replace(signature, ""), Reason::NoSigner),
        (text.replace(security, ""), Reason::ReferenceWrong),
        (
            text.replace("#X509v3\" wsu", "#X509PKIPathv1\" wsu"),
            Reason::CertificateMissing,
        ),
    ] {
        assert_eq!(reason(&forged), expected, "{forged}");
    }
    // A key identifier of another kind than a certificate, and something beside it.
    let inline = signed(ENVELOPE, Naming::KeyIdentifier);
    let end = "</wsse:SecurityTokenReference>";
    for forged in [
        inline.replace("#X509v3\"", "#X509SubjectKeyIdentifier\""),
        inline.replace(end, &format!("<x/>{end}")),
    ] {
        assert_ne!(forged, inline);
        assert_eq!(reason(&forged), Reason::CertificateMissing, "{forged}");
    }
}

/// The business payload has a signature of its own, for another element and by another key (kz.md 4.4).
#[test]
fn a_header_of_another_namespace_is_not_that_of_security() {
    let text = signed(ENVELOPE, Naming::KeyIdentifier);
    let forged = text
        .replace("<wsse:Security ", "<o:Security xmlns:o=\"urn:other\" ")
        .replace("</wsse:Security>", "</o:Security>");
    assert_eq!(reason(&forged), Reason::ReferenceWrong, "{forged}");
}

#[test]
fn a_body_is_found_by_no_other_attribute_than_an_id_of_ws_security() {
    let text = signed(ENVELOPE, Naming::KeyIdentifier);
    for other in ["id", "ID"] {
        let forged = text.replace(" wsu:Id=\"id-1\"", &format!(" {other}=\"id-1\""));
        assert_ne!(forged, text);
        let document = parse(forged.as_bytes());
        let refused = verify(&document, &[]).unwrap_err();
        assert_eq!(refused.finding.reason, Reason::ReferenceWrong, "{refused}");
    }
}

#[test]
fn a_signed_payload_inside_a_signed_body_is_verified_by_itself() {
    let payload = enveloped(
        b"<data xmlns:unused=\"urn:u\"><iin/></data>",
        &WORLD.p256.identity,
        Layout::Wrapped,
    )
    .unwrap();
    let payload = String::from_utf8(payload).unwrap();
    let envelope = ENVELOPE.replace("<serviceId>", &format!("{payload}<serviceId>"));
    let text = signed(&envelope, Naming::KeyIdentifier);
    let document = parse(text.as_bytes());
    let body = verify(&document, &[]).unwrap();
    let request = body
        .element()
        .only("SendMessage")
        .unwrap()
        .only("request")
        .unwrap();
    let inner = request.only("data").unwrap();
    assert_eq!(inner.source(), payload);
    let inner_document = parse(inner.source().as_bytes());
    let verified = open(&inner_document, &Demand::DOCUMENT)
        .unwrap()
        .pinned(&WORLD.certificates())
        .unwrap();
    assert_eq!(
        verified.content(),
        b"<data xmlns:unused=\"urn:u\"><iin></iin></data>"
    );
}

/// In one table with other formats: an envelope is opened as an envelope, and its Body is what was signed.
#[test]
fn as_a_format_it_gives_the_signed_body_and_nothing_around_it() {
    static ALL: [&dyn Format; 3] = [FORMATS[0], &SOAP_BODY, &ANY];
    let verifier = WORLD.verifier().with_formats(&ALL);
    let verify = |text: &str| {
        let verdict = verifier.verify(text.as_bytes(), None, now(), &WORLD.crls());
        verdict.into_owned()
    };
    for naming in [Naming::KeyIdentifier, Naming::BinarySecurityToken] {
        let text = signed(ENVELOPE, naming);
        let Verdict::Valid(valid) = verify(&text) else {
            panic!("not valid: {naming:?}")
        };
        let body = String::from_utf8(valid.content.into_owned()).unwrap();
        assert!(body.starts_with("<soap:Body"), "{body}");
        assert!(body.ends_with("</soap:Body>"), "{body}");
        let changed = text.replace("<serviceId>A<", "<serviceId>B<");
        assert!(matches!(
            verify(&changed),
            Verdict::Invalid(finding) if finding.reason == Reason::DigestMismatch
        ));
    }
    // Without its header nothing of it is signed, though other formats would take a look.
    assert!(matches!(verify(ENVELOPE), Verdict::Invalid(_)));
    let plain = enveloped(b"<a/>", &WORLD.rsa.identity, Layout::Compact).unwrap();
    assert!(matches!(
        verify(&String::from_utf8(plain).unwrap()),
        Verdict::Valid(_)
    ));
}

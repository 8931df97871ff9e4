//! What is told of a document that was changed: everything that can still be told, and never "valid".

use signatures::format::{FORMATS, Format};
use signatures::{Aspect, Question, Reason, Report, Said, Trust, Verifier};
use xmldsig::format::{ANY, SOAP_BODY, TEXT};
use xmldsig::sign::{Layout, enveloped, text};
use xmldsig::wsse::{self, Naming};
use xmldsig::{Demand, Unverified, open};

use crate::world::{WORLD, now, parse};

const FORM: &str = "<form><sum>1</sum></form>";
static XML: [&dyn Format; 3] = [FORMATS[0], &SOAP_BODY, &ANY];
static TEXTS: [&dyn Format; 1] = [&TEXT];

fn examined(
    verifier: Verifier,
    formats: &'static [&'static dyn Format],
    xml: &str,
) -> Report<'static> {
    let verifier = verifier.with_formats(formats);
    let question = Question::about(xml.as_bytes(), now());
    verifier.examine(&question, &WORLD.crls()).into_owned()
}

fn signed_form() -> String {
    let once = enveloped(FORM.as_bytes(), &WORLD.rsa.identity, Layout::Compact).unwrap();
    String::from_utf8(once).unwrap()
}

#[track_caller]
fn tells_all_but_integrity(report: &Report<'_>) {
    let finding = report.finding().unwrap();
    assert_eq!(
        (finding.reason, finding.signer),
        (Reason::DigestMismatch, Some(0))
    );
    let [signer] = report.signers.as_slice() else {
        panic!("one signer")
    };
    for check in signer.checks.iter() {
        let expected = match check.aspect {
            Aspect::Integrity => Said::Invalid(Reason::DigestMismatch),
            Aspect::Role | Aspect::Identity | Aspect::Time => Said::NotAsked,
            _ => Said::Valid,
        };
        assert_eq!(check.said, expected, "{:?}", check.aspect);
    }
    assert!(signer.signer.is_some());
    assert!(!report.evidence().is_empty());
}

#[test]
fn a_document_that_was_changed_still_tells_who_signed_it_and_whether_he_could() {
    let changed = signed_form().replace("<sum>1<", "<sum>9<");
    tells_all_but_integrity(&examined(WORLD.verifier(), &XML, &changed));
    let changed = text("1", &WORLD.rsa.identity, Layout::Wrapped).unwrap();
    let changed = String::from_utf8(changed).unwrap().replace(">1<", ">9<");
    tells_all_but_integrity(&examined(WORLD.verifier(), &TEXTS, &changed));
    let envelope = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><a>1</a></s:Body></s:Envelope>";
    let body = wsse::sign(
        envelope.as_bytes(),
        "id",
        &WORLD.rsa.identity,
        Naming::KeyIdentifier,
    );
    let changed = String::from_utf8(body.unwrap()).unwrap();
    let changed = changed.replace("<a>1<", "<a>9<");
    tells_all_but_integrity(&examined(WORLD.verifier(), &XML, &changed));
}

#[test]
fn what_else_is_wrong_is_told_beside() {
    let changed = signed_form().replace("<sum>1<", "<sum>9<");
    let nobody = Verifier::new(Trust::default(), WORLD.verifier().policy().clone());
    let report = examined(nobody, &XML, &changed);
    let said = |aspect| report.signers[0].checks.of(aspect);
    assert_eq!(
        said(Aspect::Integrity),
        Said::Invalid(Reason::DigestMismatch)
    );
    assert_eq!(said(Aspect::Signature), Said::Valid);
    assert_eq!(said(Aspect::Chain), Said::Invalid(Reason::UntrustedIssuer));
    // A changed digest is one that nobody signed: then neither holds.
    let (before, rest) = changed.split_once("<ds:DigestValue>").unwrap();
    let (_, after) = rest.split_once("</ds:DigestValue>").unwrap();
    let other = format!("{before}<ds:DigestValue>AAAA</ds:DigestValue>{after}");
    let report = examined(WORLD.verifier(), &XML, &other);
    let said = |aspect| report.signers[0].checks.of(aspect);
    assert_eq!(
        said(Aspect::Integrity),
        Said::Invalid(Reason::DigestMismatch)
    );
    assert_eq!(
        said(Aspect::Signature),
        Said::Invalid(Reason::SignatureWrong)
    );
}

#[test]
fn of_several_signatures_the_one_whose_digest_differs_is_named() {
    let first = signed_form();
    let both = enveloped(first.as_bytes(), &WORLD.p256.identity, Layout::Compact).unwrap();
    let both = String::from_utf8(both).unwrap();
    // What the second signed was the first signature too.
    let changed = both.replacen("<ds:SignatureValue>", "<ds:SignatureValue> ", 1);
    let report = examined(WORLD.verifier(), &XML, &changed);
    let integrity: Vec<Said> = report
        .signers
        .iter()
        .map(|one| one.checks.of(Aspect::Integrity))
        .collect();
    let differs = Said::Invalid(Reason::DigestMismatch);
    assert_eq!(integrity, [Said::Valid, differs]);
    assert_eq!(report.finding().unwrap().signer, Some(1));
}

#[test]
fn a_document_that_was_changed_is_not_even_opened_for_those_who_want_its_content() {
    let changed = signed_form().replace("<sum>1<", "<sum>9<");
    let document = parse(changed.as_bytes());
    let refused = open(&document, &Demand::DOCUMENT).unwrap_err();
    assert_eq!(refused.finding.reason, Reason::DigestMismatch);
    let words = Unverified::from(refused).to_string();
    assert!(words.starts_with("signature 1: line 1,"), "{words}");
    assert!(
        words.ends_with("what is signed was changed: its digest is another one"),
        "{words}"
    );
}

//! The xmlsec1 program as an oracle: it verifies what we sign, and we verify what it signs.

use std::path::Path;

use xmldsig::sign::{Layout, by_id, enveloped};
use xmldsig::wsse::{self, Naming};
use xmldsig::{Demand, Document, Signed};

use crate::signing::APPLICATION;
use crate::world::{Person, WORLD, parse, run, verify};

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

fn folder(person: &Person) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("root.pem", &WORLD.root_pem);
    write("who.pem", &person.certificate_pem);
    write("who.key", &person.key_pem);
    folder
}

#[track_caller]
fn xmlsec(folder: &Path, arguments: &[&str]) {
    let output = run("xmlsec1", folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "xmlsec1 {arguments:?}: {errors}");
}

#[track_caller]
fn verified_by_xmlsec(person: &Person, document: &[u8], more: &[&str]) {
    let folder = folder(person);
    std::fs::write(folder.path().join("signed.xml"), document).unwrap();
    let mut arguments = vec![
        "--verify",
        "--trusted-pem",
        "root.pem",
        "--verification-time",
        "2026-06-15 09:00:00",
    ];
    arguments.extend(more);
    arguments.push("signed.xml");
    xmlsec(folder.path(), &arguments);
}

#[test]
fn xmlsec_verifies_what_we_sign() {
    for person in WORLD.people() {
        for layout in [Layout::Wrapped, Layout::Compact] {
            let whole = enveloped(APPLICATION.as_bytes(), &person.identity, layout).unwrap();
            verified_by_xmlsec(person, &whole, &[]);
            let part = by_id(APPLICATION.as_bytes(), "part", &person.identity, layout).unwrap();
            verified_by_xmlsec(person, &part, &["--id-attr:Id", "details"]);
        }
    }
}

#[test]
fn xmlsec_verifies_our_signed_body() {
    let envelope = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:u=\"urn:u\"><s:Body><a xmlns=\"urn:a\" u:b=\"1\"/></s:Body></s:Envelope>";
    for person in WORLD.people() {
        let signed = wsse::sign(
            envelope.as_bytes(),
            "id-1",
            &person.identity,
            Naming::KeyIdentifier,
        )
        .unwrap();
        verified_by_xmlsec(
            person,
            &signed,
            &[
                "--pubkey-cert-pem",
                "who.pem",
                "--id-attr:Id",
                "http://schemas.xmlsoap.org/soap/envelope/:Body",
            ],
        );
    }
}

/// A signature to be filled in.
fn template(person: &Person, reference: &str, transforms: &[&str], form: &str) -> String {
    let method = if std::ptr::eq(person, &raw const WORLD.rsa) {
        "rsa-sha256"
    } else {
        "ecdsa-sha256"
    };
    let transforms: String = transforms
        .iter()
        .map(|uri| match uri.split_once(' ') {
            Some((uri, prefixes)) => format!(
                "<Transform Algorithm=\"{uri}\"><ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{prefixes}\"/></Transform>"
            ),
            None => format!("<Transform Algorithm=\"{uri}\"/>"),
        })
        .collect();
    format!(
        "<Signature xmlns=\"{DS}\"><SignedInfo><CanonicalizationMethod Algorithm=\"{form}\"/>\
         <SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#{method}\"/>\
         <Reference URI=\"{reference}\"><Transforms>{transforms}</Transforms>\
         <DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha512\"/><DigestValue/></Reference></SignedInfo>\
         <SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature>"
    )
}

fn signed_by_xmlsec(person: &Person, document: &str) -> Vec<u8> {
    let folder = folder(person);
    std::fs::write(folder.path().join("template.xml"), document).unwrap();
    xmlsec(
        folder.path(),
        &[
            "--sign",
            "--privkey-pem",
            "who.key,who.pem",
            "--id-attr:Id",
            "details",
            "--output",
            "signed.xml",
            "template.xml",
        ],
    );
    std::fs::read(folder.path().join("signed.xml")).unwrap()
}

const FORMS: [&str; 4] = [
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
];

#[test]
fn we_verify_whole_documents_that_xmlsec_signs() {
    for person in WORLD.people() {
        for form in FORMS {
            let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
            let signature = template(person, "", &[enveloped, form], form);
            let document =
                APPLICATION.replace("</n:application>", &format!("{signature}</n:application>"));
            let signed = signed_by_xmlsec(person, &document);
            let parsed = parse(&signed);
            let verified = verify(&parsed, &Demand::DOCUMENT)
                .unwrap_or_else(|error| panic!("{form}: {error}"));
            assert_eq!(verified.element().name(), "application");
        }
    }
}

#[test]
fn we_verify_elements_that_xmlsec_signs() {
    let exclusive_listed = format!("{} unused #default", FORMS[2]);
    let document = APPLICATION.replace(
        "<sum>",
        "<n:x xmlns:m=\"urn:m\" m:y=\"1\" xml:space=\"preserve\"> <k xmlns=\"urn:k\"><k xmlns=\"\"/></k></n:x><sum>",
    );
    for person in WORLD.people() {
        for form in FORMS.into_iter().chain([exclusive_listed.as_str()]) {
            let signature = template(person, "#part", &[form], FORMS[2]);
            let document =
                document.replace("</n:application>", &format!("{signature}</n:application>"));
            let signed = signed_by_xmlsec(person, &document);
            let parsed: Document<'_> = parse(&signed);
            let demand = Demand {
                signed: Signed::Any,
                ..Demand::DOCUMENT
            };
            let verified =
                verify(&parsed, &demand).unwrap_or_else(|error| panic!("{form}: {error}"));
            assert_eq!(verified.element().name(), "details");
        }
    }
}

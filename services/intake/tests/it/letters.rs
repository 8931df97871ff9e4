//! Messages as participants write them. The people are invented; their signatures are real CMS by a certificate
//! made on the spot, since the door looks inside a signature but trusts none.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use signatures::sign::{self, Identity, Options};
use uuid::Uuid;
use xmldsig::sign::Layout;

/// An invented person's number, with a right check digit.
pub(crate) const IIN: &str = "900101300017";

static SIGNER: LazyLock<Identity> = LazyLock::new(|| {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    Identity::new(certificate.der(), &key.serialize_der(), Vec::new()).unwrap()
});

pub(crate) fn detached(document: &[u8]) -> String {
    let signed = sign::sign(document, &[&SIGNER], &Options::detached(Timestamp::now()));
    STANDARD.encode(signed.unwrap())
}

pub(crate) fn attached(document: &[u8]) -> String {
    let signed = sign::sign(document, &[&SIGNER], &Options::attached(Timestamp::now()));
    STANDARD.encode(signed.unwrap())
}

/// A document as the text of signed XML.
pub(crate) fn as_xml(document: &str) -> String {
    let signed = xmldsig::sign::text(document, &SIGNER, Layout::Compact);
    STANDARD.encode(signed.unwrap())
}

/// Puts `document` into `message`, with a detached signature.
pub(crate) fn seal(message: &mut Value, document: &Value) {
    let bytes = document.to_string().into_bytes();
    message["document"] =
        json!({ "media_type": "application/json", "content": STANDARD.encode(&bytes) });
    message["signatures"] = json!([{ "format": "cms-detached", "content": detached(&bytes) }]);
}

pub(crate) fn form() -> Value {
    json!({ "archive": "national", "subject": "work-record", "details": "Үлгі зауытындағы еңбек өтілі" })
}

/// An archive certificate asked for on the portal.
pub(crate) fn application() -> Value {
    let mut message = json!({
        "id": Uuid::now_v7(), "kind": "application", "service": "archive-certificate",
        "channel": "portal", "language": "ru",
        "applicant": { "iin": IIN, "name": "Үлгі Айгүл", "email": "aigul@example.kz" },
    });
    seal(&mut message, &form());
    message
}

/// The same, filed by an operator of the front office with the applicant's consent.
pub(crate) fn front_office() -> Value {
    let mut message = application();
    message["channel"] = json!("front-office");
    message["consent"] =
        json!({ "form": "paper", "reference": "К-42", "given_at": "2026-02-03T10:00:00+05:00" });
    let mut form = form();
    form["papers"] = json!(["identity-document"]);
    seal(&mut message, &form);
    message
}

/// What a provider says of an application.
pub(crate) fn report(kind: &str, report: &Value) -> Value {
    let mut message = json!({
        "id": Uuid::now_v7(), "kind": kind, "service": "archive-certificate",
        "channel": "portal", "report": report,
    });
    seal(&mut message, report);
    message
}

/// What an operator of the front office wants to know of a person.
pub(crate) fn query() -> Value {
    let asked = json!({ "register": "gbd-fl", "subject": { "iin": IIN }, "purpose": "толтыру" });
    let mut message = json!({
        "id": Uuid::now_v7(), "kind": "query", "service": "apostille", "channel": "front-office",
        "consent": { "form": "paper", "reference": "К-42", "given_at": "2026-02-03T10:00:00+05:00" },
        "query": asked,
    });
    seal(&mut message, &asked);
    message
}

/// An attachment as a message names it.
pub(crate) fn attachment(bytes: &[u8]) -> Value {
    json!({
        "sha256": hex::encode(Sha256::digest(bytes)), "name": "scan.pdf",
        "media_type": "application/pdf", "size_bytes": bytes.len(),
    })
}

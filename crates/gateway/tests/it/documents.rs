//! kezek's own documents: what is written is valid by `kezek.xsd`, and translated back it is the same.

use gateway::kezek::{Root, from_json, to_json};
use serde_json::{Value, json};
use xmldsig::{Document, Limits};

use crate::schema::{schemas, valid};

const ID: &str = "019ab8d5-7c00-7abc-8def-0123456789ab";
const NUMBER: &str = "20261122000000000017";
const SHA256: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn message() -> Value {
    json!({
        "id": ID, "kind": "application", "service": "apostille", "channel": "front-office", "language": "kk",
        "classification": "open",
        "applicant": { "iin": "900101300017", "name": "Омаров <Дәулет>", "email": "o@kezek.test", "phone": "+77001112233", "language": "ru" },
        "representative": { "iin": "850315400025", "power_of_attorney": { "number": "KZ-17/4", "certified": "notary" } },
        "consent": { "form": "paper", "reference": "№ 7", "given_at": "2026-11-22T12:00:00+05:00" },
        "receipt": "R-1009",
        "document": { "media_type": "application/json", "content": "e30=" },
        "signatures": [{ "format": "cms-detached", "content": "AQID" }, { "format": "xml-enveloped", "content": "AQID" }],
        "attachments": [{ "sha256": SHA256, "name": "scan.pdf", "media_type": "application/pdf", "size_bytes": 70_000 }],
    })
}

pub(crate) fn samples() -> Vec<(Root, Value)> {
    let mut samples = vec![(Root::Message, message())];
    let mut report = json!({
        "id": ID, "kind": "result", "service": "apostille", "channel": "portal",
        "document": { "media_type": "application/json" },
    });
    report["report"] = json!({ "number": NUMBER, "outcome": "refused", "reason": "no seal" });
    samples.push((Root::Message, report.clone()));
    report["kind"] = json!("query");
    report.as_object_mut().unwrap().remove("report");
    for subject in [
        json!({ "iin": "900101300017" }),
        json!({ "bin": "120140000027" }),
        json!({ "power_of_attorney": "KZ-17/4", "principal": "900101300017", "representative": "850315400025" }),
        json!({ "receipt": "R-1", "payer": "900101300017", "service": "apostille", "amount_tenge": 1850 }),
    ] {
        report["query"] = json!({ "register": "gbd-fl", "subject": subject, "purpose": "prefill", "application": NUMBER });
        samples.push((Root::Message, report.clone()));
    }
    samples.extend([
        (
            Root::Accepted,
            json!({ "number": NUMBER, "accepted_at": "2026-11-22T12:00:00+05:00", "message_id": ID }),
        ),
        (
            Root::Answer,
            json!({
                "number": NUMBER, "register": "gbd-fl", "found": true, "cached": false,
                "record": { "surname": "О<маров", "list": [null, 1] }, "source_at": "2026-11-22T12:00:00+05:00"
            }),
        ),
        (
            Root::Event,
            json!({
                "number": NUMBER, "fact": "result-issued", "at": "2026-11-22T12:00:00+05:00", "service": "apostille",
                "reference": ID, "provider": "committee", "registration_number": "K-1", "status": "ready",
                "outcome": "granted", "code": "x", "reason": "y",
                "document": { "media_type": "application/json", "content": "e30=" },
                "signatures": [{ "format": "cms-attached", "content": "AQID" }],
                "attachments": [{ "sha256": SHA256, "name": "a", "media_type": "a/b", "size_bytes": 0 }],
            }),
        ),
        (
            Root::Application,
            json!({
                "message_id": ID, "number": NUMBER, "service": "apostille", "channel": "portal",
                "received_at": "2026-11-22T12:00:00+05:00",
                "applicant": { "id": "120140000027", "kind": "organisation", "name": "ТОО", "email": "a@b.test", "phone": "1" },
                "representative": { "iin": "850315400025", "power_of_attorney": "KZ-17/4", "certified": "other" },
                "document": { "media_type": "application/json", "content_base64": "e30=", "sha256": SHA256 },
                "signatures": [{ "format": "cms-detached", "content_base64": "AQID" }],
                "attachments": [{ "sha256": SHA256, "name": "a", "media_type": "a/b", "size_bytes": 1 }],
                "findings": [{ "register": "gbd-fl", "record": { "surname": "Omarov" } }],
                "receipt": "R-1",
            }),
        ),
        (
            Root::Registered,
            json!({ "registration_number": "K-2026/118", "registered_at": "2026-11-22T12:00:05+05:00" }),
        ),
    ]);
    samples
}

#[test]
fn every_document_is_valid_by_its_schema_and_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    schemas(folder.path());
    let mut documents = Vec::new();
    for (root, json) in samples() {
        let xml = from_json(root, &json).unwrap();
        let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(to_json(&document.unverified()).unwrap(), json);
        documents.push(xml);
    }
    valid(folder.path(), "kezek.xsd", &documents);
}

//! What all adapters share: the application as it is handed over, and what is read of an answer.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use fault::{
    Fault,
    delivery::{PROVIDER_FAILED, PROVIDER_GARBLED, PROVIDER_UNREACHABLE},
    inside::INTERNAL,
};
use jiff::{Timestamp, tz::TimeZone};
use message::{Attachment, Finding, PersonalNumber, Representative, Signature};
use outside::Words;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Handover;

pub(crate) const DOING: &str = "hand the application to its provider";

pub(crate) const WORDS: Words = Words {
    unreachable: &PROVIDER_UNREACHABLE,
    failed: &PROVIDER_FAILED,
    garbled: &PROVIDER_GARBLED,
    doing: DOING,
};

const REGISTRATION_NUMBER_CHARS_MAX: usize = 128;

/// The number that a provider gave an application, if it is one.
pub(crate) fn registration_number(said: &str) -> Option<String> {
    let number = said.trim();
    let fits = (1..=REGISTRATION_NUMBER_CHARS_MAX).contains(&number.chars().count());
    (fits && !number.chars().any(char::is_control)).then(|| number.to_owned())
}

/// The application in JSON: what every provider is handed, whatever language it speaks.
pub(crate) fn application(handover: &Handover<'_>) -> Result<Value, Fault> {
    let Handover { message, applicant } = *handover;
    let kind = match applicant.number {
        PersonalNumber::Iin(_) => "person",
        PersonalNumber::Bin(_) => "organisation",
    };
    let findings: Result<Vec<Value>, Fault> = message.findings.iter().map(finding).collect();
    Ok(json!({
        "message_id": message.id,
        "number": message.number.to_string(),
        "service": message.service,
        "channel": message.channel,
        "received_at": local(message.received_at),
        "applicant": {
            "id": applicant.number.reveal(),
            "kind": kind,
            "name": applicant.name,
            "email": applicant.email,
            "phone": applicant.phone,
        },
        "representative": message.representative.as_ref().map(representative),
        "document": {
            "media_type": message.document.media_type,
            "content_base64": BASE64.encode(&message.document.content),
            "sha256": hex::encode(Sha256::digest(&message.document.content)),
        },
        "signatures": message.signatures.iter().map(signature).collect::<Vec<_>>(),
        "attachments": message.attachments.iter().map(attachment).collect::<Vec<_>>(),
        "findings": findings?,
        "receipt": message.receipt,
    }))
}

fn representative(representative: &Representative) -> Value {
    json!({
        "iin": representative.iin.reveal(),
        "power_of_attorney": representative.power.number,
        // G5: a power that no notary certified is passed on unchecked, and marked so.
        "certified": if representative.power.notarial { "notary" } else { "other" },
    })
}

fn signature(signature: &Signature) -> Value {
    json!({
        "format": signature.format,
        "content_base64": BASE64.encode(&signature.content),
    })
}

fn attachment(attachment: &Attachment) -> Value {
    json!({
        "sha256": hex::encode(attachment.sha256),
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size_bytes": attachment.size_bytes,
    })
}

fn finding(finding: &Finding) -> Result<Value, Fault> {
    let record: Value = serde_json::from_str(&finding.record_json)
        .map_err(|_| Fault::never(&INTERNAL, DOING).because("a finding is not JSON"))?;
    Ok(json!({ "register": finding.register, "record": record }))
}

/// Local time with its offset, RFC 3339 (X13).
fn local(at: Timestamp) -> String {
    static ZONE: LazyLock<TimeZone> =
        LazyLock::new(|| TimeZone::get("Asia/Almaty").unwrap_or(TimeZone::UTC));
    at.display_with_offset(ZONE.to_offset(at)).to_string()
}

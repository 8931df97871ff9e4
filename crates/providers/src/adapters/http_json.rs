//! A provider's system that speaks JSON over HTTP.
//!
//! `POST {endpoint}/applications` under the header `Idempotency-Key: <message id>`; the answer is
//! `{"registration_number", "registered_at"}`, the same for the same key. 409 and 422 say that the message is
//! wrong. `GET {endpoint}/health` says whether it is up. `outside::Peer` reads the other failures.

use std::sync::LazyLock;

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use fault::{
    Fault,
    delivery::{PROVIDER_FAILED, PROVIDER_GARBLED, PROVIDER_REJECTED, PROVIDER_UNREACHABLE},
    inside::INTERNAL,
};
use jiff::{Timestamp, tz::TimeZone};
use message::{Attachment, Finding, PersonalNumber, Representative, Signature};
use outside::{HttpSettings, Peer, Words};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Acceptance, Adapter, BadSettings, Handover, Provider};

pub(crate) const ADAPTER: Adapter = Adapter {
    name: "http-json",
    build,
};

const DOING: &str = "hand the application to its provider";

const WORDS: Words = Words {
    unreachable: &PROVIDER_UNREACHABLE,
    failed: &PROVIDER_FAILED,
    garbled: &PROVIDER_GARBLED,
    doing: DOING,
};

const REGISTRATION_NUMBER_CHARS_MAX: usize = 128;

fn build(settings: &toml::Table) -> Result<Box<dyn Provider>, BadSettings> {
    let settings: HttpSettings = outside::read(settings)?;
    Ok(Box::new(HttpJson {
        peer: Peer::new(&settings, WORDS)?,
    }))
}

#[derive(Debug)]
struct HttpJson {
    peer: Peer,
}

/// Members that we do not know are let pass: the provider may say more than was agreed.
#[derive(Deserialize)]
struct Said {
    registration_number: String,
    registered_at: Timestamp,
}

#[async_trait]
impl Provider for HttpJson {
    async fn hand_over(&self, handover: &Handover<'_>) -> Result<Acceptance, Fault> {
        let key = handover.message.id.to_string();
        let reply = self
            .peer
            .post(
                "applications",
                &[("idempotency-key", &key)],
                &body(handover)?,
            )
            .await?;
        if matches!(reply.status.as_u16(), 409 | 422) {
            let told = format!("status {}", reply.status.as_u16());
            return Err(Fault::never(&PROVIDER_REJECTED, DOING).because(told));
        }
        let said: Said = reply.json()?;
        let number = said.registration_number.trim();
        let length = number.chars().count();
        if !(1..=REGISTRATION_NUMBER_CHARS_MAX).contains(&length)
            || number.chars().any(char::is_control)
        {
            return Err(reply.garbled("a registration number that is none"));
        }
        Ok(Acceptance {
            registration_number: number.to_owned(),
            registered_at: said.registered_at,
        })
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.peer.probe().await
    }
}

fn body(handover: &Handover<'_>) -> Result<Value, Fault> {
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

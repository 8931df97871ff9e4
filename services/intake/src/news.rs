//! An entry of a mailbox as a participant reads it: one fact about what it filed, and what belongs to it.
//!
//! In: an entry. Out: JSON, whose members are added to and never changed. The explanations of refusals are for
//! operators and stay here; the code says enough to act. A signed result goes with its document and signatures.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use broker::MailboxEntry;
use message::{Attachment, Detail, Kind, Message, Signature};
use serde_json::{Value, json};

use crate::http::local;

/// The entry as JSON.
pub fn json(entry: &MailboxEntry) -> Value {
    let mut news = json!({ "id": entry.id });
    if let Some(fact) = entry.event.facts.last() {
        news["fact"] = json!(fact.name().as_str());
        news["at"] = json!(local(fact.at));
        news["number"] = json!(fact.about.number());
        news["detail"] = detail(&fact.detail);
    }
    if let Some(message) = &entry.event.message {
        let reference = match message.filing() {
            Some(filing) => filing.reference,
            None => message.sender.reference.clone(),
        };
        news["reference"] = json!(reference);
        news["service"] = json!(message.service);
        if matches!(message.kind, Kind::Status | Kind::Result) {
            report(&mut news, message);
        }
    }
    news
}

/// What the fact says besides its name.
fn detail(detail: &Detail) -> Value {
    match detail {
        Detail::Refused { code, .. } => json!({ "code": code }),
        Detail::Delivered {
            provider,
            registration_number,
        } => json!({ "provider": provider, "registration_number": registration_number }),
        Detail::StatusReported { provider, status } => {
            json!({ "provider": provider, "status": status })
        }
        Detail::ResultIssued {
            provider,
            outcome,
            reason,
        } => json!({ "provider": provider, "outcome": outcome, "reason": reason }),
        _ => json!({}),
    }
}

/// What the provider signed, to the byte (X3), so that whoever reads it can verify it himself.
fn report(news: &mut Value, message: &Message) {
    let signature = |signature: &Signature| {
        json!({
            "format": signature.format.as_str(),
            "content": STANDARD.encode(&signature.content),
        })
    };
    let attachment = |attachment: &Attachment| {
        json!({
            "sha256": hex::encode(attachment.sha256),
            "name": attachment.name,
            "media_type": attachment.media_type,
            "size_bytes": attachment.size_bytes,
        })
    };
    news["document"] = json!({
        "media_type": message.document.media_type,
        "content": STANDARD.encode(&message.document.content),
    });
    news["signatures"] = message.signatures.iter().map(signature).collect();
    news["attachments"] = message.attachments.iter().map(attachment).collect();
}

//! An entry of a mailbox as a participant reads it: one fact about what it filed, and what belongs to it.
//!
//! In: an entry. Out: JSON, whose members are added to and never changed. The explanations of refusals are for
//! operators and stay here; the code says enough to act. A signed result goes with its document and signatures.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use broker::MailboxEntry;
use message::{Attachment, Detail, Kind, Message, Query, Signature};
use serde_json::{Value, json};

use crate::{http::local, mailbox};

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
        news["reference"] = json!(mailbox::reference(message));
        news["service"] = json!(message.service);
        match (message.kind, &message.query) {
            (Kind::Status | Kind::Result, _) => report(&mut news, message),
            (Kind::Query, Some(query)) => answer(&mut news, message, query),
            _ => {}
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
        Detail::QueryAnswered {
            register,
            found,
            cached,
            source_at,
            ..
        } => json!({
            "register": register,
            "found": found,
            "cached": cached,
            "source_at": source_at.map(local),
        }),
        _ => json!({}),
    }
}

/// The id under which the system sent what the entry is about.
pub fn reference(entry: &MailboxEntry) -> Option<String> {
    mailbox::reference(entry.event.message.as_ref()?)
}

/// What the register holds, where it knows the subject.
fn answer(news: &mut Value, message: &Message, query: &Query) {
    let findings = message.findings.iter();
    let found = findings
        .rev()
        .find(|finding| finding.register == query.register);
    let record = found.and_then(|finding| serde_json::from_str::<Value>(&finding.record_json).ok());
    if let Some(record) = record {
        news["record"] = record;
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

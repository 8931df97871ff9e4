//! A message as it is kept for ever (X3): the document and its signatures to the byte.
//!
//! In comes the message as it first travelled; out goes what the database stores, and a hash of it for the
//! journal's chain. The hash covers what the message says and proves; the applicant's name, e-mail, phone
//! and language stay outside of it, so that they can be erased when the law asks without breaking the chain.

use std::fmt;

use jiff::Timestamp;
use message::{
    Applicant, Attachment, Filing, Kind, Language, Message, ParticipantId, PersonalNumber,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    chain::Hash,
    row::{microseconds, text},
};

/// A stored message, column by column.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    pub message_id: Uuid,
    pub number: String,
    pub kind: String,
    pub service: String,
    pub channel: String,
    pub sender: String,
    /// The sender's own id of it.
    pub sender_reference: String,
    pub received_at: Timestamp,
    /// Who applies; of a query, whom it is about.
    pub applicant_number: Option<String>,
    pub applicant_name: Option<String>,
    pub applicant_email: Option<String>,
    pub applicant_phone: Option<String>,
    pub applicant_language: Option<String>,
    /// The provider that sent a report.
    pub provider: Option<String>,
    pub media_type: String,
    pub document: Vec<u8>,
    /// JSON list of the files in the object store.
    pub attachments: String,
    /// Format and bytes, in the order they were sent.
    pub signatures: Vec<(String, Vec<u8>)>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({} {})", self.kind, self.message_id)
    }
}

impl Kept {
    pub fn new(message: &Message) -> Self {
        let applicant = message.applicant.as_ref();
        let optional = |value: Option<&String>| value.map(|value| text(value));
        Self {
            message_id: message.id.as_uuid(),
            number: message.number.to_string(),
            kind: message.kind.to_string(),
            service: message.service.to_string(),
            channel: message.channel.to_string(),
            sender: message.sender.participant.to_string(),
            sender_reference: text(&message.sender.reference),
            received_at: microseconds(message.received_at),
            applicant_number: applicant
                .map(|a| a.number.reveal().to_owned())
                .or_else(|| Some(message.query.as_ref()?.subject.about().reveal().to_owned())),
            applicant_name: optional(applicant.map(|a| &a.name)),
            applicant_email: optional(applicant.and_then(|a| a.email.as_ref())),
            applicant_phone: optional(applicant.and_then(|a| a.phone.as_ref())),
            applicant_language: applicant.map(|a| a.language.to_string()),
            provider: message.sender.provider.as_ref().map(ToString::to_string),
            media_type: text(&message.document.media_type),
            document: message.document.content.clone(),
            attachments: json!(message.attachments.iter().map(file).collect::<Vec<_>>())
                .to_string()
                .replace("\\u0000", "\\ufffd"),
            signatures: message
                .signatures
                .iter()
                .map(|s| (s.format.as_str().to_owned(), s.content.clone()))
                .collect(),
        }
    }

    pub fn document_sha256(&self) -> [u8; 32] {
        Hash::plain(&self.document).0
    }

    /// What the chain holds of it: see the head of this file.
    pub fn content_hash(&self) -> Hash {
        let received_at = self.received_at.as_microsecond().to_be_bytes();
        let optional = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let (applicant, provider) = (optional(&self.applicant_number), optional(&self.provider));
        let head: [&[u8]; 13] = [
            b"kezek.message.v1",
            self.message_id.as_bytes(),
            self.number.as_bytes(),
            self.kind.as_bytes(),
            self.service.as_bytes(),
            self.channel.as_bytes(),
            self.sender.as_bytes(),
            self.sender_reference.as_bytes(),
            &received_at,
            applicant.as_bytes(),
            provider.as_bytes(),
            self.media_type.as_bytes(),
            &self.document,
        ];
        let signatures = self
            .signatures
            .iter()
            .flat_map(|(format, content)| [format.as_bytes(), content.as_slice()]);
        Hash::of(
            head.into_iter()
                .chain([self.attachments.as_bytes()])
                .chain(signatures),
        )
    }

    /// Whether it asks a register, and is no application.
    pub fn is_query(&self) -> bool {
        self.kind == Kind::Query.as_str()
    }

    /// How it came in, if it is an application.
    pub fn filing(&self) -> Option<Filing> {
        if self.kind != Kind::Application.as_str() {
            return None;
        }
        Some(Filing {
            participant: ParticipantId::new(&self.sender).ok()?,
            reference: self.sender_reference.clone(),
            channel: self.channel.parse().ok()?,
        })
    }

    /// Who applied and how he is told; none where that was erased, or where it is a report.
    pub fn applicant(&self) -> Option<Applicant> {
        let number = self.applicant_number.as_deref()?;
        Some(Applicant {
            number: PersonalNumber::new(number).ok()?,
            name: self.applicant_name.clone().unwrap_or_default(),
            email: self.applicant_email.clone(),
            phone: self.applicant_phone.clone(),
            language: self
                .applicant_language
                .as_deref()
                .and_then(|language| language.parse().ok())
                .unwrap_or(Language::Kk),
        })
    }
}

fn file(attachment: &Attachment) -> serde_json::Value {
    json!({
        "sha256": hex::encode(attachment.sha256),
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size_bytes": attachment.size_bytes,
    })
}

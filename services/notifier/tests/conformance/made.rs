//! An invented application, and what happened to it.

use message::{
    About, Applicant, Attempts, Bin, Detail, Document, Fact, Kind, Language, Message, MessageId,
    Number, ParticipantId, PersonalNumber, Plan, ProviderCode, Sender, ServiceCode,
};

pub(crate) const IIN: &str = "900101300017";

/// Filed by the portal for somebody who left an address and a number.
pub(crate) fn application() -> Message {
    let uuid = uuid::Uuid::try_parse("019b8d57-7c00-8abc-8def-0123456789ab").unwrap();
    let id = MessageId::from_uuid(uuid);
    Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("portal").unwrap(),
            bin: Bin::new("120140000027").unwrap(),
            reference: "019b8d57-7c00-7abc-8def-000000000000".to_owned(),
            provider: None,
        },
        service: ServiceCode::new("apostille").unwrap(),
        channel: message::Channel::Portal,
        received_at: "2026-11-22T07:00:00Z".parse().unwrap(),
        applicant: Some(Applicant {
            number: PersonalNumber::new(IIN).unwrap(),
            name: "Omarov Daulet".to_owned(),
            email: Some("omarov@kezek.test".to_owned()),
            phone: Some("+7 701 000 00 17".to_owned()),
            language: Language::En,
        }),
        representative: None,
        consent: None,
        receipt: None,
        document: Document {
            media_type: "application/json".to_owned(),
            content: Vec::new(),
        },
        signatures: Vec::new(),
        attachments: Vec::new(),
        report: None,
        provider: None,
        signers: Vec::new(),
        findings: Vec::new(),
        plan: Plan::default(),
        attempts: Attempts::default(),
        filed: None,
        query: None,
    }
}

pub(crate) fn delivered(message: &Message) -> Fact {
    let about = About::Message {
        id: message.id,
        number: message.number,
    };
    let detail = Detail::Delivered {
        provider: ProviderCode::new("committee").unwrap(),
        registration_number: "K-2026/118".to_owned(),
    };
    Fact::new(about, message.received_at, "router", detail)
}

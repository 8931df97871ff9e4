//! Applications that are ready to be routed.

use std::{path::PathBuf, sync::Arc};

use flow::Map;
use message::{
    About, Applicant, Attempts, Bin, Channel, Detail, Document, Event, Fact, Kind, LaneName,
    Language, Message, MessageId, Number, ParticipantId, PersonalNumber, Plan, RegisterName,
    Sender, ServiceCode,
};
use serde_json::{Value, json};

pub(crate) fn deploy(below: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy")).join(below)
}

pub(crate) fn map() -> Arc<Map> {
    Arc::new(Map::load(&deploy("flow.toml")).unwrap())
}

/// An application for `service` with this form, its registers asked.
pub(crate) fn enriched(service: &str, form: &Value) -> Event {
    let id = MessageId::from_uuid(uuid::Uuid::from_u128(
        0x019b_8d57_7c00_8abc_8def_0123_4567_89ab,
    ));
    let message = Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("portal").unwrap(),
            bin: Bin::new("100140000013").unwrap(),
            reference: "019b8d57-7c00-7abc-8def-000000000000".to_owned(),
            provider: None,
        },
        service: ServiceCode::new(service).unwrap(),
        channel: Channel::Portal,
        received_at: "2026-11-22T07:00:00Z".parse().unwrap(),
        applicant: Some(Applicant {
            number: PersonalNumber::new("900101300017").unwrap(),
            name: "Omarov Daulet".to_owned(),
            email: None,
            phone: None,
            language: Language::Kk,
        }),
        representative: None,
        consent: None,
        receipt: None,
        document: Document {
            media_type: "application/json".to_owned(),
            content: form.to_string().into_bytes(),
        },
        signatures: Vec::new(),
        attachments: Vec::new(),
        report: None,
        provider: None,
        signers: Vec::new(),
        findings: Vec::new(),
        plan: Plan::new(vec![LaneName::new("router.route").unwrap()]),
        attempts: Attempts::default(),
        filed: None,
        query: None,
    };
    told(message)
}

pub(crate) fn told(message: Message) -> Event {
    let about = About::Message {
        id: message.id,
        number: message.number,
    };
    let register = RegisterName::new("payment").unwrap();
    let detail = Detail::Enriched { register };
    Event::new(
        vec![Fact::new(about, message.received_at, "registry", detail)],
        message,
    )
}

/// The form of an archive certificate whose documents lie in `archive`.
pub(crate) fn archive(archive: &str) -> Value {
    json!({ "archive": archive, "subject": "education", "details": "Diploma" })
}

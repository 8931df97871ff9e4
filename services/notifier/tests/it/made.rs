//! Invented messages and events.

use jiff::Timestamp;
use message::{
    About, Applicant, Attempts, Bin, Channel, Detail, Document, Event, Fact, Iin, Kind, LaneName,
    Language, Message, MessageId, Number, Outcome, ParticipantId, PersonalNumber, Plan,
    ProviderCode, Sender, ServiceCode,
};

pub(crate) const EMAIL: &str = "aigul.sample@mail.example";
pub(crate) const PHONE: &str = "8 (701) 000-00-17";

/// An application for an apostille by the portal, in English.
pub(crate) fn application() -> Message {
    let id = MessageId::from_uuid(uuid::Uuid::from_u128(
        0x019a_b8d5_7c00_8abc_8def_0123_4567_89ab,
    ));
    Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("portal").unwrap(),
            bin: Bin::new("100140000013").unwrap(),
            reference: "theirs".to_owned(),
            provider: None,
        },
        service: ServiceCode::new("apostille").unwrap(),
        channel: Channel::Portal,
        received_at: at(),
        applicant: Some(Applicant {
            number: PersonalNumber::Iin(iin()),
            name: "Айгүл Үлгі".to_owned(),
            email: Some(EMAIL.to_owned()),
            phone: None,
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

/// The provider's report on that application, before the applicant was found out.
pub(crate) fn report() -> Message {
    let mut report = application();
    report.id = MessageId::from_uuid(uuid::Uuid::from_u128(8));
    report.kind = Kind::Result;
    report.channel = Channel::Provider;
    report.applicant = None;
    report
}

/// The first serial that gives a valid number: invented, belongs to nobody.
fn iin() -> Iin {
    (0..100)
        .find_map(|n| Iin::new(&format!("0002295000{n:02}")).ok())
        .unwrap()
}

pub(crate) fn at() -> Timestamp {
    "2026-11-22T12:00:00+05:00".parse().unwrap()
}

/// The same application by somebody who left a telephone number and no e-mail.
pub(crate) fn by_phone() -> Message {
    let mut message = application();
    let applicant = message.applicant.as_mut().unwrap();
    (applicant.email, applicant.phone) = (None, Some(PHONE.to_owned()));
    message
}

/// The provider's report, once the monitor has bound it to the application.
pub(crate) fn bound() -> Message {
    let mut bound = report();
    bound.applicant = application().applicant;
    bound.filed = application().filing();
    bound
}

/// `detail` happened to `message`.
pub(crate) fn event(message: Message, detail: Detail) -> Event {
    let about = About::Message {
        id: message.id,
        number: message.number,
    };
    Event::new(vec![Fact::new(about, at(), "test", detail)], message)
}

pub(crate) fn refused(code: &str) -> Detail {
    let lane = Some(LaneName::new("registry.payment").unwrap());
    Detail::Refused {
        lane,
        code: code.to_owned(),
        explanation: "receipt 17".to_owned(),
    }
}

pub(crate) fn delivered() -> Detail {
    let provider = ProviderCode::new("committee").unwrap();
    Detail::Delivered {
        provider,
        registration_number: "КИА-2026/17".to_owned(),
    }
}

pub(crate) fn status(status: &str) -> Detail {
    let provider = ProviderCode::new("committee").unwrap();
    Detail::StatusReported {
        provider,
        status: status.to_owned(),
    }
}

pub(crate) fn result(outcome: Outcome, reason: &str) -> Detail {
    let provider = ProviderCode::new("committee").unwrap();
    Detail::ResultIssued {
        provider,
        outcome,
        reason: reason.to_owned(),
    }
}

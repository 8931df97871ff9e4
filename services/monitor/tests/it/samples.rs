//! Invented messages and facts.

use jiff::{SignedDuration, Timestamp};
use message::{
    About, Applicant, Attempts, Bin, Channel, Detail, Document, Event, Fact, Iin, Kind, LaneName,
    Language, Message, MessageId, Number, Outcome, ParticipantId, PersonalNumber, Plan,
    ProviderCode, RegisterName, Report, Sender, ServiceCode, Signature, SignatureFormat,
};
use monitor::batch::{Batch, Entry};
use uuid::Uuid;

/// 2026-11-22T07:00:00Z: noon in Almaty.
pub(crate) fn start() -> Timestamp {
    Timestamp::from_second(1_795_330_800).unwrap()
}

pub(crate) fn at(second: i64) -> Timestamp {
    start() + SignedDuration::from_secs(second)
}

/// An id of a message sent at the start, told from others by `seed`.
pub(crate) fn id(seed: u64) -> MessageId {
    let millis = u64::try_from(start().as_millisecond()).unwrap();
    let bits = (u128::from(millis) << 80) | (8 << 76) | (2 << 62) | u128::from(seed);
    MessageId::from_uuid(Uuid::from_u128(bits))
}

pub(crate) fn number(seed: u64) -> Number {
    Number::of(id(seed))
}

pub(crate) fn lane(name: &str) -> LaneName {
    LaneName::new(name).unwrap()
}

pub(crate) fn provider(code: &str) -> ProviderCode {
    ProviderCode::new(code).unwrap()
}

fn iin() -> Iin {
    (0..10)
        .find_map(|check| Iin::new(&format!("90010130012{check}")).ok())
        .unwrap()
}

fn bin() -> Bin {
    (0..10)
        .find_map(|check| Bin::new(&format!("10014000001{check}")).ok())
        .unwrap()
}

/// An application by `seed`.
pub(crate) fn application(seed: u64) -> Message {
    Message {
        id: id(seed),
        number: number(seed),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("portal").unwrap(),
            bin: bin(),
            reference: Uuid::from_u128(u128::from(seed)).to_string(),
            provider: None,
        },
        service: ServiceCode::new("apostille").unwrap(),
        channel: Channel::Portal,
        received_at: start(),
        applicant: Some(Applicant {
            number: PersonalNumber::Iin(iin()),
            name: "Айгерім Сынақова".to_owned(),
            email: Some("aigerim@example.kz".to_owned()),
            phone: None,
            language: Language::Kk,
        }),
        representative: None,
        consent: None,
        receipt: Some("2026-000017".to_owned()),
        document: Document {
            media_type: "application/json".to_owned(),
            content: br#"{"document_kind":"certificate","copies":2}"#.to_vec(),
        },
        signatures: vec![
            Signature {
                timestamp: None,
                format: SignatureFormat::CmsDetached,
                content: vec![0x30, 0x80, 0, 1, 2],
            },
            Signature {
                timestamp: None,
                format: SignatureFormat::CmsAttached,
                content: vec![0x30, 0x81, 3],
            },
        ],
        attachments: vec![],
        report: None,
        provider: None,
        signers: vec![],
        findings: vec![],
        plan: Plan::default(),
        attempts: Attempts::default(),
        filed: None,
        query: None,
    }
}

/// A report by `seed` about the application of `of`, from the provider `from`.
pub(crate) fn report(seed: u64, of: u64, from: &str, report: Report) -> Message {
    let kind = match report {
        Report::Status { .. } => Kind::Status,
        Report::Result { .. } => Kind::Result,
    };
    let mut message = application(seed);
    message.number = number(of);
    message.kind = kind;
    message.sender.participant = ParticipantId::new(from).unwrap();
    message.sender.provider = Some(provider(from));
    message.applicant = None;
    message.receipt = None;
    message.report = Some(report);
    message
}

pub(crate) fn status(word: &str) -> Report {
    Report::Status {
        status: word.to_owned(),
    }
}

pub(crate) fn result(outcome: Outcome) -> Report {
    Report::Result {
        outcome,
        reason: String::new(),
    }
}

/// A fact about a message, `second` seconds after the start.
pub(crate) fn fact(of: &Message, second: i64, detail: Detail) -> Fact {
    let about = About::Message {
        id: of.id,
        number: of.number,
    };
    Fact::new(about, at(second), "test", detail)
}

pub(crate) fn routed(to: &str) -> Detail {
    Detail::Routed {
        provider: provider(to),
        reason: "the only one".to_owned(),
    }
}

pub(crate) fn delivered(to: &str) -> Detail {
    Detail::Delivered {
        provider: provider(to),
        registration_number: "A-17".to_owned(),
    }
}

pub(crate) fn failed(at_lane: &str, attempt: u32) -> Detail {
    Detail::AttemptFailed {
        lane: lane(at_lane),
        code: "provider-failed".to_owned(),
        explanation: "HTTP 500".to_owned(),
        attempt,
        retry_at: at(1000),
    }
}

pub(crate) fn parked(at_lane: &str) -> Detail {
    Detail::Parked {
        lane: lane(at_lane),
        code: "provider-rejected".to_owned(),
        explanation: "HTTP 422".to_owned(),
    }
}

pub(crate) fn refused(code: &str) -> Detail {
    Detail::Refused {
        lane: None,
        code: code.to_owned(),
        explanation: String::new(),
    }
}

pub(crate) fn asked(register: &str) -> Detail {
    Detail::QueryMade {
        register: RegisterName::new(register).unwrap(),
        purpose: "to know whether the fee is paid".to_owned(),
        operator: "portal".to_owned(),
        consent: String::new(),
        subject: None,
        participant: None,
        application: None,
    }
}

pub(crate) fn issued(by: &str, outcome: Outcome) -> Detail {
    Detail::ResultIssued {
        provider: provider(by),
        outcome,
        reason: "paragraph 5".to_owned(),
    }
}

/// The whole way of an application to its provider, one event a step.
pub(crate) fn way(seed: u64) -> Vec<Event> {
    let message = application(seed);
    let step = |facts: Vec<Fact>| Event::new(facts, message.clone());
    vec![
        step(vec![fact(&message, 0, Detail::Received)]),
        step(vec![fact(
            &message,
            1,
            Detail::Verified { signers: vec![] },
        )]),
        step(vec![
            fact(&message, 2, asked("payment")),
            fact(
                &message,
                2,
                Detail::Enriched {
                    register: RegisterName::new("payment").unwrap(),
                },
            ),
        ]),
        step(vec![fact(&message, 3, routed("committee"))]),
        step(vec![fact(&message, 4, delivered("committee"))]),
    ]
}

/// Events as entries of the stream, from `offset` on.
pub(crate) fn entries(offset: i64, events: Vec<Event>) -> Vec<Entry> {
    (offset..)
        .zip(events)
        .map(|(offset, event)| Entry {
            offset,
            content: Ok(event),
            stand: None,
        })
        .collect()
}

/// Events as a batch from `offset` on.
pub(crate) fn batch(offset: i64, events: Vec<Event>) -> Batch {
    Batch::new(entries(offset, events), offset)
}

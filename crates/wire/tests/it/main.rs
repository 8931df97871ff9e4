//! What is written is read back the same; what is not ours is refused without panic.

#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use message::{
    About, Applicant, Attachment, Attempts, Bin, Channel, CheckOutcome, Consent, ConsentForm,
    Detail, Document, Event, Fact, FactId, Filing, Finding, Iin, Kind, LaneName, Language, Message,
    MessageId, NotificationOutcome, Number, Outcome, ParticipantId, PersonalNumber, Plan,
    PowerOfAttorney, ProviderCode, Query, RegisterName, Report, Representative, Sender,
    ServiceCode, Signature, SignatureFormat, Signer, Subject,
};
use proptest::prelude::*;
use uuid::Uuid;

/// The first serial that gives a valid number: invented, belongs to nobody.
fn iin() -> Iin {
    (0..100)
        .find_map(|n| Iin::new(&format!("0002295000{n:02}")).ok())
        .unwrap()
}

fn bin() -> Bin {
    (0..100)
        .find_map(|n| Bin::new(&format!("0001400000{n:02}")).ok())
        .unwrap()
}

fn lane(name: &str) -> LaneName {
    LaneName::new(name).unwrap()
}

fn signer() -> Signer {
    Signer {
        name: "ӨЗГЕ АДАМ".to_owned(),
        iin: Some(iin()),
        bin: Some(bin()),
        roles: vec!["authorised-signer".to_owned()],
        certificate_serial: "0a".to_owned(),
        algorithm: "ecdsa-p256-sha256".to_owned(),
        signed_at: Some(Timestamp::UNIX_EPOCH),
    }
}

fn full(id: MessageId) -> Message {
    Message {
        id,
        number: Number::of(id),
        kind: Kind::Application,
        sender: Sender {
            participant: ParticipantId::new("portal").unwrap(),
            bin: bin(),
            reference: "theirs".to_owned(),
            provider: Some(ProviderCode::new("committee").unwrap()),
        },
        service: ServiceCode::new("apostille").unwrap(),
        channel: Channel::FrontOffice,
        received_at: Timestamp::new(1_700_000_000, 123_456_789).unwrap(),
        applicant: Some(Applicant {
            number: PersonalNumber::Iin(iin()),
            name: "Өтінуші".to_owned(),
            email: Some("a@example.kz".to_owned()),
            phone: Some("+70000000000".to_owned()),
            language: Language::Ru,
        }),
        representative: Some(Representative {
            iin: iin(),
            power: PowerOfAttorney {
                number: "17".to_owned(),
                notarial: true,
            },
        }),
        consent: Some(Consent {
            form: ConsentForm::Recorded,
            reference: "r".to_owned(),
            given_at: Timestamp::UNIX_EPOCH,
        }),
        receipt: Some("R-1".to_owned()),
        document: Document {
            media_type: "application/json".to_owned(),
            content: vec![0, 255, 7],
        },
        signatures: SignatureFormat::ALL
            .iter()
            .map(|&(_, format)| Signature {
                format,
                content: vec![48, 0],
                timestamp: Some(vec![3; 40]),
            })
            .collect(),
        attachments: vec![Attachment {
            sha256: [7; 32],
            name: "a.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            size_bytes: u64::MAX,
        }],
        report: Some(Report::Result {
            outcome: Outcome::Refused,
            reason: "жоқ".to_owned(),
        }),
        provider: Some(ProviderCode::new("national-archive").unwrap()),
        signers: vec![signer()],
        findings: vec![Finding {
            register: RegisterName::new("gbd-fl").unwrap(),
            record_json: "{}".to_owned(),
        }],
        plan: Plan::new(vec![lane("registry.payment"), lane("router.route")]),
        attempts: Attempts {
            lane: Some(lane("router.committee")),
            failed: 3,
            blamed: 2,
            since: Some(Timestamp::UNIX_EPOCH),
        },
        filed: Some(Filing {
            participant: ParticipantId::new("front-office").unwrap(),
            reference: "their own".to_owned(),
            channel: Channel::Portal,
        }),
        query: Some(query(Subject::Person(iin()))),
    }
}

fn query(subject: Subject) -> Query {
    Query {
        register: RegisterName::new("enis").unwrap(),
        subject,
        purpose: "мақсаты".to_owned(),
        application: Some(Number::of(MessageId::from_uuid(Uuid::from_u128(5)))),
    }
}

fn details() -> Vec<Detail> {
    let code = "provider-failed".to_owned();
    let explanation = "HTTP 500".to_owned();
    let register = RegisterName::new("enis").unwrap();
    let provider = ProviderCode::new("committee").unwrap();
    let lane = lane("router.committee");
    let text = || "text".to_owned();
    vec![
        Detail::Received,
        Detail::Verified {
            signers: vec![signer()],
        },
        Detail::QueryMade {
            register: register.clone(),
            purpose: text(),
            operator: text(),
            consent: text(),
            subject: Some(PersonalNumber::Iin(iin())),
            participant: Some(ParticipantId::new("front-office").unwrap()),
            application: Some(Number::of(MessageId::from_uuid(Uuid::from_u128(5)))),
        },
        Detail::QueryAnswered {
            of: FactId::from_uuid(Uuid::from_u128(10)),
            register: register.clone(),
            found: true,
            fields: vec![text(), "address.city".to_owned()],
            cached: true,
            source_at: Some(Timestamp::UNIX_EPOCH),
        },
        Detail::CheckOpened {
            of: FactId::from_uuid(Uuid::from_u128(10)),
            register: register.clone(),
            by: text(),
            question: text(),
            due_at: Timestamp::UNIX_EPOCH,
        },
        Detail::CheckAnswered {
            check: FactId::from_uuid(Uuid::from_u128(11)),
            by: text(),
            answer: text(),
        },
        Detail::CheckClosed {
            check: FactId::from_uuid(Uuid::from_u128(11)),
            by: text(),
            outcome: CheckOutcome::Unjustified,
            note: text(),
        },
        Detail::Enriched { register },
        Detail::Routed {
            provider: provider.clone(),
            reason: text(),
        },
        Detail::Delivered {
            provider: provider.clone(),
            registration_number: text(),
        },
        Detail::Refused {
            lane: Some(lane.clone()),
            code: code.clone(),
            explanation: explanation.clone(),
        },
        Detail::AttemptFailed {
            lane: lane.clone(),
            code: code.clone(),
            explanation: explanation.clone(),
            attempt: 2,
            retry_at: Timestamp::UNIX_EPOCH,
        },
        Detail::Parked {
            lane: lane.clone(),
            code: code.clone(),
            explanation: explanation.clone(),
        },
        Detail::Released { lane },
        Detail::StatusReported {
            provider: provider.clone(),
            status: text(),
        },
        Detail::ResultIssued {
            provider,
            outcome: Outcome::Granted,
            reason: text(),
        },
        Detail::Notified {
            of: FactId::from_uuid(Uuid::from_u128(9)),
            channel: text(),
            outcome: NotificationOutcome::NoAddress,
            recipient_masked: text(),
        },
        Detail::LaneClosed { code, explanation },
        Detail::LaneOpened,
        Detail::DeadlineNear {
            step: 11,
            used_percent: 80,
            due_at: Timestamp::UNIX_EPOCH,
        },
        Detail::DeadlinePassed {
            step: u16::MAX,
            due_at: Timestamp::UNIX_EPOCH,
        },
    ]
}

#[test]
fn every_fact_and_every_field_is_read_back_as_it_was_written() {
    let id = MessageId::from_uuid(Uuid::from_u128(1));
    let about = About::Message {
        id,
        number: Number::of(id),
    };
    let facts = details()
        .into_iter()
        .map(|detail| Fact::new(about.clone(), Timestamp::UNIX_EPOCH, "test", detail))
        .collect::<Vec<_>>();
    assert_eq!(
        facts.len(),
        message::FactName::ALL.len(),
        "a new fact belongs in this test"
    );
    let event = Event::new(facts, full(id));
    assert_eq!(wire::decode(&wire::encode(&event)).unwrap(), event);
}

#[test]
fn a_query_about_anybody_and_anything_is_read_back_as_it_was_written() {
    let payment = Subject::Payment {
        receipt: "R-1".to_owned(),
        payer: PersonalNumber::Bin(bin()),
        service: ServiceCode::new("apostille").unwrap(),
        amount_tenge: u64::MAX,
    };
    let power = Subject::PowerOfAttorney {
        number: "17".to_owned(),
        principal: PersonalNumber::Iin(iin()),
        representative: iin(),
    };
    for subject in [Subject::Organisation(bin()), power, payment] {
        let mut message = full(MessageId::from_uuid(Uuid::from_u128(1)));
        message.kind = Kind::Query;
        message.query = Some(Query {
            application: None,
            ..query(subject)
        });
        let event = Event::new(vec![], message);
        assert_eq!(wire::decode(&wire::encode(&event)).unwrap(), event);
    }
}

/// `query_made { register: "enis", purpose: "p", operator: "o", consent: "c" }` of a fact about a lane, as it was
/// written before the fact had more fields.
#[test]
fn a_query_made_that_was_told_before_it_named_its_subject_is_still_read() {
    let made = b"\x0a\x04enis\x12\x01p\x1a\x01o\x22\x01c";
    let mut fact = vec![0x0a, 16];
    fact.extend([9; 16]);
    fact.extend(b"\x1a\x0dregistry.enis\x22\x00\x2a\x08registry\x62");
    fact.push(u8::try_from(made.len()).unwrap());
    fact.extend(made);
    let mut bytes = vec![0x0a, u8::try_from(fact.len()).unwrap()];
    bytes.extend(fact);
    let expected = Detail::QueryMade {
        register: RegisterName::new("enis").unwrap(),
        purpose: "p".to_owned(),
        operator: "o".to_owned(),
        consent: "c".to_owned(),
        subject: None,
        participant: None,
        application: None,
    };
    assert_eq!(wire::decode(&bytes).unwrap().facts[0].detail, expected);
}

fn about_a_lane() -> Event {
    let about = About::Lane(lane("router.committee"));
    let fact = Fact::new(about, Timestamp::UNIX_EPOCH, "router", Detail::LaneOpened);
    Event {
        facts: vec![fact],
        message: None,
    }
}

#[test]
fn a_fact_about_a_lane_has_no_message() {
    let event = about_a_lane();
    assert_eq!(wire::decode(&wire::encode(&event)).unwrap(), event);
}

/// `KEZEK_SEEDS=folder` writes them there: `KEZEK_SEEDS=$PWD/fuzz/corpus cargo test -p wire seed`.
#[test]
fn every_seed_of_the_fuzz_target_is_read() {
    let id = MessageId::from_uuid(Uuid::from_u128(1));
    let number = Number::of(id);
    let told = |detail| {
        let about = About::Message { id, number };
        vec![Fact::new(about, Timestamp::UNIX_EPOCH, "test", detail)]
    };
    let mut seeds = vec![about_a_lane(), Event::new(vec![], full(id))];
    seeds.extend(details().into_iter().map(|detail| Event {
        facts: told(detail),
        message: None,
    }));
    for (place, event) in seeds.iter().enumerate() {
        let bytes = wire::encode(event);
        assert_eq!(wire::decode(&bytes).unwrap(), *event, "{place}");
        if let Some(folder) = std::env::var_os("KEZEK_SEEDS") {
            let folder = std::path::PathBuf::from(folder).join("event");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(place.to_string()), bytes).unwrap();
        }
    }
}

#[test]
fn what_is_wrong_is_said_by_its_field_and_never_by_its_value() {
    let mut message = full(MessageId::from_uuid(Uuid::from_u128(1)));
    message.provider = None;
    let mut bytes = wire::encode(&Event::new(vec![], message));
    let digits = iin().reveal().as_bytes().to_vec();
    let at = bytes
        .windows(12)
        .position(|window| window == digits)
        .unwrap();
    bytes[at] = b'x';
    let said = wire::decode(&bytes).unwrap_err();
    assert_eq!(
        said.to_string(),
        "field `message.applicant.number` does not hold what it should"
    );
}

#[test]
fn a_message_without_its_parts_is_refused() {
    for bytes in [
        &[18, 0][..],
        &[10, 0],
        &[255],
        &[18, 255, 255, 255, 255, 15],
    ] {
        assert!(wire::decode(bytes).is_err(), "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_without_panic(bytes: Vec<u8>) {
        drop(wire::decode(&bytes));
    }

    #[test]
    fn any_flipped_byte_is_read_or_refused_without_panic(place: prop::sample::Index, flip in 1..=255_u8) {
        let mut bytes = wire::encode(&Event::new(vec![], full(MessageId::from_uuid(Uuid::from_u128(1)))));
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        drop(wire::decode(&bytes));
    }
}

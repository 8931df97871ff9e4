//! Invented applications, as the journal stream tells of them: many under way at once, so that the facts of one
//! come in different batches.
//!
//! In: how long a document is. Out: entries, on and on. Each application has five events; one in five is refused
//! instead of delivered. People are invented from the application's place: born in 2090, so that none exists.

#![expect(clippy::expect_used, reason = "constants that are written here")]

use jiff::{SignedDuration, Timestamp};
use message::{
    About, Applicant, Attempts, Bin, Channel, Detail, Document, Event, Fact, Iin, Kind, Language,
    Message, MessageId, Number, ParticipantId, PersonalNumber, Plan, ProviderCode, RegisterName,
    Sender, ServiceCode, Signature, SignatureFormat,
};
use monitor::batch::Entry;
use uuid::Uuid;

/// Applications between two steps of one.
const BETWEEN: u64 = 300;
const STEPS: u64 = 5;
/// People who apply, again and again.
const PEOPLE: u64 = 20_000;
const SECONDS_BETWEEN: i64 = 30;

/// See the module.
pub(crate) struct Stream {
    document_bytes: usize,
    offset: i64,
    /// Applications begun.
    made: u64,
    /// The step that the next entry tells of.
    step: u64,
}

impl Stream {
    pub(crate) fn new(document_bytes: usize) -> Self {
        Self {
            document_bytes,
            offset: 0,
            made: 0,
            step: 0,
        }
    }

    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    pub(crate) fn next(&mut self, count: usize) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(count);
        while entries.len() < count {
            if let Some(place) = self.made.checked_sub(self.step * BETWEEN) {
                entries.push(Entry {
                    offset: self.offset,
                    content: Ok(event(place, self.step, self.document_bytes)),
                    stand: None,
                });
                self.offset += 1;
            }
            self.step = (self.step + 1) % STEPS;
            self.made += u64::from(self.step == 0);
        }
        entries
    }
}

/// When the application at `place` was received.
pub(crate) fn received(place: u64) -> Timestamp {
    let seconds = i64::try_from(place).unwrap_or(i64::MAX) * SECONDS_BETWEEN;
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_700_000_000 + seconds)
}

pub(crate) fn number(place: u64) -> Number {
    Number::of(id(place))
}

/// Who applies at `place`.
pub(crate) fn person(place: u64) -> Iin {
    let who = place % PEOPLE;
    let (day, serial) = (who % 28 + 1, who / 28);
    let begin = format!("9001{day:02}5{serial:04}");
    // One serial in eleven has no check digit; then the next person applies.
    let checked = |begin: &str| (0..10).find_map(|check| Iin::new(&format!("{begin}{check}")).ok());
    checked(&begin).unwrap_or_else(|| person(place + 28))
}

fn id(place: u64) -> MessageId {
    let millis = u128::from(received(place).as_millisecond().unsigned_abs());
    // The place is scattered, as random ids are.
    let random = place.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 2;
    MessageId::from_uuid(Uuid::from_u128(
        (millis << 80) | (8 << 76) | (2 << 62) | u128::from(random),
    ))
}

fn name<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("a name that is written here")
}

fn event(place: u64, step: u64, document_bytes: usize) -> Event {
    let message = application(place, document_bytes);
    let provider: ProviderCode = name("committee");
    let register: RegisterName = name("payment");
    let is_refused = place.is_multiple_of(5);
    let details = match step {
        0 => vec![Detail::Received],
        1 => vec![Detail::Verified { signers: vec![] }],
        2 => vec![
            Detail::QueryMade {
                register: register.clone(),
                purpose: "to know whether the fee is paid".to_owned(),
                operator: "portal".to_owned(),
                consent: String::new(),
                subject: None,
                participant: None,
                application: None,
            },
            Detail::Enriched { register },
        ],
        3 if is_refused => vec![Detail::Refused {
            lane: None,
            code: "payment-missing".to_owned(),
            explanation: String::new(),
        }],
        3 => vec![Detail::Routed {
            provider,
            reason: "the only one".to_owned(),
        }],
        _ if is_refused => vec![],
        _ => vec![Detail::Delivered {
            provider,
            registration_number: format!("A-{place}"),
        }],
    };
    let at = received(place) + SignedDuration::from_millis(i64::try_from(step).unwrap_or(0) * 20);
    let about = || About::Message {
        id: message.id,
        number: message.number,
    };
    let fact = |detail| Fact::new(about(), at, "history", detail);
    Event::new(details.into_iter().map(fact).collect(), message.clone())
}

fn application(place: u64, document_bytes: usize) -> Message {
    Message {
        id: id(place),
        number: number(place),
        kind: Kind::Application,
        sender: Sender {
            participant: name::<ParticipantId>("portal"),
            bin: bin(),
            reference: Uuid::from_u128(u128::from(place)).to_string(),
            provider: None,
        },
        service: name::<ServiceCode>(
            ["apostille", "archive-certificate"][usize::from(place.is_multiple_of(3))],
        ),
        channel: Channel::Portal,
        received_at: received(place),
        applicant: Some(Applicant {
            number: PersonalNumber::Iin(person(place)),
            name: format!("Сынақ № {place}"),
            email: None,
            phone: None,
            language: Language::Kk,
        }),
        representative: None,
        consent: None,
        receipt: None,
        document: Document {
            media_type: "application/json".to_owned(),
            content: bytes(place, document_bytes),
        },
        signatures: vec![Signature {
            timestamp: None,
            format: SignatureFormat::CmsDetached,
            content: bytes(place + 1, document_bytes),
        }],
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

fn bin() -> Bin {
    let checked = (0..10).find_map(|check| Bin::new(&format!("10014000001{check}")).ok());
    checked.expect("one of ten digits is right")
}

/// Bytes that cannot be packed.
fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(count).collect()
}

//! The nouns of kezek, and nothing else.
//!
//! One [`Message`] travels (S2 cl.4(7)); what happened to it is told by [`Fact`]s, past tense and never
//! changed; both together are the [`Event`] that a stage publishes. Ids are derived, so that a copy of a
//! message leads to copies of the same facts. No I/O, no clock, no randomness: they come in as arguments.

mod code;
mod detail;
mod event;
mod fact;
mod id;
mod message;
mod name;
mod number;
mod person;
mod plan;
mod subject;
mod words;

pub use code::{
    InvalidCode, LaneName, Name, Named, ParticipantId, ProviderCode, RegisterName, ServiceCode,
    kind,
};
pub use detail::{CheckOutcome, Detail};
pub use event::Event;
pub use fact::{About, Fact, NotificationOutcome, Signer};
pub use id::{FactId, InvalidMessageId, MessageId};
pub use message::{
    Applicant, Attachment, Attempts, Consent, ConsentForm, Document, ExpectedSigner, Filing,
    Finding, Message, Outcome, PowerOfAttorney, Query, Report, Representative, Sender, Signature,
    SignatureFormat,
};
pub use name::FactName;
pub use number::{InvalidNumber, Number};
pub use person::{Bin, Iin, InvalidIdentifier, PersonalNumber};
pub use plan::Plan;
pub use subject::Subject;
pub use words::{Channel, Kind, Language, UnknownWord};

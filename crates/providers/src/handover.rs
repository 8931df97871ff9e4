//! What goes to a provider, and what it answers.

use jiff::Timestamp;
use message::{Applicant, Message};

/// An application as it goes to its provider. Everything in it is what the applicant signed (X3) or what a
/// register said.
#[derive(Debug, Clone, Copy)]
pub struct Handover<'a> {
    pub message: &'a Message,
    pub applicant: &'a Applicant,
}

impl<'a> Handover<'a> {
    /// The handover of `message`; none if nobody applies in it, which is so for reports.
    pub fn of(message: &'a Message) -> Option<Self> {
        let applicant = message.applicant.as_ref()?;
        Some(Self { message, applicant })
    }
}

/// The provider took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Its number at the provider, 1 to 128 characters.
    pub registration_number: String,
    /// When the provider registered it.
    pub registered_at: Timestamp,
}

//! Who may send what (X14): systems, the certificates they are known by, their rights.
//!
//! In comes `deploy/participants.toml`, strictly read: an unknown field, a right without its value, a second
//! participant with the same certificate stop the start with the field named. Out goes the answer to two
//! questions: whose certificate is this, and may that participant send this. No network, no reloading.

mod gateway;
mod participant;
mod read;

pub use gateway::{Gateway, NotAHash, PasswordHash, Security};
pub use participant::{Denied, Names, Participant};
pub use read::{Invalid, LoadError};

/// All participants, checked against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participants(Vec<Participant>);

impl Participants {
    /// The participant whose client certificate carries the DNS name `san` (subjectAltName, RFC 5280
    /// 4.2.1.6). Case does not matter; wildcards are not honoured.
    pub fn by_san(&self, san: &str) -> Option<&Participant> {
        self.0
            .iter()
            .find(|p| p.certificate_san.eq_ignore_ascii_case(san))
    }

    /// The participant called `id`.
    pub fn by_id(&self, id: &str) -> Option<&Participant> {
        self.0.iter().find(|p| p.id.as_str() == id)
    }

    /// The participant whose system calls itself `sender_id` on the channels of the gateway.
    pub fn by_sender_id(&self, sender_id: &str) -> Option<&Participant> {
        let is_his =
            |p: &&Participant| p.gateway.as_ref().is_some_and(|g| g.sender_id == sender_id);
        self.0.iter().find(is_his)
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Participant> {
        self.0.iter()
    }
}

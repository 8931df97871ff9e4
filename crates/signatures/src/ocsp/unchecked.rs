//! A response by itself: what it says, and whether a given authority stands behind it.

use jiff::Timestamp;

use super::read::{ResponderId, Response};
use super::{OcspError, Status, signed_by_responder};
use crate::certificate::Certificate;

/// A response that was read, and of which nothing was checked yet.
pub struct Unchecked(Response);

/// Reads a response. For looking at one; an answer about a certificate comes from [`super::Ocsp::open`].
pub fn parse(bytes: &[u8]) -> Result<Unchecked, OcspError> {
    Response::read(bytes).map(Unchecked)
}

impl Unchecked {
    /// When the responder says it signed.
    pub fn produced_at(&self) -> Timestamp {
        self.0.produced_at
    }

    /// Serial numbers, big-endian, with what is said about each and since when that is known.
    pub fn about(&self) -> impl Iterator<Item = (&[u8], Status, Timestamp)> {
        let singles = self.0.singles.iter();
        singles.map(|single| (&*single.id.serial, single.status, single.this_update))
    }

    /// When there will be newer information about all of it, if the responder says.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.0
            .singles
            .iter()
            .filter_map(|single| single.next_update)
            .min()
    }

    /// Who answers, by its own word: its name, or its certificate's when it only names its key.
    pub fn responder(&self) -> Option<String> {
        match &self.0.responder {
            ResponderId::Name(name) => Some(name.printed()),
            ResponderId::Key(_) => {
                let first = self.0.certificates.first();
                first.map(|certificate| certificate.subject().printed())
            }
        }
    }

    /// Whether `issuer`, or a responder of its making, signed this.
    pub fn check(&self, issuer: &Certificate) -> Result<(), OcspError> {
        signed_by_responder(&self.0, issuer)
    }
}

impl std::fmt::Debug for Unchecked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Unchecked")
            .field("produced_at", &self.0.produced_at)
            .field("answers", &self.0.singles.len())
            .finish_non_exhaustive()
    }
}

//! Is a certificate revoked? The question as a trait, and the answer from revocation lists.
//!
//! The verifier asks [`Revocation::ask`] for every certificate under an anchor. [`Crls`] answers
//! from lists that the caller fetched and that were checked when they were opened; another source
//! (OCSP) is another implementation. "Not known" is an answer of its own and never means "good" (G1).
//! An answer carries what it rests on.

mod answers;
mod kept;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::certificate::Certificate;
use crate::crl::{Crl, Scope};
use crate::evidence::Evidence;

pub use answers::{OCSP_AGE_MAX, Ocsps, Sources};
pub use kept::Kept;

/// What is known about one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The source answers for it, and it was not revoked at that time.
    Good,
    /// Revoked since then.
    Revoked { since: Timestamp },
    /// The source cannot say.
    Unknown(Lack),
}

/// Why something cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lack {
    /// There is no answer and no list of this issuer.
    Missing,
    /// There is one, and it is too old.
    Stale,
    /// There is a list, and it does not cover certificates of this kind.
    NotCovered,
    /// The authority's own responder does not know the certificate.
    NotKnown,
    /// What there is was made after the certificate expired, when authorities forget (RFC 5280, 3.3).
    AfterExpiry,
    /// The certificate of the issuer is not at hand, where no trust was asked about.
    IssuerMissing,
    /// What it needs is wrong or not there, so it was not looked at. Never the only thing in a report.
    NotExamined,
    /// The verifier or a source of answers failed inside.
    Failed,
}

/// What a source says about one certificate, and why one should believe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: Status,
    /// What it rests on; empty when the source has nothing.
    pub evidence: Vec<Evidence>,
}

/// A source of revocation.
pub trait Revocation: Send + Sync {
    /// What is known about `certificate`, issued by `issuer`, at the instant `at`.
    fn ask(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) -> Answer;
}

/// How old a list may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// How long a list is still used after its `nextUpdate`.
    pub grace: SignedDuration,
    /// How old a list may be since its `thisUpdate`, even if its own `nextUpdate` is later. None: its
    /// own word is enough. A list without `nextUpdate` is stale when this is none.
    pub age_max: Option<SignedDuration>,
}

/// The lists at hand, one for each issuer: name and key together, since two authorities of different
/// years have the same name (kz.md 1.1).
#[derive(Debug, Clone, Default)]
pub struct Crls {
    freshness: Freshness,
    lists: HashMap<[u8; 32], Arc<Crl>>,
}

// === impl Freshness ===

impl Default for Freshness {
    fn default() -> Self {
        Self {
            grace: SignedDuration::ZERO,
            age_max: None,
        }
    }
}

impl Freshness {
    /// Whether the list may answer for the instant `at`.
    pub fn accepts(&self, list: &Crl, at: Timestamp) -> bool {
        let young = self
            .age_max
            .is_none_or(|age_max| at.duration_since(list.this_update()) <= age_max);
        let current = match list.next_update() {
            Some(next) => at.duration_since(next) <= self.grace,
            None => self.age_max.is_some(),
        };
        young && current
    }
}

// === impl Crls ===

impl Crls {
    /// An empty set with this policy.
    pub fn new(freshness: Freshness) -> Self {
        Self {
            freshness,
            lists: HashMap::new(),
        }
    }

    /// Puts a list in, in place of the issuer's earlier one. The newer of both stays.
    pub fn insert(&mut self, list: Arc<Crl>) {
        match self.lists.get(list.authority()) {
            Some(earlier) if earlier.this_update() > list.this_update() => {}
            _ => {
                self.lists.insert(*list.authority(), list);
            }
        }
    }

    /// The list of an issuer.
    pub fn of(&self, issuer: &Certificate) -> Option<&Arc<Crl>> {
        self.lists.get(&issuer.authority())
    }

    fn on(&self, list: &Crl, certificate: &Certificate, at: Timestamp) -> Status {
        if let Some(since) = list.revoked_since(certificate.serial())
            && since <= at
        {
            // True of an old list as well: what is on it does not come off.
            return Status::Revoked { since };
        }
        let covered = match list.scope() {
            Scope::All => true,
            Scope::Users => !certificate.extensions().is_authority,
            Scope::Authorities => certificate.extensions().is_authority,
        };
        if !covered {
            Status::Unknown(Lack::NotCovered)
        } else if !self.freshness.accepts(list, at) {
            Status::Unknown(Lack::Stale)
        } else if list.this_update() > certificate.not_after() {
            Status::Unknown(Lack::AfterExpiry)
        } else {
            Status::Good
        }
    }
}

impl Revocation for Crls {
    fn ask(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) -> Answer {
        match self.lists.get(&issuer.authority()) {
            None => Lack::Missing.into(),
            Some(list) => Answer {
                status: self.on(list, certificate, at),
                evidence: list.evidence(),
            },
        }
    }
}

// === impl Lack ===

impl Lack {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "revocation-missing",
            Self::Stale => "revocation-stale",
            Self::NotCovered => "revocation-not-covered",
            Self::NotKnown => "certificate-not-known",
            Self::AfterExpiry => "revocation-after-expiry",
            Self::IssuerMissing => "issuer-missing",
            Self::NotExamined => "not-examined",
            Self::Failed => "failed",
        }
    }
}

impl From<Lack> for Answer {
    fn from(lack: Lack) -> Self {
        Self {
            status: Status::Unknown(lack),
            evidence: Vec::new(),
        }
    }
}

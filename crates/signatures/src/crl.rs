//! Revocation lists (RFC 5280, 5): DER in, a checked list out.
//!
//! [`parse`] reads, [`Unchecked::check`] holds the list against its issuer's key, and only a checked [`Crl`]
//! can answer. An indirect list or one for some reasons only says too little and is refused. A [`Delta`] says
//! what changed since a list; it never answers alone, it brings that list up to date ([`Crl::with_delta`]).
//! A list of a million entries takes 40 bytes for each, besides its own bytes, which are the evidence.

mod read;

use std::ops::Range;
use std::sync::Arc;

use aws_lc_rs::digest;
use jiff::Timestamp;

use crate::algorithm::{ALGORITHMS, find};
use crate::ber::Malformed;
use crate::certificate::{AlgorithmId, Certificate, SERIAL_OCTETS_MAX};
use crate::evidence::Evidence;
use crate::extensions::usage;
use crate::name::Name;

pub use read::parse;

/// Bytes of one list, at most.
pub const CRL_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Which certificates of its issuer a list covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    All,
    Users,
    Authorities,
}

/// Why a list is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrlError {
    #[error("the list cannot be read: {0}")]
    Malformed(#[from] Malformed),
    #[error("the list is of another issuer")]
    OtherIssuer,
    #[error("the issuer may not sign lists")]
    NotAllowed,
    #[error("the list is signed with an algorithm that is not accepted")]
    Algorithm,
    #[error("the signature of the list is wrong")]
    Signature,
    #[error("the list is partial or has a critical extension that is not known: {0}")]
    Partial(String),
    #[error("the list says no changes to another one")]
    NotADelta,
    #[error("the changes are not to this list")]
    OtherBase,
    #[error("the changes are older than the list")]
    DeltaOlder,
}

/// Why a certificate is on a list, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// For good.
    Revoked,
    /// Suspended (certificateHold).
    OnHold,
    /// Taken off a list (removeFromCRL), in a delta only.
    Removed,
}

/// One certificate on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// Right-aligned.
    serial: [u8; SERIAL_OCTETS_MAX],
    since: Timestamp,
    why: Why,
}

/// A list that was read and not yet held against its issuer.
#[derive(Debug)]
pub struct Unchecked {
    list: Crl,
    /// Number of the list that a delta changes, big-endian.
    base: Option<Vec<u8>>,
    issuer: Name,
    issuer_key_id: Option<Vec<u8>>,
    obstacle: Option<String>,
    signed: Range<usize>,
    algorithm: AlgorithmId,
    signature: Vec<u8>,
}

/// A list whose signature was checked.
#[derive(Clone)]
pub struct Crl {
    authority: [u8; 32],
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    number: Option<Vec<u8>>,
    scope: Scope,
    /// In order of serial number.
    entries: Vec<Entry>,
    /// The list as it came, and the changes that brought it up to date.
    evidence: Evidence,
    delta: Option<Evidence>,
}

/// What changed since a list; its signature was checked.
#[derive(Debug, Clone)]
pub struct Delta {
    changes: Crl,
    base: Vec<u8>,
}

fn aligned(serial: &[u8]) -> Option<[u8; SERIAL_OCTETS_MAX]> {
    let mut octets = [0; SERIAL_OCTETS_MAX];
    let start = SERIAL_OCTETS_MAX.checked_sub(serial.len())?;
    octets.get_mut(start..)?.copy_from_slice(serial);
    Some(octets)
}

// === impl Unchecked ===

impl Unchecked {
    /// Whose list it says it is, for people.
    pub fn issuer(&self) -> String {
        self.issuer.printed()
    }

    /// Whether it only says what changed since another one.
    pub fn is_delta(&self) -> bool {
        self.base.is_some()
    }

    /// When it says it was made.
    pub fn this_update(&self) -> Timestamp {
        self.list.this_update
    }

    /// When it says the next one will be there.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.list.next_update
    }

    /// How many certificates are on it.
    pub fn revoked(&self) -> usize {
        self.list.entries.len()
    }

    /// Holds a whole list against the authority that should have issued it.
    pub fn check(self, issuer: &Certificate) -> Result<Crl, CrlError> {
        let is_delta = self.base.is_some();
        let mut list = self.checked(issuer)?;
        if is_delta {
            return Err(CrlError::Partial("delta".to_owned()));
        }
        // What was removed from a whole list is not on it (RFC 5280, 5.3.1).
        list.entries.retain(|entry| entry.why != Why::Removed);
        Ok(list)
    }

    /// The same for a delta list.
    pub fn check_delta(mut self, issuer: &Certificate) -> Result<Delta, CrlError> {
        let base = self.base.take().ok_or(CrlError::NotADelta)?;
        Ok(Delta {
            changes: self.checked(issuer)?,
            base,
        })
    }

    fn checked(self, issuer: &Certificate) -> Result<Crl, CrlError> {
        let key_id = &issuer.extensions().subject_key_id;
        let other_key =
            self.issuer_key_id.is_some() && key_id.is_some() && self.issuer_key_id != *key_id;
        if self.issuer != *issuer.subject() || other_key {
            return Err(CrlError::OtherIssuer);
        }
        if !issuer.extensions().allows(usage::CRL_SIGN) {
            return Err(CrlError::NotAllowed);
        }
        if let Some(obstacle) = self.obstacle {
            return Err(CrlError::Partial(obstacle));
        }
        let signed = self.list.evidence.der.get(self.signed).unwrap_or_default();
        find(ALGORITHMS, &self.algorithm)
            .ok_or(CrlError::Algorithm)?
            .verify(issuer.key(), &self.algorithm, signed, &self.signature)
            .map_err(|_| CrlError::Signature)?;
        Ok(Crl {
            authority: issuer.authority(),
            ..self.list
        })
    }
}

// === impl Crl ===

impl Crl {
    /// Reads a list and holds it against its issuer.
    pub fn open(bytes: &[u8], issuer: &Certificate) -> Result<Self, CrlError> {
        parse(bytes)?.check(issuer)
    }

    /// This list brought up to date by the changes since it (RFC 5280, 5.2.4): as fresh as they are.
    ///
    /// The changes must be of the same issuer and scope, to this list or an earlier one, and not older than
    /// it. Their own number is not compared: the national authority's is lower than that of the list they
    /// change (kz.md 1.6). "Removed" takes off only what was on hold; anything else stays revoked, since a
    /// certificate is also removed when it expires, and was revoked all the same.
    pub fn with_delta(&self, delta: &Delta) -> Result<Self, CrlError> {
        let changes = &delta.changes;
        let reaches = |number: &Vec<u8>| {
            (number.len(), number.as_slice()) >= (delta.base.len(), delta.base.as_slice())
        };
        if self.authority != changes.authority
            || self.scope != changes.scope
            || !self.number.as_ref().is_some_and(reaches)
        {
            return Err(CrlError::OtherBase);
        }
        if changes.this_update < self.this_update {
            return Err(CrlError::DeltaOlder);
        }
        let mut entries = Vec::with_capacity(self.entries.len() + changes.entries.len());
        let stays = |entry: &&Entry| changes.find(&entry.serial).is_none();
        entries.extend(self.entries.iter().filter(stays));
        entries.extend(
            changes
                .entries
                .iter()
                .filter_map(|change| self.after(change)),
        );
        entries.sort_unstable();
        Ok(Self {
            entries,
            this_update: changes.this_update,
            next_update: changes.next_update,
            authority: self.authority,
            number: self.number.clone(),
            scope: self.scope,
            evidence: self.evidence.clone(),
            delta: Some(changes.evidence.clone()),
        })
    }

    /// What an entry becomes by a change: revoked from the earlier of both instants.
    fn after(&self, change: &Entry) -> Option<Entry> {
        match (self.find(&change.serial), change.why) {
            (Some(entry), Why::Removed) if entry.why != Why::OnHold => Some(*entry),
            (_, Why::Removed) => None,
            (Some(entry), _) => Some(Entry {
                since: entry.since.min(change.since),
                ..*change
            }),
            (None, _) => Some(*change),
        }
    }

    /// The issuer, see [`Certificate::authority`].
    pub fn authority(&self) -> &[u8; 32] {
        &self.authority
    }

    /// When the list, or the last changes to it, were made.
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When the next one will be there at the latest.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// Which certificates it covers.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// How many certificates are on it.
    pub fn revoked(&self) -> usize {
        self.entries.len()
    }

    /// When the certificate with this serial number was revoked or suspended, if it was.
    pub fn revoked_since(&self, serial: &[u8]) -> Option<Timestamp> {
        self.find(&aligned(serial)?).map(|entry| entry.since)
    }

    /// The DER of the list: the evidence.
    pub fn der(&self) -> &Arc<[u8]> {
        &self.evidence.der
    }

    /// The DER of the changes that brought it up to date, if any did.
    pub fn delta(&self) -> Option<&Arc<[u8]>> {
        self.delta.as_ref().map(|delta| &delta.der)
    }

    /// The list and its changes, as what an answer from it rests on.
    pub fn evidence(&self) -> Vec<Evidence> {
        std::iter::once(&self.evidence)
            .chain(&self.delta)
            .cloned()
            .collect()
    }

    fn find(&self, serial: &[u8; SERIAL_OCTETS_MAX]) -> Option<&Entry> {
        let at = self.entries.partition_point(|entry| entry.serial < *serial);
        self.entries.get(at).filter(|entry| entry.serial == *serial)
    }
}

impl std::fmt::Debug for Crl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Crl")
            .field("this_update", &self.this_update)
            .field("next_update", &self.next_update)
            .field("revoked", &self.entries.len())
            .finish_non_exhaustive()
    }
}

// === impl Delta ===

impl Delta {
    /// Reads a delta list and holds it against its issuer.
    pub fn open(bytes: &[u8], issuer: &Certificate) -> Result<Self, CrlError> {
        parse(bytes)?.check_delta(issuer)
    }

    /// When the changes were told.
    pub fn this_update(&self) -> Timestamp {
        self.changes.this_update
    }

    /// When the next ones will be there at the latest.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.changes.next_update
    }

    /// The DER of the list of changes: the evidence.
    pub fn der(&self) -> &Arc<[u8]> {
        &self.changes.evidence.der
    }
}

impl Certificate {
    /// SHA-256 over name and key: what makes two certificates the same authority.
    pub fn authority(&self) -> [u8; 32] {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(self.subject().der());
        context.update(&self.key().algorithm.oid);
        context.update(&self.key().algorithm.parameters);
        context.update(&self.key().key);
        let mut authority = [0; 32];
        authority.copy_from_slice(context.finish().as_ref());
        authority
    }
}

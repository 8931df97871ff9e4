//! Revocation lists (RFC 5280, 5): DER in, a checked list out.
//!
//! [`parse`] reads, [`Unchecked::check`] holds the list against its issuer's key, and only a checked
//! [`Crl`] can answer. Full lists only: a delta list, an indirect one or one for some reasons only says
//! too little and is refused. A list of a million entries takes 40 bytes for each.

use aws_lc_rs::digest;
use jiff::Timestamp;

use crate::algorithm::{ALGORITHMS, find};
use crate::ber::{self, Element, Malformed, tag};
use crate::certificate::{AlgorithmId, Certificate, SERIAL_OCTETS_MAX, pem_blocks};
use crate::extensions::{authority_key_id, for_each_extension, usage};
use crate::name::Name;
use crate::{oid, time};

/// Bytes of one list, at most.
pub const CRL_BYTES_MAX: usize = 128 * 1024 * 1024;

/// The reason "taken off the list" (RFC 5280, 5.3.1).
const REMOVED: u8 = 8;

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
}

/// One revoked certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// Right-aligned.
    serial: [u8; SERIAL_OCTETS_MAX],
    since: Timestamp,
}

/// A list that was read and not yet held against its issuer.
#[derive(Debug)]
pub struct Unchecked {
    list: Crl,
    issuer: Name,
    issuer_key_id: Option<Vec<u8>>,
    obstacle: Option<String>,
    signed: Vec<u8>,
    algorithm: AlgorithmId,
    signature: Vec<u8>,
}

/// A list whose signature was checked.
#[derive(Clone)]
pub struct Crl {
    authority: [u8; 32],
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    scope: Scope,
    /// In order of serial number.
    entries: Vec<Entry>,
}

/// Reads a list from DER or, where a person supplies the file, PEM.
pub fn parse(bytes: &[u8]) -> Result<Unchecked, Malformed> {
    if bytes.len() > CRL_BYTES_MAX {
        return Err(Malformed::TooLarge("revocation list"));
    }
    if bytes.starts_with(b"-----") {
        let block = pem_blocks(bytes, "X509 CRL")?.swap_remove(0);
        return parse_der(&block);
    }
    parse_der(bytes)
}

fn parse_der(bytes: &[u8]) -> Result<Unchecked, Malformed> {
    let mut outer = ber::der(bytes)?.must_be(tag::SEQUENCE)?.inside()?;
    let signed = outer.expect(tag::SEQUENCE)?;
    let algorithm = AlgorithmId::read(&outer.next()?)?;
    let signature = outer.next()?.bit_octets()?.to_vec();
    outer.finish()?;

    let mut fields = signed.inside()?;
    fields.optional(tag::INTEGER)?;
    if AlgorithmId::read(&fields.next()?)? != algorithm {
        return Err(Malformed::BadValue("two different signature algorithms"));
    }
    let issuer = Name::read(&fields.next()?)?;
    let this_update = time::read(&fields.next()?)?;
    let next_update = match fields.peek() {
        Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(time::read(&fields.next()?)?),
        _ => None,
    };
    let mut found = Extras::default();
    let mut entries = match fields.optional(tag::SEQUENCE)? {
        Some(list) => read_entries(&list, &mut found)?,
        None => Vec::new(),
    };
    entries.sort_unstable();
    if let Some(wrapper) = fields.optional(tag::context_constructed(0))? {
        for_each_extension(&wrapper.only_child()?, |kind, critical, value| {
            found.take(kind, critical, value)
        })?;
    }
    fields.finish()?;
    Ok(Unchecked {
        list: Crl {
            authority: [0; 32],
            this_update,
            next_update,
            scope: found.scope(),
            entries,
        },
        issuer,
        issuer_key_id: found.issuer_key_id,
        obstacle: found.obstacle,
        signed: signed.whole.to_vec(),
        algorithm,
        signature,
    })
}

fn read_entries(list: &Element<'_>, found: &mut Extras) -> Result<Vec<Entry>, Malformed> {
    let mut entries = Vec::new();
    let mut reader = list.inside()?;
    while !reader.is_empty() {
        let mut fields = reader.expect(tag::SEQUENCE)?.inside()?;
        let serial = aligned(fields.next()?.integer()?).ok_or(Malformed::BadValue(
            "serial number of a revoked certificate",
        ))?;
        let since = time::read(&fields.next()?)?;
        let mut removed = false;
        if let Some(extensions) = fields.optional(tag::SEQUENCE)? {
            for_each_extension(&extensions, |kind, critical, value| {
                if kind == oid::CRL_REASON {
                    removed = ber::der(value)?.must_be(tag::ENUMERATED)?.content == [REMOVED];
                } else if critical {
                    // Among them certificateIssuer, which makes a list indirect.
                    found.obstacle = Some(oid::dotted(kind));
                }
                Ok(())
            })?;
        }
        fields.finish()?;
        if !removed {
            entries.push(Entry { serial, since });
        }
    }
    Ok(entries)
}

fn aligned(serial: &[u8]) -> Option<[u8; SERIAL_OCTETS_MAX]> {
    let mut octets = [0; SERIAL_OCTETS_MAX];
    let start = SERIAL_OCTETS_MAX.checked_sub(serial.len())?;
    octets.get_mut(start..)?.copy_from_slice(serial);
    Some(octets)
}

/// What the extensions of a list say.
#[derive(Default)]
struct Extras {
    issuer_key_id: Option<Vec<u8>>,
    users_only: bool,
    authorities_only: bool,
    obstacle: Option<String>,
}

impl Extras {
    fn take(&mut self, kind: &[u8], critical: bool, value: &[u8]) -> Result<(), Malformed> {
        match kind {
            oid::AUTHORITY_KEY_ID => self.issuer_key_id = authority_key_id(value)?,
            // Numbers are not compared: the authority's delta list has a lower one (kz.md 1.6).
            oid::CRL_NUMBER => {}
            oid::DELTA_CRL => self.obstacle = Some("delta".to_owned()),
            oid::ISSUING_POINT => self.issuing_point(value)?,
            _ if critical => self.obstacle = Some(oid::dotted(kind)),
            _ => {}
        }
        Ok(())
    }

    fn issuing_point(&mut self, value: &[u8]) -> Result<(), Malformed> {
        let mut fields = ber::der(value)?.must_be(tag::SEQUENCE)?.inside()?;
        while !fields.is_empty() {
            let field = fields.next()?;
            let set = field.content != [0];
            match field.tag & 0x1f {
                0 => {}
                1 => self.users_only = set,
                2 => self.authorities_only = set,
                _ if set => self.obstacle = Some("issuing distribution point".to_owned()),
                _ => {}
            }
        }
        if self.users_only && self.authorities_only {
            return Err(Malformed::BadValue("issuing distribution point"));
        }
        Ok(())
    }

    fn scope(&self) -> Scope {
        match (self.users_only, self.authorities_only) {
            (true, _) => Scope::Users,
            (_, true) => Scope::Authorities,
            _ => Scope::All,
        }
    }
}

// === impl Unchecked ===

impl Unchecked {
    /// Holds the list against the authority that should have issued it.
    pub fn check(self, issuer: &Certificate) -> Result<Crl, CrlError> {
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
        let algorithm = find(ALGORITHMS, &self.algorithm).ok_or(CrlError::Algorithm)?;
        algorithm
            .verify(issuer.key(), &self.algorithm, &self.signed, &self.signature)
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

    /// The issuer, see [`Certificate::authority`].
    pub fn authority(&self) -> &[u8; 32] {
        &self.authority
    }

    /// When the list was made.
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

    /// When the certificate with this serial number was revoked, if it was.
    pub fn revoked_since(&self, serial: &[u8]) -> Option<Timestamp> {
        let serial = aligned(serial)?;
        let at = self.entries.partition_point(|entry| entry.serial < serial);
        self.entries
            .get(at)
            .filter(|entry| entry.serial == serial)
            .map(|entry| entry.since)
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

//! X.509 certificates (RFC 5280), as far as a signature needs them: DER in, [`Certificate`] out.
//!
//! Everything is read once and kept; the signature is not checked here (`chain` does) and nothing is
//! believed. Key identifiers are opaque bytes: the national authority does not derive them from the
//! key (kz.md 1.1). PEM is accepted where a person supplies the file, see [`Certificate::all_in_file`].

use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine as _;
use jiff::Timestamp;

use crate::algorithm::gost;
use crate::ber::{self, Element, Malformed, Reader, tag};
use crate::extensions::Extensions;
use crate::name::{Name, Subject};
use crate::role::Role;
use crate::{oid, time};

/// Bytes of one certificate, at most. Real ones have one to three thousand.
pub const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;

/// Octets of a serial number, at most (RFC 5280, 4.1.2.2).
pub(crate) const SERIAL_OCTETS_MAX: usize = 20;

/// An algorithm and its parameters, as encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmId {
    /// Content octets of the identifier.
    pub oid: Vec<u8>,
    /// The DER of the parameters; empty when absent.
    pub parameters: Vec<u8>,
}

/// A public key, as encoded.
#[derive(Debug, Clone)]
pub struct PublicKey {
    pub algorithm: AlgorithmId,
    /// The octets of the BIT STRING.
    pub key: Vec<u8>,
    /// What was worked out of them, for the next time.
    pub(crate) memory: Arc<gost::Memory>,
}

/// A certificate that was read, and of which nothing was checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Vec<u8>,
    serial: Vec<u8>,
    issuer: Name,
    subject: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    key: PublicKey,
    extensions: Extensions,
    signature_algorithm: AlgorithmId,
    signature: Vec<u8>,
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm && self.key == other.key
    }
}

impl Eq for PublicKey {}

// === impl AlgorithmId ===

impl AlgorithmId {
    pub(crate) fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut reader = element.must_be(tag::SEQUENCE)?.inside()?;
        let oid = reader.next()?.oid()?.to_vec();
        let parameters = if reader.is_empty() {
            Vec::new()
        } else {
            crate::encode::canonical(&reader.next()?)?
        };
        reader.finish()?;
        Ok(Self { oid, parameters })
    }

    /// Whether the parameters are absent or NULL.
    pub fn is_plain(&self) -> bool {
        self.parameters.is_empty() || self.parameters == [tag::NULL, 0]
    }
}

// === impl Certificate ===

impl Certificate {
    /// Reads one certificate from its DER bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > CERTIFICATE_BYTES_MAX {
            return Err(Malformed::TooLarge("certificate"));
        }
        let mut outer = ber::der(bytes)?.must_be(tag::SEQUENCE)?.inside()?;
        let signed = outer.expect(tag::SEQUENCE)?;
        let signature_algorithm = AlgorithmId::read(&outer.next()?)?;
        let signature = outer.next()?.bit_octets()?.to_vec();
        outer.finish()?;

        let mut fields = signed.inside()?;
        let version = match fields.optional(tag::context_constructed(0))? {
            Some(version) => version.only_child()?.small()?,
            None => 0,
        };
        if version > 2 {
            return Err(Malformed::BadValue("certificate version"));
        }
        let serial = fields.next()?.integer()?.to_vec();
        if serial.len() > SERIAL_OCTETS_MAX {
            return Err(Malformed::BadValue("serial number"));
        }
        if AlgorithmId::read(&fields.next()?)? != signature_algorithm {
            return Err(Malformed::BadValue("two different signature algorithms"));
        }
        let issuer = Name::read(&fields.next()?)?;
        let mut validity = fields.expect(tag::SEQUENCE)?.inside()?;
        let not_before = time::read(&validity.next()?)?;
        let not_after = time::read(&validity.next()?)?;
        validity.finish()?;
        let subject = Name::read(&fields.next()?)?;
        let key = read_key(&fields.next()?)?;
        fields.optional(tag::context(1))?;
        fields.optional(tag::context(2))?;
        let extensions = read_extensions(&mut fields)?;
        fields.finish()?;
        Ok(Self {
            der: bytes.to_vec(),
            signed: signed.whole.to_vec(),
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            key,
            extensions,
            signature_algorithm,
            signature,
        })
    }

    /// All certificates of a file that a person put there: one DER certificate, or PEM with any number.
    pub fn all_in_file(bytes: &[u8]) -> Result<Vec<Self>, Malformed> {
        if bytes.first() == Some(&tag::SEQUENCE) {
            return Ok(vec![Self::parse(bytes)?]);
        }
        pem_blocks(bytes, "CERTIFICATE")?
            .iter()
            .map(|block| Self::parse(block))
            .collect()
    }

    /// The certificate as it came.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The bytes that the issuer signed.
    pub(crate) fn signed(&self) -> &[u8] {
        &self.signed
    }

    /// Serial number, big-endian, without leading zeros.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// First instant at which the certificate may be used.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Last instant at which the certificate may be used.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    pub(crate) fn signature_algorithm(&self) -> &AlgorithmId {
        &self.signature_algorithm
    }

    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Whether `at` lies inside the validity period, both ends included.
    pub fn is_in_time(&self, at: Timestamp) -> bool {
        self.not_before <= at && at <= self.not_after
    }

    /// What the certificate says about its owner.
    pub fn owner(&self) -> Subject {
        self.subject
            .subject(self.extensions.emails.first().map(String::as_str))
    }

    /// The roles of the owner, from the purposes (kz.md 1.4), in the order they stand.
    pub fn roles(&self) -> Vec<Role> {
        self.extensions
            .purposes
            .iter()
            .flatten()
            .filter(|purpose| purpose.starts_with(oid::KZ_ROLES))
            .map(|purpose| Role::of(purpose))
            .collect()
    }

    /// SHA-256 of the DER bytes: the short name of a certificate.
    pub fn sha256(&self) -> [u8; 32] {
        let mut short = [0; 32];
        short.copy_from_slice(digest::digest(&digest::SHA256, &self.der).as_ref());
        short
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

fn read_key(element: &Element<'_>) -> Result<PublicKey, Malformed> {
    let mut fields = element.must_be(tag::SEQUENCE)?.inside()?;
    let algorithm = AlgorithmId::read(&fields.next()?)?;
    let key = fields.next()?.bit_octets()?.to_vec();
    fields.finish()?;
    Ok(PublicKey {
        algorithm,
        key,
        memory: Arc::default(),
    })
}

fn read_extensions(fields: &mut Reader<'_>) -> Result<Extensions, Malformed> {
    match fields.optional(tag::context_constructed(3))? {
        Some(wrapper) => Extensions::read(&wrapper.only_child()?),
        None => Ok(Extensions::default()),
    }
}

/// The decoded blocks of one kind in a PEM file (RFC 7468); what stands between blocks is read over.
pub(crate) fn pem_blocks(bytes: &[u8], kind: &str) -> Result<Vec<Vec<u8>>, Malformed> {
    const BAD: Malformed = Malformed::BadValue("PEM");
    let text = std::str::from_utf8(bytes).map_err(|_| BAD)?;
    let (begin, end) = (
        format!("-----BEGIN {kind}-----"),
        format!("-----END {kind}-----"),
    );
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(&begin) {
        let (body, after) = after.split_once(&end).ok_or(BAD)?;
        let compact: String = body.split_whitespace().collect();
        blocks.push(
            base64::engine::general_purpose::STANDARD
                .decode(compact)
                .map_err(|_| BAD)?,
        );
        rest = after;
    }
    if blocks.is_empty() {
        Err(BAD)
    } else {
        Ok(blocks)
    }
}

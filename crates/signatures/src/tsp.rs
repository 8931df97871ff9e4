//! Timestamps (RFC 3161): the question for one, and bytes in, a checked token out.
//!
//! A token is a CMS with one signer over "these bytes existed at that time". [`Token::open`] gives one only
//! when its signature holds, its signer is a time-stamping authority and nothing else, a way leads from there
//! to an anchor as of the token's own time, and the imprint is that of the bytes it shall be about. Whether
//! the authority's certificate was revoked then is the caller's question, see [`Token::way`].

use jiff::Timestamp;

use crate::algorithm::{ALGORITHMS, Digest, digest};
use crate::ber::{self, Element, Malformed, tag};
use crate::certificate::{AlgorithmId, Certificate};
use crate::chain::{Budget, Ground, Trust, climb, in_time};
use crate::encode::{self, element, integer, sequence};
use crate::extensions::for_each_extension;
use crate::format::{Claim, Rules};
use crate::policy::Policy;
use crate::verdict::{Finding, Reason};
use crate::{cms, oid, time};

/// Bytes of one token or answer, at most.
pub const TOKEN_BYTES_MAX: usize = 256 * 1024;

/// Octets of a token's serial number, at most (RFC 3161, 2.4.2).
const SERIAL_OCTETS_MAX: usize = 20;

/// Why a token is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TspError {
    #[error("the token cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// The number of PKIStatus (RFC 3161, 2.4.2).
    #[error("the authority gave no token, status {0}")]
    NotGranted(u32),
    /// Envelope, signature or the authority's way to an anchor.
    #[error("the token does not hold: {0}")]
    Wrong(Reason),
    #[error("the certificate is not one for timestamps alone")]
    NotForStamping,
    #[error("the imprint is of a digest that is not accepted")]
    Digest,
    #[error("the token is about other bytes")]
    OtherBytes,
    #[error("the token has a critical extension that is not known: {0}")]
    CriticalExtension(String),
}

/// A token that was read, and of which nothing was checked yet.
#[derive(Debug)]
pub struct Unchecked {
    info: Info,
    claim: Claim,
    certificates: Vec<Certificate>,
    der: Vec<u8>,
}

/// A token that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    info: Info,
    way: Vec<Certificate>,
    der: Vec<u8>,
}

/// What a token says (TSTInfo).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Info {
    policy: Vec<u8>,
    digest: AlgorithmId,
    imprint: Vec<u8>,
    serial: Vec<u8>,
    at: Timestamp,
    nonce: Option<Vec<u8>>,
    unknown_critical: Option<String>,
}

/// The question for a token over `stamped` (RFC 3161, 2.4.1). `policy` is the content octets of an
/// identifier, for example that of "GOST 2015" (kz.md 1.5), which wants Streebog; `nonce` a number,
/// big-endian, that the token must repeat. The authority's certificate is asked for.
pub fn request(
    digest: &Digest,
    stamped: &[u8],
    policy: Option<&[u8]>,
    nonce: Option<&[u8]>,
) -> Vec<u8> {
    let mut fields = vec![integer(&[1]), imprint(digest, &(digest.compute)(stamped))];
    fields.extend(policy.map(encode::oid));
    fields.extend(nonce.map(integer));
    fields.push(element(tag::BOOLEAN, &[0xff]));
    sequence(&fields)
}

/// MessageImprint.
pub(crate) fn imprint(digest: &Digest, hash: &[u8]) -> Vec<u8> {
    sequence(&[
        sequence(&[encode::oid(digest.oid), element(tag::NULL, &[])]),
        element(tag::OCTET_STRING, hash),
    ])
}

/// The token in an authority's answer (TimeStampResp). Nothing of it was checked.
pub fn granted(answer: &[u8]) -> Result<&[u8], TspError> {
    if answer.len() > TOKEN_BYTES_MAX {
        return Err(Malformed::TooLarge("timestamp").into());
    }
    let mut fields = ber::ber(answer)?.must_be(tag::SEQUENCE)?.inside()?;
    let status = fields.expect(tag::SEQUENCE)?.inside()?.next()?.small()?;
    // Granted, or granted with changes.
    if status > 1 {
        return Err(TspError::NotGranted(status));
    }
    let token = fields.expect(tag::SEQUENCE)?;
    fields.finish()?;
    Ok(token.whole)
}

/// Reads a token, BER or DER.
pub fn parse(bytes: &[u8]) -> Result<Unchecked, TspError> {
    if bytes.len() > TOKEN_BYTES_MAX {
        return Err(Malformed::TooLarge("timestamp").into());
    }
    let policy = Policy {
        signers_max: 1,
        certificates_max: 16,
        ..Policy::default()
    };
    let rules = Rules {
        policy: &policy,
        algorithms: ALGORITHMS,
    };
    let mut opened = cms::open(bytes, None, &rules, oid::TST_INFO)?;
    let info = Info::read(&ber::der(&opened.content)?)?;
    let claim = opened
        .claims
        .pop()
        .ok_or(TspError::Wrong(Reason::NoSigner))?;
    Ok(Unchecked {
        info,
        claim,
        certificates: opened.certificates,
        der: bytes.to_vec(),
    })
}

// === impl Unchecked ===

impl Unchecked {
    /// The instant it states.
    pub fn at(&self) -> Timestamp {
        self.info.at
    }

    /// Content octets of the policy's identifier, see [`oid::dotted`].
    pub fn policy(&self) -> &[u8] {
        &self.info.policy
    }

    /// The certificate of whoever signed it, if it came along.
    pub fn authority(&self) -> Option<&Certificate> {
        self.claim.choose(&self.certificates).map(|(one, _)| one)
    }

    /// Whether the key of that certificate signed it.
    pub fn signed(&self) -> Result<(), Reason> {
        let authority = self.authority().ok_or(Reason::CertificateMissing)?;
        self.claim.verify(authority)
    }

    /// Holds the token against the anchors. What it is about is not looked at, see [`Token::covers`].
    pub fn check(self, trust: &Trust) -> Result<Token, TspError> {
        let ground = Ground {
            trust,
            algorithms: ALGORITHMS,
            authorities_max: Policy::default().authorities_max,
            links: None,
        };
        self.check_within(ground, &mut Budget::of(1))
    }

    /// The same on the ground of a verifier, with what is left of a document's budget for finding ways.
    pub(crate) fn check_within(
        self,
        ground: Ground<'_>,
        budget: &mut Budget,
    ) -> Result<Token, TspError> {
        self.signed()?;
        let along = &self.certificates;
        let authority = self.authority().ok_or(Reason::CertificateMissing)?;
        if let Some(unknown) = self.info.unknown_critical {
            return Err(TspError::CriticalExtension(unknown));
        }
        may_stamp(authority)?;
        in_time(authority, self.info.at)?;
        let way = climb(authority, along, ground, self.info.at, budget)?;
        Ok(Token {
            way: way.into_iter().cloned().collect(),
            info: self.info,
            der: self.der,
        })
    }
}

/// One purpose, timestamps, and critical (RFC 3161, 2.3).
fn may_stamp(authority: &Certificate) -> Result<(), TspError> {
    let extensions = authority.extensions();
    if !extensions.unknown_critical.is_empty() {
        return Err(TspError::Wrong(Reason::CriticalExtension));
    }
    let only = match extensions.purposes.as_deref() {
        Some([purpose]) => purpose == oid::TIME_STAMPING,
        _ => false,
    };
    // Its key signs, and key usage says so in either of two ways, or nothing at all (kz.md 1.5).
    let signs = extensions.allows(crate::usage::DIGITAL_SIGNATURE | crate::usage::NON_REPUDIATION);
    if only && extensions.purposes_critical && signs {
        Ok(())
    } else {
        Err(TspError::NotForStamping)
    }
}

// === impl Token ===

impl Token {
    /// Reads a token, holds it against the anchors and against the bytes it shall be about. For a signature
    /// with a timestamp (CAdES-T) those are the octets of the signature value.
    pub fn open(bytes: &[u8], stamped: &[u8], trust: &Trust) -> Result<Self, TspError> {
        let token = parse(bytes)?.check(trust)?;
        token.covers(stamped)?;
        Ok(token)
    }

    /// Whether the token is about these bytes.
    pub fn covers(&self, stamped: &[u8]) -> Result<(), TspError> {
        let digest = digest(&self.info.digest.oid).ok_or(TspError::Digest)?;
        if !self.info.digest.is_plain() {
            return Err(TspError::Digest);
        }
        if (digest.compute)(stamped) == self.info.imprint {
            Ok(())
        } else {
            Err(TspError::OtherBytes)
        }
    }

    /// When the bytes existed, whole seconds.
    pub fn at(&self) -> Timestamp {
        self.info.at
    }

    /// Content octets of the policy's identifier, see [`oid::dotted`].
    pub fn policy(&self) -> &[u8] {
        &self.info.policy
    }

    /// The token's serial number, big-endian.
    pub fn serial(&self) -> &[u8] {
        &self.info.serial
    }

    /// The nonce of the question. Whoever sent one must compare; both without leading zeros.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.info.nonce.as_deref()
    }

    /// The authority's certificate, those between, and the anchor.
    pub fn way(&self) -> &[Certificate] {
        &self.way
    }

    /// The token as it came: the evidence.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

// === impl Info ===

impl Info {
    fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut fields = element.must_be(tag::SEQUENCE)?.inside()?;
        if fields.next()?.small()? != 1 {
            return Err(Malformed::BadValue("version of a token"));
        }
        let policy = fields.next()?.oid()?.to_vec();
        let mut imprint = fields.expect(tag::SEQUENCE)?.inside()?;
        let digest = AlgorithmId::read(&imprint.next()?)?;
        let hash = imprint.expect(tag::OCTET_STRING)?.content.to_vec();
        imprint.finish()?;
        let serial = fields.next()?.integer()?.to_vec();
        if serial.len() > SERIAL_OCTETS_MAX {
            return Err(Malformed::BadValue("serial number"));
        }
        let at = time::read_generalized(&fields.next()?)?;
        // Accuracy, ordering and the authority's name decide nothing here.
        fields.optional(tag::SEQUENCE)?;
        fields.optional(tag::BOOLEAN)?;
        let nonce = match fields.optional(tag::INTEGER)? {
            Some(nonce) => Some(nonce.integer()?.to_vec()),
            None => None,
        };
        fields.optional(tag::context_constructed(0))?;
        let mut unknown_critical = None;
        if let Some(list) = fields.optional(tag::context_constructed(1))? {
            for_each_extension(&list.retagged(tag::SEQUENCE), |kind, critical, _| {
                if critical {
                    unknown_critical.get_or_insert(oid::dotted(kind));
                }
                Ok(())
            })?;
        }
        fields.finish()?;
        Ok(Self {
            policy,
            digest,
            imprint: hash,
            serial,
            at,
            nonce,
            unknown_critical,
        })
    }
}

impl From<Reason> for TspError {
    fn from(reason: Reason) -> Self {
        Self::Wrong(reason)
    }
}

impl From<Finding> for TspError {
    fn from(finding: Finding) -> Self {
        Self::Wrong(finding.reason)
    }
}

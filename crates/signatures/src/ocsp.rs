//! OCSP (RFC 6960): the question about one certificate, and bytes in, a checked answer out.
//!
//! [`Ocsp::open`] gives an answer only when its signature holds, whoever signed may answer for the issuer,
//! and the answer is about this very certificate. How fresh an answer must be is the caller's question, since
//! the national authority states no `nextUpdate` (kz.md 1.6). No network and no clock.

mod read;
mod unchecked;

use jiff::Timestamp;

use crate::algorithm::{ALGORITHMS, SHA256, find, naming_digest};
use crate::ber::{Malformed, tag};
use crate::certificate::{AlgorithmId, Certificate, PublicKey};
use crate::encode::{self, element, integer, sequence};
use crate::extensions::usage;
use crate::oid;
pub(crate) use read::CertId;
use read::{ResponderId, Response};
pub use unchecked::{Unchecked, parse};

/// Bytes of one response, at most.
pub const RESPONSE_BYTES_MAX: usize = 256 * 1024;

/// What a responder says about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not revoked.
    Good,
    /// Revoked since then, for good or for a while.
    Revoked {
        since: Timestamp,
        /// Suspended: reason certificateHold (RFC 5280, 5.3.1).
        on_hold: bool,
    },
    /// The responder does not know the certificate. The national authority tells it as "revoked,
    /// certificateHold, 1970-01-01" with the mark of extended revocation (RFC 6960, 4.4.8; kz.md 1.6).
    Unknown,
}

/// Why a response is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OcspError {
    #[error("the response cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// The number of OCSPResponseStatus (RFC 6960, 4.2.1).
    #[error("the responder gave no answer, status {0}")]
    NotSuccessful(u32),
    #[error("the response is about another certificate")]
    OtherCertificate,
    #[error("the response speaks of the certificate twice")]
    Ambiguous,
    #[error("the certificate of the responder is not there")]
    ResponderMissing,
    #[error("the responder may not answer for the issuer")]
    NotAuthorised,
    #[error("the certificate of the responder was not valid when it answered")]
    ResponderNotInTime,
    #[error("the response is signed with an algorithm that is not accepted")]
    Algorithm,
    #[error("the signature of the response is wrong")]
    Signature,
    #[error("the response has a critical extension that is not known: {0}")]
    CriticalExtension(String),
}

/// A checked answer about one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ocsp {
    status: Status,
    produced_at: Timestamp,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    nonce: Option<Vec<u8>>,
    der: Vec<u8>,
}

/// The CertID of a certificate by SHA-256 (RFC 6960, 4.1.1), from its issuer and serial number.
pub fn certificate_id(issuer: &Certificate, serial: &[u8]) -> Vec<u8> {
    let hash = |bytes| element(tag::OCTET_STRING, &(SHA256.compute)(bytes));
    sequence(&[
        sequence(&[encode::oid(oid::SHA256), element(tag::NULL, &[])]),
        hash(issuer.subject().der()),
        hash(&issuer.key().key),
        integer(serial),
    ])
}

/// The question about one certificate (RFC 6960, 4.1). A nonce has 1 to 32 octets (RFC 9654, 2.1); the answer
/// to a question with one must repeat it, see [`Ocsp::nonce`].
pub fn request(certificate: &Certificate, issuer: &Certificate, nonce: Option<&[u8]>) -> Vec<u8> {
    let id = certificate_id(issuer, certificate.serial());
    let mut fields = vec![sequence(&[sequence(&[id])])];
    if let Some(nonce) = nonce {
        let list = sequence(&[nonce_extension(nonce)]);
        fields.push(element(tag::context_constructed(2), &list));
    }
    sequence(&[sequence(&fields)])
}

/// The extension that carries a nonce, in a question and in its answer.
pub(crate) fn nonce_extension(nonce: &[u8]) -> Vec<u8> {
    let value = element(tag::OCTET_STRING, nonce);
    sequence(&[
        encode::oid(oid::OCSP_NONCE),
        element(tag::OCTET_STRING, &value),
    ])
}

/// SHA-1 over the key's octets: how a responder may name its own key (RFC 6960, 4.2.1).
pub(crate) fn key_hash(key: &PublicKey) -> Vec<u8> {
    naming_digest(oid::SHA1).map_or_else(Vec::new, |sha1| (sha1.compute)(&key.key))
}

// === impl Ocsp ===

impl Ocsp {
    /// Reads a response and checks it: whoever signed it is `issuer`, or has a certificate of `issuer` for
    /// this purpose that was valid when the answer was produced; and exactly one of its answers is about
    /// `certificate`.
    ///
    /// A responder's certificate must carry ocsp-nocheck, as the national authority's do: whether it was
    /// revoked cannot be asked of itself.
    pub fn open(
        bytes: &[u8],
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<Self, OcspError> {
        let mut about = Self::all(bytes, issuer)?
            .into_iter()
            .filter(|(serial, _)| serial == certificate.serial());
        let (_, answer) = about.next().ok_or(OcspError::OtherCertificate)?;
        if about.next().is_some() {
            return Err(OcspError::Ambiguous);
        }
        if certificate.issuer() == issuer.subject() {
            Ok(answer)
        } else {
            Err(OcspError::OtherCertificate)
        }
    }

    /// All answers of a response about certificates of `issuer`, by serial number, checked in the same way.
    pub fn all(bytes: &[u8], issuer: &Certificate) -> Result<Vec<(Vec<u8>, Self)>, OcspError> {
        let response = Response::read(bytes)?;
        signed_by_responder(&response, issuer)?;
        if let Some(unknown) = response.unknown_critical {
            return Err(OcspError::CriticalExtension(unknown));
        }
        let never_issued = Status::Revoked {
            since: Timestamp::UNIX_EPOCH,
            on_hold: true,
        };
        let of_issuer = response
            .singles
            .into_iter()
            .filter(|single| single.id.is_of(issuer));
        Ok(of_issuer
            .map(|single| {
                let unknown = response.extended_revoke && single.status == never_issued;
                let answer = Self {
                    status: if unknown {
                        Status::Unknown
                    } else {
                        single.status
                    },
                    produced_at: response.produced_at,
                    this_update: single.this_update,
                    next_update: single.next_update,
                    nonce: response.nonce.clone(),
                    der: bytes.to_vec(),
                };
                (single.id.serial, answer)
            })
            .collect())
    }

    pub fn status(&self) -> Status {
        self.status
    }

    /// When the responder signed.
    pub fn produced_at(&self) -> Timestamp {
        self.produced_at
    }

    /// The instant up to which the status is known to be right.
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When there will be newer information, if the responder says.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// The nonce of the question this answers. Whoever sent one must compare.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// The response as it came: the evidence.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

/// Whether the response is signed by somebody who may answer for `issuer`.
fn signed_by_responder(response: &Response, issuer: &Certificate) -> Result<(), OcspError> {
    if is_named(&response.responder, issuer) {
        return holds(
            issuer.key(),
            &response.algorithm,
            &response.signed,
            &response.signature,
        );
    }
    let mut why_not = OcspError::ResponderMissing;
    for responder in &response.certificates {
        if !is_named(&response.responder, responder) {
            continue;
        }
        let tried = may_answer(responder, issuer, response.produced_at).and_then(|()| {
            holds(
                responder.key(),
                &response.algorithm,
                &response.signed,
                &response.signature,
            )
        });
        match tried {
            Ok(()) => return Ok(()),
            Err(error) => why_not = error,
        }
    }
    Err(why_not)
}

fn is_named(id: &ResponderId, certificate: &Certificate) -> bool {
    match id {
        ResponderId::Name(name) => name == certificate.subject(),
        ResponderId::Key(hash) => *hash == key_hash(certificate.key()),
    }
}

/// The demands of RFC 6960, 4.2.2.2 on a responder that is not the issuer itself.
fn may_answer(
    responder: &Certificate,
    issuer: &Certificate,
    at: Timestamp,
) -> Result<(), OcspError> {
    let extensions = responder.extensions();
    let for_this = extensions
        .purposes
        .iter()
        .flatten()
        .any(|purpose| purpose == oid::OCSP_SIGNING);
    let fits = for_this
        && extensions.ocsp_no_check
        && extensions.unknown_critical.is_empty()
        && extensions.allows(usage::DIGITAL_SIGNATURE)
        && responder.issuer() == issuer.subject();
    if !fits {
        return Err(OcspError::NotAuthorised);
    }
    holds(
        issuer.key(),
        responder.signature_algorithm(),
        responder.signed(),
        responder.signature(),
    )
    .map_err(|_| OcspError::NotAuthorised)?;
    if responder.is_in_time(at) {
        Ok(())
    } else {
        Err(OcspError::ResponderNotInTime)
    }
}

fn holds(
    key: &PublicKey,
    statement: &AlgorithmId,
    signed: &[u8],
    signature: &[u8],
) -> Result<(), OcspError> {
    find(ALGORITHMS, statement)
        .ok_or(OcspError::Algorithm)?
        .verify(key, statement, signed, signature)
        .map_err(|_| OcspError::Signature)
}

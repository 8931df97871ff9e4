//! Answering like an OCSP responder (RFC 6960), for the test bed and tests: a question in, an answer out.
//!
//! What the answer says is the caller's, right or wrong; only the signature is always in order.

use jiff::Timestamp;

use super::{Identity, SignError};
use crate::ber::{self, Malformed, tag};
use crate::certificate::Certificate;
use crate::encode::{self, element, sequence};
use crate::extensions::for_each_extension;
use crate::ocsp::{CertId, RESPONSE_BYTES_MAX, Status, key_hash, nonce_extension};
use crate::{oid, time};

/// The question, as far as a responder needs it: about one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// CertID as it came, to be repeated in the answer.
    pub id: Vec<u8>,
    /// Serial number of the certificate, big-endian.
    pub serial: Vec<u8>,
    pub nonce: Option<Vec<u8>>,
    read: CertId,
}

/// The answer about one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Single {
    /// CertID, from [`Asked::id`] or [`crate::ocsp::certificate_id`].
    pub id: Vec<u8>,
    pub status: Status,
    pub this_update: Timestamp,
    pub next_update: Option<Timestamp>,
}

/// The rest of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub singles: Vec<Single>,
    pub produced_at: Timestamp,
    pub nonce: Option<Vec<u8>>,
    /// Name the responder by its key and not by its name.
    pub by_key: bool,
    /// Tell an unknown certificate as the national authority does: revoked, on hold, 1970-01-01 (kz.md 1.6).
    pub unknown_as_revoked: bool,
}

/// Reads a question about exactly one certificate.
pub fn read(request: &[u8]) -> Result<Asked, Malformed> {
    if request.len() > RESPONSE_BYTES_MAX {
        return Err(Malformed::TooLarge("OCSP request"));
    }
    let mut outer = ber::der(request)?.must_be(tag::SEQUENCE)?.inside()?;
    let mut fields = outer.expect(tag::SEQUENCE)?.inside()?;
    // Version and the asker's name say nothing here, and a signature of the asker is not needed.
    fields.optional(tag::context_constructed(0))?;
    fields.optional(tag::context_constructed(1))?;
    let one = fields.expect(tag::SEQUENCE)?.only_child()?;
    let id = one.inside()?.expect(tag::SEQUENCE)?;
    let mut nonce = None;
    if let Some(wrapper) = fields.optional(tag::context_constructed(2))? {
        for_each_extension(&wrapper.only_child()?, |kind, _, value| {
            if kind == oid::OCSP_NONCE {
                let octets = ber::der(value)?.must_be(tag::OCTET_STRING)?;
                nonce = Some(octets.content.to_vec());
            }
            Ok(())
        })?;
    }
    let read = CertId::read(&id)?;
    Ok(Asked {
        id: id.whole.to_vec(),
        serial: read.serial.clone(),
        nonce,
        read,
    })
}

/// Signs a response. The signer's certificate is sent along.
pub fn respond(who: &Identity, response: &Response) -> Result<Vec<u8>, SignError> {
    let certificate = who.certificate();
    let responder = if response.by_key {
        let hash = element(tag::OCTET_STRING, &key_hash(certificate.key()));
        element(tag::context_constructed(2), &hash)
    } else {
        element(tag::context_constructed(1), certificate.subject().der())
    };
    let singles: Vec<Vec<u8>> = response
        .singles
        .iter()
        .map(|single| single.der(response.unknown_as_revoked))
        .collect();
    let mut extensions: Vec<Vec<u8>> = response
        .nonce
        .iter()
        .map(|it| nonce_extension(it))
        .collect();
    if response.unknown_as_revoked {
        let null = element(tag::OCTET_STRING, &[tag::NULL, 0]);
        extensions.push(sequence(&[encode::oid(oid::OCSP_EXTENDED_REVOKE), null]));
    }
    let mut fields = vec![
        responder,
        time::write_generalized(response.produced_at),
        sequence(&singles),
    ];
    if !extensions.is_empty() {
        fields.push(element(tag::context_constructed(1), &sequence(&extensions)));
    }
    let data = sequence(&fields);
    let bits = [vec![0], who.sign(&data)?].concat();
    let basic = sequence(&[
        data,
        who.statement(),
        element(tag::BIT_STRING, &bits),
        element(tag::context_constructed(0), &sequence(&[certificate.der()])),
    ]);
    let typed = sequence(&[
        encode::oid(oid::OCSP_BASIC),
        element(tag::OCTET_STRING, &basic),
    ]);
    Ok(sequence(&[
        element(tag::ENUMERATED, &[0]),
        element(tag::context_constructed(0), &typed),
    ]))
}

/// An answer that is none: 1 malformed question, 2 internal error, 3 try later, 6 not authorised
/// (RFC 6960, 4.2.1).
pub fn no_answer(status: u8) -> Vec<u8> {
    sequence(&[element(tag::ENUMERATED, &[status])])
}

// === impl Asked ===

impl Asked {
    /// Whether the certificate asked about is one of this issuer.
    pub fn is_of(&self, issuer: &Certificate) -> bool {
        self.read.is_of(issuer)
    }
}

// === impl Single ===

impl Single {
    fn der(&self, unknown_as_revoked: bool) -> Vec<u8> {
        let status = match self.status {
            Status::Unknown if unknown_as_revoked => Status::Revoked {
                since: Timestamp::UNIX_EPOCH,
                on_hold: true,
            },
            status => status,
        };
        let status = match status {
            Status::Good => element(tag::context(0), &[]),
            Status::Unknown => element(tag::context(2), &[]),
            Status::Revoked { since, on_hold } => {
                let mut info = time::write_generalized(since);
                if on_hold {
                    let hold = element(tag::ENUMERATED, &[6]);
                    info.extend(element(tag::context_constructed(0), &hold));
                }
                element(tag::context_constructed(1), &info)
            }
        };
        let mut fields = vec![
            self.id.clone(),
            status,
            time::write_generalized(self.this_update),
        ];
        fields.extend(
            self.next_update
                .map(|at| element(tag::context_constructed(0), &time::write_generalized(at))),
        );
        sequence(&fields)
    }
}

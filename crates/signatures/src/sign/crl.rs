//! Revocation lists and delta lists (RFC 5280, 5), for the test bed and tests.
//!
//! What a list says is the caller's, right or wrong; only the signature is always in order.

use jiff::Timestamp;

use super::{Identity, SignError};
use crate::ber::tag;
use crate::encode::{self, element, integer, sequence};
use crate::{oid, time};

/// What a list shall say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Its number, big-endian.
    pub number: Vec<u8>,
    /// For a delta list, the number of the list that it changes.
    pub base: Option<Vec<u8>>,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
    pub revoked: Vec<Revoked>,
}

/// One certificate on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Big-endian.
    pub serial: Vec<u8>,
    pub since: Timestamp,
    /// CRLReason (RFC 5280, 5.3.1): 6 on hold, 8 removed from the list.
    pub reason: Option<u8>,
}

/// Signs a list with the authority's key.
pub fn list(authority: &Identity, list: &List) -> Result<Vec<u8>, SignError> {
    let certificate = authority.certificate();
    let mut fields = vec![
        integer(&[1]),
        authority.statement(),
        certificate.subject().der().to_vec(),
        time::write(list.this_update),
        time::write(list.next_update),
    ];
    if !list.revoked.is_empty() {
        let entries: Vec<Vec<u8>> = list.revoked.iter().map(Revoked::der).collect();
        fields.push(sequence(&entries));
    }
    let mut extensions = vec![extension(oid::CRL_NUMBER, &integer(&list.number))];
    if let Some(id) = &certificate.extensions().subject_key_id {
        let id = sequence(&[element(tag::context(0), id)]);
        extensions.push(extension(oid::AUTHORITY_KEY_ID, &id));
    }
    if let Some(base) = &list.base {
        let critical = element(tag::BOOLEAN, &[0xff]);
        let value = element(tag::OCTET_STRING, &integer(base));
        extensions.push(sequence(&[encode::oid(oid::DELTA_CRL), critical, value]));
    }
    let extensions = sequence(&extensions);
    fields.push(element(tag::context_constructed(0), &extensions));
    let signed = sequence(&fields);
    let bits = [vec![0], authority.sign(&signed)?].concat();
    Ok(sequence(&[
        signed,
        authority.statement(),
        element(tag::BIT_STRING, &bits),
    ]))
}

impl Revoked {
    fn der(&self) -> Vec<u8> {
        let mut fields = vec![integer(&self.serial), time::write(self.since)];
        if let Some(reason) = self.reason {
            let reason = element(tag::ENUMERATED, &[reason]);
            fields.push(sequence(&[extension(oid::CRL_REASON, &reason)]));
        }
        sequence(&fields)
    }
}

fn extension(kind: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[encode::oid(kind), element(tag::OCTET_STRING, value)])
}

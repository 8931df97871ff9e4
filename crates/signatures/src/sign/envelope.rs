//! The envelope of a SignedData (RFC 5652, 5.1): its parts in, DER or BER out.

use crate::ber::tag;
use crate::encode::{element, integer, sequence};
use crate::{encode, oid};

/// Pieces of a streamed content, in bytes.
const PIECE_BYTES: usize = 4096;

/// The parts of the envelope.
pub(super) struct Parts<'a> {
    /// Content octets of the content's kind.
    pub(super) kind: &'a [u8],
    pub(super) content: Option<&'a [u8]>,
    /// SET of the digests' identifiers.
    pub(super) digests: Vec<u8>,
    pub(super) certificates: Vec<u8>,
    pub(super) signers: Vec<u8>,
}

impl Parts<'_> {
    /// 3 where the content is no plain data (RFC 5652, 5.1).
    fn version(&self) -> Vec<u8> {
        integer(&[if self.kind == oid::DATA { 1 } else { 3 }])
    }

    pub(super) fn der(&self) -> Vec<u8> {
        let mut encapsulated = vec![encode::oid(self.kind)];
        if let Some(content) = self.content {
            let inside = element(tag::OCTET_STRING, content);
            encapsulated.push(element(tag::context_constructed(0), &inside));
        }
        let signed_data = sequence(&[
            self.version(),
            self.digests.clone(),
            sequence(&encapsulated),
            self.certificates.clone(),
            self.signers.clone(),
        ]);
        sequence(&[
            encode::oid(oid::SIGNED_DATA),
            element(tag::context_constructed(0), &signed_data),
        ])
    }

    /// The same in indefinite lengths (X.690, 8.1.3.6).
    pub(super) fn streamed(&self) -> Vec<u8> {
        let mut encapsulated = vec![encode::oid(self.kind)];
        if let Some(content) = self.content {
            let pieces: Vec<Vec<u8>> = content
                .chunks(PIECE_BYTES)
                .map(|piece| element(tag::OCTET_STRING, piece))
                .collect();
            let string = open_ended(tag::OCTET_STRING | 0x20, &pieces);
            encapsulated.push(open_ended(tag::context_constructed(0), &[string]));
        }
        let signed_data = open_ended(
            tag::SEQUENCE,
            &[
                self.version(),
                self.digests.clone(),
                open_ended(tag::SEQUENCE, &encapsulated),
                self.certificates.clone(),
                self.signers.clone(),
            ],
        );
        let wrapper = open_ended(tag::context_constructed(0), &[signed_data]);
        open_ended(tag::SEQUENCE, &[encode::oid(oid::SIGNED_DATA), wrapper])
    }
}

fn open_ended(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![tag, 0x80];
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

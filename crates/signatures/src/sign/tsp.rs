//! Stamping like a time-stamping authority (RFC 3161), for the test bed, `kezekctl` and tests: a question in,
//! a token out; and a token into the signature that it is about (CAdES-T).

use jiff::Timestamp;

use super::{Identity, Options, SignError, sign_as};
use crate::ber::{self, Element, Malformed, tag};
use crate::encode::{self, constructed, element, integer, sequence};
use crate::tsp::TOKEN_BYTES_MAX;
use crate::{oid, time};

/// The question for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// MessageImprint as it came, to be repeated in the token.
    pub imprint: Vec<u8>,
    /// Content octets of the policy's identifier.
    pub policy: Option<Vec<u8>>,
    /// A number, big-endian.
    pub nonce: Option<Vec<u8>>,
}

/// What a token shall say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// MessageImprint, from [`Asked::imprint`].
    pub imprint: Vec<u8>,
    /// Content octets of the policy's identifier.
    pub policy: Vec<u8>,
    /// A number of this token alone, big-endian.
    pub serial: Vec<u8>,
    pub at: Timestamp,
    pub nonce: Option<Vec<u8>>,
}

/// Reads a question.
pub fn read(request: &[u8]) -> Result<Asked, Malformed> {
    if request.len() > TOKEN_BYTES_MAX {
        return Err(Malformed::TooLarge("timestamp request"));
    }
    let mut fields = ber::der(request)?.must_be(tag::SEQUENCE)?.inside()?;
    if fields.next()?.small()? != 1 {
        return Err(Malformed::BadValue("version of a timestamp request"));
    }
    let imprint = fields.expect(tag::SEQUENCE)?.whole.to_vec();
    let policy = match fields.optional(tag::OID)? {
        Some(policy) => Some(policy.oid()?.to_vec()),
        None => None,
    };
    let nonce = match fields.optional(tag::INTEGER)? {
        Some(nonce) => Some(nonce.integer()?.to_vec()),
        None => None,
    };
    Ok(Asked {
        imprint,
        policy,
        nonce,
    })
}

/// A token.
pub fn stamp(who: &Identity, stamp: &Stamp) -> Result<Vec<u8>, SignError> {
    let mut fields = vec![
        integer(&[1]),
        encode::oid(&stamp.policy),
        stamp.imprint.clone(),
        integer(&stamp.serial),
        time::write_generalized(stamp.at),
    ];
    fields.extend(stamp.nonce.as_deref().map(integer));
    let options = Options::attached(stamp.at);
    sign_as(oid::TST_INFO, &sequence(&fields), &[who], &options)
}

/// The answer that grants a token.
pub fn grant(token: &[u8]) -> Vec<u8> {
    let status = sequence(&[integer(&[0])]);
    sequence(&[status.as_slice(), token])
}

/// The answer that grants none: 2, a rejection.
pub fn reject() -> Vec<u8> {
    sequence(&[sequence(&[integer(&[2])])])
}

/// The same CMS with a timestamp over each signer's signature value, put among the unsigned attributes
/// (RFC 5126, 6.1.1). `stamp` gives the token for such a value.
pub fn with_timestamps(
    cms: &[u8],
    mut stamp: impl FnMut(&[u8]) -> Result<Vec<u8>, SignError>,
) -> Result<Vec<u8>, SignError> {
    let mut outer = ber::ber(cms)?.must_be(tag::SEQUENCE)?.inside()?;
    let kind = outer.next()?;
    let wrapper = outer.expect(tag::context_constructed(0))?;
    let mut fields = wrapper.only_child()?.inside()?;
    let mut parts = Vec::new();
    while !fields.is_empty() {
        let field = fields.next()?;
        // The only SET behind the content is that of the signers; the one before it, of digests.
        parts.push(if field.tag == tag::SET && fields.is_empty() {
            let mut signers = Vec::new();
            let mut reader = field.inside()?;
            while !reader.is_empty() {
                signers.push(stamped(&reader.next()?, &mut stamp)?);
            }
            encode::set(signers)
        } else {
            field.whole.to_vec()
        });
    }
    let signed_data = element(tag::context_constructed(0), &sequence(&parts));
    Ok(sequence(&[kind.whole, &signed_data]))
}

/// A SignerInfo with one more unsigned attribute.
fn stamped(
    signer: &Element<'_>,
    stamp: &mut impl FnMut(&[u8]) -> Result<Vec<u8>, SignError>,
) -> Result<Vec<u8>, SignError> {
    let mut fields = signer.must_be(tag::SEQUENCE)?.inside()?;
    let mut parts: Vec<Vec<u8>> = Vec::new();
    let mut unsigned = Vec::new();
    let mut value = Vec::new();
    while !fields.is_empty() {
        let field = fields.next()?;
        if field.tag & !0x20 == tag::OCTET_STRING {
            value = field.octets(tag::OCTET_STRING)?.into_owned();
        }
        if field.tag == tag::context_constructed(1) {
            let mut others = field.inside()?;
            while !others.is_empty() {
                unsigned.push(others.next()?.whole.to_vec());
            }
        } else {
            parts.push(field.whole.to_vec());
        }
    }
    unsigned.push(super::attribute(oid::TIMESTAMP_TOKEN, stamp(&value)?));
    unsigned.sort();
    parts.push(constructed(tag::context_constructed(1), &unsigned));
    Ok(sequence(&parts))
}

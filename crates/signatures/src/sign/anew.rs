//! Certificates and revocation lists under a GOST signature, for test authorities.
//!
//! Libraries that make certificates know no GOST. So one is made with any other key, and signed anew:
//! what is signed stays as it is, but for the algorithm it names and the public key.

use gost::{PublicKey, SigningKey};

use super::SignError;
use crate::algorithm::gost::{Gost, public_key_info};
use crate::ber::{self, Element, Malformed, tag};
use crate::encode::{element, sequence};

/// Signs `template`, a certificate or a revocation list in DER, anew with an authority's GOST key. A
/// certificate gets `subject` for its public key. Its identifiers of keys stay those of the template.
pub fn anew(
    template: &[u8],
    subject: Option<&PublicKey>,
    authority: &SigningKey,
) -> Result<Vec<u8>, SignError> {
    let entry = Gost::of(authority.public_key().scheme()).ok_or(SignError::Key)?;
    let subject = match subject {
        Some(key) => Some(public_key_info(key).ok_or(SignError::Key)?),
        None => None,
    };
    let signed = signed(template, &entry.statement(), subject.as_deref())?;
    let signature = authority.sign(&signed).map_err(|_| SignError::Refused)?;
    let bits = [&[0], signature.as_slice()].concat();
    Ok(sequence(&[
        signed,
        entry.statement(),
        element(tag::BIT_STRING, &bits),
    ]))
}

/// What will be signed. Its SEQUENCEs are, in this order, the algorithm, the issuer, in a certificate
/// the validity, the subject and the public key (RFC 5280, 4.1 and 5.1).
fn signed(template: &[u8], statement: &[u8], key: Option<&[u8]>) -> Result<Vec<u8>, Malformed> {
    let mut outer = ber::der(template)?.must_be(tag::SEQUENCE)?.inside()?;
    let mut fields = outer.expect(tag::SEQUENCE)?.inside()?;
    let mut sequences = 0;
    let mut parts: Vec<&[u8]> = Vec::new();
    while !fields.is_empty() {
        let field: Element<'_> = fields.next()?;
        sequences += u8::from(field.tag == tag::SEQUENCE);
        parts.push(match (field.tag, sequences, key) {
            (tag::SEQUENCE, 1, _) => statement,
            (tag::SEQUENCE, 5, Some(key)) => key,
            _ => field.whole,
        });
    }
    Ok(sequence(&parts))
}

//! Writing DER: values in, the one DER encoding out.
//!
//! Used where a signature is over the DER form of what came as BER (signed attributes, RFC 5652, 5.4),
//! and by `sign`. [`canonical`] is the heart: it turns any BER element into DER (shortest lengths,
//! strings in one piece, SET members in order). It never fails on size: lengths go up to 4 GiB.

use crate::ber::{Element, Malformed, tag};

/// One element with this tag and content.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + 6);
    bytes.push(tag);
    length(content.len(), &mut bytes);
    bytes.extend_from_slice(content);
    bytes
}

/// One element with this tag that holds these elements, one after the other.
pub fn constructed<T: AsRef<[u8]>>(tag: u8, parts: &[T]) -> Vec<u8> {
    let mut content = Vec::with_capacity(parts.iter().map(|part| part.as_ref().len()).sum());
    for part in parts {
        content.extend_from_slice(part.as_ref());
    }
    element(tag, &content)
}

/// SEQUENCE of these elements.
pub fn sequence<T: AsRef<[u8]>>(parts: &[T]) -> Vec<u8> {
    constructed(tag::SEQUENCE, parts)
}

/// SET OF these elements, in the order that DER demands.
pub fn set(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    constructed(tag::SET, &parts)
}

/// INTEGER from the big-endian octets of a number that is not negative.
pub fn integer(magnitude: &[u8]) -> Vec<u8> {
    let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
    let digits = magnitude.get(zeros..).unwrap_or_default();
    let mut content = Vec::with_capacity(digits.len() + 1);
    if digits.first().is_none_or(|first| first & 0x80 != 0) {
        content.push(0);
    }
    content.extend_from_slice(digits);
    element(tag::INTEGER, &content)
}

/// OBJECT IDENTIFIER from its content octets.
pub fn oid(content: &[u8]) -> Vec<u8> {
    element(tag::OID, content)
}

/// The DER encoding of what `source` says in BER.
pub fn canonical(source: &Element<'_>) -> Result<Vec<u8>, Malformed> {
    canonical_as(source, source.tag)
}

/// As [`canonical`], under another outer tag: an IMPLICIT `[0]` is signed as the SET that it is.
pub fn canonical_as(source: &Element<'_>, outer: u8) -> Result<Vec<u8>, Malformed> {
    if !source.is_constructed() {
        return Ok(element(outer, source.content));
    }
    if source.tag == tag::OCTET_STRING | 0x20 {
        return Ok(element(
            tag::OCTET_STRING,
            &source.octets(tag::OCTET_STRING)?,
        ));
    }
    let mut parts = Vec::new();
    let mut reader = source.inside()?;
    while !reader.is_empty() {
        parts.push(canonical(&reader.next()?)?);
    }
    Ok(if outer == tag::SET {
        set(parts)
    } else {
        constructed(outer, &parts)
    })
}

fn length(length: usize, into: &mut Vec<u8>) {
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => into.push(short),
        _ => {
            let octets = length.to_be_bytes();
            let zeros = octets.iter().take_while(|octet| **octet == 0).count();
            let digits = octets.get(zeros..).unwrap_or_default();
            // A usize has eight octets at most, so the count fits in the low bits.
            into.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
            into.extend_from_slice(digits);
        }
    }
}

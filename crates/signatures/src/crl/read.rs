//! Reading a CertificateList (RFC 5280, 5.1): DER or PEM in, its fields out, nothing believed.

use super::{CRL_BYTES_MAX, Crl, Entry, Scope, Unchecked, Why, aligned};
use crate::ber::{self, Element, Malformed, tag};
use crate::certificate::{AlgorithmId, pem_blocks};
use crate::evidence::{Evidence, Kind};
use crate::extensions::{authority_key_id, for_each_extension};
use crate::name::Name;
use crate::{oid, time};

/// Reasons (RFC 5280, 5.3.1): suspended, and taken off the list.
const HOLD: &[u8] = &[6];
const REMOVED: &[u8] = &[8];

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
    let header = bytes.len() - outer.left();
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
    let kind = if found.base.is_some() {
        Kind::DeltaCrl
    } else {
        Kind::Crl
    };
    Ok(Unchecked {
        list: Crl {
            authority: [0; 32],
            this_update,
            next_update,
            scope: found.scope(),
            number: found.number,
            entries,
            evidence: Evidence::new(kind, bytes.into(), this_update),
            delta: None,
        },
        base: found.base,
        issuer,
        issuer_key_id: found.issuer_key_id,
        obstacle: found.obstacle,
        signed: header..header + signed.whole.len(),
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
        let mut why = Why::Revoked;
        if let Some(extensions) = fields.optional(tag::SEQUENCE)? {
            for_each_extension(&extensions, |kind, critical, value| {
                if kind == oid::CRL_REASON {
                    why = match ber::der(value)?.must_be(tag::ENUMERATED)?.content {
                        HOLD => Why::OnHold,
                        REMOVED => Why::Removed,
                        _ => Why::Revoked,
                    };
                } else if critical {
                    // Among them certificateIssuer, which makes a list indirect.
                    found.obstacle = Some(oid::dotted(kind));
                }
                Ok(())
            })?;
        }
        fields.finish()?;
        entries.push(Entry { serial, since, why });
    }
    Ok(entries)
}

/// What the extensions of a list say.
#[derive(Default)]
struct Extras {
    issuer_key_id: Option<Vec<u8>>,
    number: Option<Vec<u8>>,
    base: Option<Vec<u8>>,
    users_only: bool,
    authorities_only: bool,
    obstacle: Option<String>,
}

impl Extras {
    fn take(&mut self, kind: &[u8], critical: bool, value: &[u8]) -> Result<(), Malformed> {
        match kind {
            oid::AUTHORITY_KEY_ID => self.issuer_key_id = authority_key_id(value)?,
            oid::CRL_NUMBER => self.number = Some(ber::der(value)?.integer()?.to_vec()),
            oid::DELTA_CRL => self.base = Some(ber::der(value)?.integer()?.to_vec()),
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

//! The extensions of a certificate (RFC 5280, 4.2): their DER in, what they say out.
//!
//! An extension that is not known here is remembered only if it is critical, since then the
//! certificate must not be used. The same extension twice is refused.

use crate::ber::{self, Element, Malformed, tag};
use crate::oid;

/// Bits of key usage (RFC 5280, 4.2.1.3).
pub mod usage {
    pub const DIGITAL_SIGNATURE: u32 = 1;
    /// Also called content commitment: the one that makes a signature binding (kz.md 1.5).
    pub const NON_REPUDIATION: u32 = 1 << 1;
    pub const KEY_CERT_SIGN: u32 = 1 << 5;
    pub const CRL_SIGN: u32 = 1 << 6;
}

/// What the extensions say. Absent ones are `None` or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extensions {
    /// Set of [`usage`] bits.
    pub key_usage: Option<u32>,
    /// Extended key usage: content octets of the identifiers.
    pub purposes: Option<Vec<Vec<u8>>>,
    /// Whether extended key usage is critical, as that of a time-stamping authority must be (RFC 3161, 2.3).
    pub purposes_critical: bool,
    /// The issuer says of an OCSP responder that nobody need ask about it (RFC 6960, 4.2.2.2.1).
    pub ocsp_no_check: bool,
    /// Whether basic constraints say that this is an authority.
    pub is_authority: bool,
    /// Authorities that may follow below this one.
    pub path_length: Option<u32>,
    pub subject_key_id: Option<Vec<u8>>,
    pub authority_key_id: Option<Vec<u8>>,
    /// Alternative names of type dNSName.
    pub dns_names: Vec<String>,
    /// Alternative names of type rfc822Name.
    pub emails: Vec<String>,
    /// Where the certificate says its revocation list is. Told to people, never fetched.
    pub crl_urls: Vec<String>,
    /// Critical extensions that nothing here understands, dotted.
    pub unknown_critical: Vec<String>,
}

impl Extensions {
    /// Reads the SEQUENCE OF Extension.
    pub(crate) fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut extensions = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        for_each_extension(element, |kind, critical, value| {
            if seen.contains(&kind) {
                return Err(Malformed::BadValue("the same extension twice"));
            }
            seen.push(kind);
            extensions.take(kind, critical, value)
        })?;
        Ok(extensions)
    }

    fn take(&mut self, kind: &[u8], critical: bool, value: &[u8]) -> Result<(), Malformed> {
        match kind {
            oid::KEY_USAGE => self.key_usage = Some(ber::der(value)?.named_bits()?),
            oid::EXTENDED_KEY_USAGE => {
                self.purposes = Some(purposes(value)?);
                self.purposes_critical = critical;
            }
            oid::OCSP_NO_CHECK => self.ocsp_no_check = true,
            oid::BASIC_CONSTRAINTS => {
                let mut fields = ber::der(value)?.must_be(tag::SEQUENCE)?.inside()?;
                self.is_authority = match fields.optional(tag::BOOLEAN)? {
                    Some(authority) => authority.boolean()?,
                    None => false,
                };
                self.path_length = match fields.optional(tag::INTEGER)? {
                    Some(length) => Some(length.small()?),
                    None => None,
                };
                fields.finish()?;
            }
            oid::SUBJECT_KEY_ID => {
                let id = ber::der(value)?.must_be(tag::OCTET_STRING)?;
                self.subject_key_id = Some(id.content.to_vec());
            }
            oid::AUTHORITY_KEY_ID => {
                self.authority_key_id = authority_key_id(value)?;
            }
            oid::SUBJECT_ALT_NAME => {
                let mut names = ber::der(value)?.must_be(tag::SEQUENCE)?.inside()?;
                while !names.is_empty() {
                    let name = names.next()?;
                    if name.tag == tag::context(1) {
                        self.emails.push(ia5(&name)?);
                    } else if name.tag == tag::context(2) {
                        self.dns_names.push(ia5(&name)?);
                    }
                }
            }
            oid::CRL_POINTS => self.crl_urls = crl_urls(value)?,
            // Policies are not enforced: the anchors decide whom to trust.
            oid::CERTIFICATE_POLICIES => {}
            _ if critical => self.unknown_critical.push(oid::dotted(kind)),
            _ => {}
        }
        Ok(())
    }

    /// Whether key usage is absent or holds the bit.
    pub fn allows(&self, bit: u32) -> bool {
        self.key_usage.is_none_or(|usage| usage & bit != 0)
    }
}

/// Calls `take` with identifier, criticality and value of each extension.
pub(crate) fn for_each_extension<'a>(
    element: &Element<'a>,
    mut take: impl FnMut(&'a [u8], bool, &'a [u8]) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let mut list = element.must_be(tag::SEQUENCE)?.inside()?;
    while !list.is_empty() {
        let mut fields = list.expect(tag::SEQUENCE)?.inside()?;
        let kind = fields.next()?.oid()?;
        let critical = match fields.optional(tag::BOOLEAN)? {
            Some(critical) => critical.boolean()?,
            None => false,
        };
        let value = fields.expect(tag::OCTET_STRING)?.content;
        fields.finish()?;
        take(kind, critical, value)?;
    }
    Ok(())
}

/// The key identifier only: the issuer names inside this extension do not match real issuers in
/// certificates of 2018 (kz.md 1.1).
pub(crate) fn authority_key_id(value: &[u8]) -> Result<Option<Vec<u8>>, Malformed> {
    let mut fields = ber::der(value)?.must_be(tag::SEQUENCE)?.inside()?;
    Ok(fields
        .optional(tag::context(0))?
        .map(|id| id.content.to_vec()))
}

fn purposes(value: &[u8]) -> Result<Vec<Vec<u8>>, Malformed> {
    let mut list = ber::der(value)?.must_be(tag::SEQUENCE)?.inside()?;
    let mut purposes = Vec::new();
    while !list.is_empty() {
        purposes.push(list.next()?.oid()?.to_vec());
    }
    Ok(purposes)
}

fn crl_urls(value: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut urls = Vec::new();
    let mut points = ber::der(value)?.must_be(tag::SEQUENCE)?.inside()?;
    while !points.is_empty() {
        let mut fields = points.expect(tag::SEQUENCE)?.inside()?;
        let Some(place) = fields.optional(tag::context_constructed(0))? else {
            continue;
        };
        let Some(full) = place.inside()?.optional(tag::context_constructed(0))? else {
            continue;
        };
        let mut names = full.inside()?;
        while !names.is_empty() {
            let name = names.next()?;
            if name.tag == tag::context(6) {
                urls.push(ia5(&name)?);
            }
        }
    }
    Ok(urls)
}

fn ia5(name: &Element<'_>) -> Result<String, Malformed> {
    std::str::from_utf8(name.content)
        .ok()
        .filter(|text| text.is_ascii())
        .map(str::to_owned)
        .ok_or(Malformed::BadValue("alternative name"))
}

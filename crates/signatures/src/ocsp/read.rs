//! Reading an OCSPResponse (RFC 6960, 4.2.1): DER in, its fields out, nothing believed.

use jiff::Timestamp;

use super::{OcspError, RESPONSE_BYTES_MAX, Status};
use crate::algorithm::naming_digest;
use crate::ber::{self, Element, Malformed, Reader, tag};
use crate::certificate::{AlgorithmId, Certificate};
use crate::extensions::for_each_extension;
use crate::name::Name;
use crate::{oid, time};

/// Certificates that may come along with a response.
const CERTIFICATES_MAX: usize = 16;

/// Answers of one response, at most.
const SINGLES_MAX: usize = 256;

/// The reason "suspended" (RFC 5280, 5.3.1).
const HOLD: &[u8] = &[6];

/// A response whose signature was not checked.
pub(super) struct Response {
    pub(super) responder: ResponderId,
    pub(super) produced_at: Timestamp,
    pub(super) singles: Vec<Single>,
    pub(super) nonce: Option<Vec<u8>>,
    pub(super) extended_revoke: bool,
    /// A critical extension that is not known here, dotted.
    pub(super) unknown_critical: Option<String>,
    pub(super) signed: Vec<u8>,
    pub(super) algorithm: AlgorithmId,
    pub(super) signature: Vec<u8>,
    pub(super) certificates: Vec<Certificate>,
}

/// How a responder names itself.
pub(super) enum ResponderId {
    Name(Name),
    /// SHA-1 over its key.
    Key(Vec<u8>),
}

/// The answer about one certificate.
pub(super) struct Single {
    pub(super) id: CertId,
    pub(super) status: Status,
    pub(super) this_update: Timestamp,
    pub(super) next_update: Option<Timestamp>,
}

/// Which certificate is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CertId {
    /// Content octets of the digest's identifier.
    pub(crate) digest: Vec<u8>,
    pub(crate) name_hash: Vec<u8>,
    pub(crate) key_hash: Vec<u8>,
    pub(crate) serial: Vec<u8>,
}

// === impl CertId ===

impl CertId {
    pub(crate) fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut fields = element.must_be(tag::SEQUENCE)?.inside()?;
        let digest = AlgorithmId::read(&fields.next()?)?;
        if !digest.is_plain() {
            return Err(Malformed::BadValue("parameters of a digest"));
        }
        let name_hash = fields.expect(tag::OCTET_STRING)?.content.to_vec();
        let key_hash = fields.expect(tag::OCTET_STRING)?.content.to_vec();
        let serial = fields.next()?.integer()?.to_vec();
        fields.finish()?;
        Ok(Self {
            digest: digest.oid,
            name_hash,
            key_hash,
            serial,
        })
    }

    /// Whether a certificate of this issuer is meant, by whatever digest.
    pub(crate) fn is_of(&self, issuer: &Certificate) -> bool {
        naming_digest(&self.digest).is_some_and(|digest| {
            self.name_hash == (digest.compute)(issuer.subject().der())
                && self.key_hash == (digest.compute)(&issuer.key().key)
        })
    }
}

// === impl Response ===

impl Response {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, OcspError> {
        if bytes.len() > RESPONSE_BYTES_MAX {
            return Err(Malformed::TooLarge("OCSP response").into());
        }
        let mut outer = ber::der(bytes)?.must_be(tag::SEQUENCE)?.inside()?;
        match outer.expect(tag::ENUMERATED)?.content {
            [0] => {}
            [status] => return Err(OcspError::NotSuccessful(u32::from(*status))),
            _ => return Err(Malformed::BadValue("response status").into()),
        }
        let wrapper = outer.expect(tag::context_constructed(0))?;
        outer.finish()?;
        let mut fields = wrapper.only_child()?.must_be(tag::SEQUENCE)?.inside()?;
        if fields.next()?.oid()? != oid::OCSP_BASIC {
            return Err(Malformed::BadValue("not a basic response").into());
        }
        let basic = fields.expect(tag::OCTET_STRING)?.content;
        fields.finish()?;
        Ok(Self::read_basic(basic)?)
    }

    fn read_basic(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut outer = ber::der(bytes)?.must_be(tag::SEQUENCE)?.inside()?;
        let signed = outer.expect(tag::SEQUENCE)?;
        let algorithm = AlgorithmId::read(&outer.next()?)?;
        let signature = outer.next()?.bit_octets()?.to_vec();
        let certificates = match outer.optional(tag::context_constructed(0))? {
            Some(wrapper) => read_certificates(&wrapper.only_child()?)?,
            None => Vec::new(),
        };
        outer.finish()?;

        let mut fields = signed.inside()?;
        if let Some(version) = fields.optional(tag::context_constructed(0))?
            && version.only_child()?.small()? != 0
        {
            return Err(Malformed::BadValue("version of a response"));
        }
        let responder = ResponderId::read(&fields.next()?)?;
        let produced_at = time::read_generalized(&fields.next()?)?;
        let mut found = Extras::default();
        let singles = read_singles(&mut fields, &mut found)?;
        if let Some(wrapper) = fields.optional(tag::context_constructed(1))? {
            for_each_extension(&wrapper.only_child()?, |kind, critical, value| {
                found.take(kind, critical, value)
            })?;
        }
        fields.finish()?;
        Ok(Self {
            responder,
            produced_at,
            singles,
            nonce: found.nonce,
            extended_revoke: found.extended_revoke,
            unknown_critical: found.unknown_critical,
            signed: signed.whole.to_vec(),
            algorithm,
            signature,
            certificates,
        })
    }
}

fn read_certificates(list: &Element<'_>) -> Result<Vec<Certificate>, Malformed> {
    let mut certificates = Vec::new();
    let mut reader = list.must_be(tag::SEQUENCE)?.inside()?;
    while !reader.is_empty() {
        if certificates.len() == CERTIFICATES_MAX {
            return Err(Malformed::TooLarge("certificates"));
        }
        certificates.push(Certificate::parse(reader.next()?.whole)?);
    }
    Ok(certificates)
}

fn read_singles(fields: &mut Reader<'_>, found: &mut Extras) -> Result<Vec<Single>, Malformed> {
    let mut singles = Vec::new();
    let mut reader = fields.expect(tag::SEQUENCE)?.inside()?;
    while !reader.is_empty() {
        if singles.len() == SINGLES_MAX {
            return Err(Malformed::TooLarge("answers"));
        }
        singles.push(Single::read(&reader.next()?, found)?);
    }
    Ok(singles)
}

// === impl ResponderId ===

impl ResponderId {
    fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        if element.tag == tag::context_constructed(1) {
            return Ok(Self::Name(Name::read(&element.only_child()?)?));
        }
        let wrapper = element.must_be(tag::context_constructed(2))?;
        let hash = wrapper.only_child()?.must_be(tag::OCTET_STRING)?;
        Ok(Self::Key(hash.content.to_vec()))
    }
}

// === impl Single ===

impl Single {
    fn read(element: &Element<'_>, found: &mut Extras) -> Result<Self, Malformed> {
        let mut fields = element.must_be(tag::SEQUENCE)?.inside()?;
        let id = CertId::read(&fields.next()?)?;
        let status = read_status(&fields.next()?)?;
        let this_update = time::read_generalized(&fields.next()?)?;
        let next_update = match fields.optional(tag::context_constructed(0))? {
            Some(wrapper) => Some(time::read_generalized(&wrapper.only_child()?)?),
            None => None,
        };
        if let Some(wrapper) = fields.optional(tag::context_constructed(1))? {
            for_each_extension(&wrapper.only_child()?, |kind, critical, _| {
                found.unknown(kind, critical);
                Ok(())
            })?;
        }
        fields.finish()?;
        Ok(Self {
            id,
            status,
            this_update,
            next_update,
        })
    }
}

fn read_status(element: &Element<'_>) -> Result<Status, Malformed> {
    if element.tag == tag::context(0) && element.content.is_empty() {
        return Ok(Status::Good);
    }
    if element.tag == tag::context(2) && element.content.is_empty() {
        return Ok(Status::Unknown);
    }
    let mut fields = element.must_be(tag::context_constructed(1))?.inside()?;
    let since = time::read_generalized(&fields.next()?)?;
    let on_hold = match fields.optional(tag::context_constructed(0))? {
        Some(wrapper) => wrapper.only_child()?.must_be(tag::ENUMERATED)?.content == HOLD,
        None => false,
    };
    fields.finish()?;
    Ok(Status::Revoked { since, on_hold })
}

/// What the extensions of a response say.
#[derive(Default)]
struct Extras {
    nonce: Option<Vec<u8>>,
    extended_revoke: bool,
    unknown_critical: Option<String>,
}

impl Extras {
    fn take(&mut self, kind: &[u8], critical: bool, value: &[u8]) -> Result<(), Malformed> {
        match kind {
            oid::OCSP_NONCE => {
                let nonce = ber::der(value)?.must_be(tag::OCTET_STRING)?.content;
                if self.nonce.replace(nonce.to_vec()).is_some() {
                    return Err(Malformed::BadValue("the same extension twice"));
                }
            }
            oid::OCSP_EXTENDED_REVOKE => self.extended_revoke = true,
            _ => self.unknown(kind, critical),
        }
        Ok(())
    }

    fn unknown(&mut self, kind: &[u8], critical: bool) {
        if critical {
            self.unknown_critical.get_or_insert(oid::dotted(kind));
        }
    }
}

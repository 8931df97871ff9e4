//! The attributes of one signer (RFC 5652, 5.3 and 11; RFC 5035): their element in, values out.
//!
//! Exactly one content type (the one asked for) and one message digest; signing time and the reference to
//! the signer's certificate at most once; each with exactly one value. Others are covered by the signature
//! but mean nothing here. A timestamp may refer to its signer in the way of the first version, by SHA-1, as
//! the national authority's do (kz.md 2.4); a document may not. Of the unsigned ones, the first timestamp.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::algorithm::{Digest, SHA256, digest, naming_digest};
use crate::ber::{Element, Malformed, tag};
use crate::certificate::Certificate;
use crate::policy::Policy;
use crate::verdict::Reason;
use crate::{encode, oid, time};

/// What a signer says besides the content.
pub(super) struct Attributes<'a> {
    pub(super) message_digest: Cow<'a, [u8]>,
    pub(super) signing_time: Option<Timestamp>,
    pub(super) signing_certificate: Option<Reference<'a>>,
}

/// The signed reference to the signer's certificate: its hash and perhaps issuer and serial number.
pub(super) struct Reference<'a> {
    digest: Option<&'static Digest>,
    hash: Cow<'a, [u8]>,
    issuer_serial: Option<Element<'a>>,
}

// === impl Attributes ===

impl<'a> Attributes<'a> {
    pub(super) fn read(element: &Element<'a>, kind: &[u8]) -> Result<Self, Reason> {
        let is_token = kind == oid::TST_INFO;
        let mut values = Values::default();
        let mut list = element.inside()?;
        while !list.is_empty() {
            let mut fields = list.expect(tag::SEQUENCE)?.inside()?;
            let name = fields.next()?.oid()?;
            let set = fields.expect(tag::SET)?;
            fields.finish()?;
            if name != oid::SIGNING_CERTIFICATE || is_token {
                values.take(name, &set)?;
            }
        }
        let content_type = values
            .content_type
            .ok_or(Reason::SignedAttributesWrong)?
            .oid()?;
        if content_type != kind {
            return Err(Reason::ContentTypeWrong);
        }
        let message_digest = values.message_digest.ok_or(Reason::SignedAttributesWrong)?;
        Ok(Self {
            message_digest: message_digest.octets(tag::OCTET_STRING)?,
            signing_time: values
                .signing_time
                .map(|value| time::read(&value))
                .transpose()?,
            signing_certificate: values.reference()?,
        })
    }

    /// Leaves only those certificates that the signed reference means.
    pub(super) fn refer(
        &self,
        candidates: &mut Vec<usize>,
        certificates: &[Certificate],
        policy: &Policy,
    ) -> Result<(), Reason> {
        let Some(reference) = &self.signing_certificate else {
            return if policy.signing_certificate_required {
                Err(Reason::SigningCertificateMissing)
            } else {
                Ok(())
            };
        };
        let mut meant = Vec::new();
        for place in candidates.iter().copied() {
            if let Some(certificate) = certificates.get(place)
                && reference.names(certificate)?
            {
                meant.push(place);
            }
        }
        if meant.is_empty() && !candidates.is_empty() {
            return Err(Reason::SigningCertificateMismatch);
        }
        *candidates = meant;
        Ok(())
    }
}

/// The first timestamp token among the unsigned attributes.
pub(super) fn timestamp(unsigned: &Element<'_>) -> Result<Option<Vec<u8>>, Malformed> {
    let mut list = unsigned.inside()?;
    while !list.is_empty() {
        let mut fields = list.expect(tag::SEQUENCE)?.inside()?;
        let name = fields.next()?.oid()?;
        let values = fields.expect(tag::SET)?;
        if name == oid::TIMESTAMP_TOKEN {
            return Ok(Some(values.inside()?.next()?.whole.to_vec()));
        }
    }
    Ok(None)
}

#[derive(Default)]
struct Values<'a> {
    content_type: Option<Element<'a>>,
    message_digest: Option<Element<'a>>,
    signing_time: Option<Element<'a>>,
    signing_certificate: Option<Element<'a>>,
    signing_certificate_v1: Option<Element<'a>>,
}

impl<'a> Values<'a> {
    fn reference(&self) -> Result<Option<Reference<'a>>, Malformed> {
        match (&self.signing_certificate, &self.signing_certificate_v1) {
            (Some(value), _) => Reference::read(value, Some(&SHA256)).map(Some),
            (None, Some(value)) => Reference::read(value, naming_digest(oid::SHA1)).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn take(&mut self, kind: &[u8], set: &Element<'a>) -> Result<(), Reason> {
        let place = match kind {
            oid::CONTENT_TYPE => &mut self.content_type,
            oid::MESSAGE_DIGEST => &mut self.message_digest,
            oid::SIGNING_TIME => &mut self.signing_time,
            oid::SIGNING_CERTIFICATE_V2 => &mut self.signing_certificate,
            oid::SIGNING_CERTIFICATE => &mut self.signing_certificate_v1,
            _ => return Ok(()),
        };
        let value = set
            .only_child()
            .map_err(|_| Reason::SignedAttributesWrong)?;
        match place.replace(value) {
            None => Ok(()),
            Some(_) => Err(Reason::SignedAttributesWrong),
        }
    }
}

// === impl Reference ===

impl<'a> Reference<'a> {
    /// Reads SigningCertificateV2 (RFC 5035, 3), or SigningCertificate (RFC 2634, 5.4), which differs in that
    /// it never names its digest. Its first entry is the signer's certificate.
    fn read(value: &Element<'a>, unnamed: Option<&'static Digest>) -> Result<Self, Malformed> {
        let list = value
            .must_be(tag::SEQUENCE)?
            .inside()?
            .expect(tag::SEQUENCE)?;
        let mut fields = list.inside()?.expect(tag::SEQUENCE)?.inside()?;
        let digest = match fields.optional(tag::SEQUENCE)? {
            Some(statement) => digest(statement.inside()?.next()?.oid()?),
            None => unnamed,
        };
        let hash = fields.next()?.octets(tag::OCTET_STRING)?;
        let issuer_serial = fields.optional(tag::SEQUENCE)?;
        fields.finish()?;
        Ok(Self {
            digest,
            hash,
            issuer_serial,
        })
    }

    /// Whether this is a reference to that certificate.
    pub(super) fn names(&self, certificate: &Certificate) -> Result<bool, Reason> {
        let digest = self.digest.ok_or(Reason::AlgorithmUnsupported)?;
        if (digest.compute)(certificate.der()) != *self.hash {
            return Ok(false);
        }
        let Some(issuer_serial) = self.issuer_serial else {
            return Ok(true);
        };
        let mut fields = issuer_serial.inside()?;
        let mut issuers = fields.expect(tag::SEQUENCE)?.inside()?;
        let serial = fields.next()?.integer()?;
        // GeneralNames with one directoryName, [4].
        let issuer = issuers.expect(tag::context_constructed(4))?.only_child()?;
        Ok(serial == certificate.serial()
            && encode::canonical(&issuer)? == certificate.issuer().der())
    }
}

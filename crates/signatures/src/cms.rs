//! CMS SignedData (RFC 5652) and CAdES-BES or -T: the envelope in, content, certificates and claims out.
//!
//! BER or DER, attached or detached, one signer or several. Every signer must have signed attributes
//! with exactly one content type and one message digest; a signature over the bare content is refused,
//! since its content could itself be the DER of attributes (sre.md row 35). Signed attributes are
//! verified in their DER encoding, whatever encoding they came in. Of the unsigned attributes only the first
//! timestamp is read (CAdES-T); nothing of it is believed here.

mod attributes;

use std::borrow::Cow;

use crate::algorithm::{digest, find_for_signer};
use crate::ber::{self, Element, Malformed, Reader, tag};
use crate::certificate::{AlgorithmId, Certificate};
use crate::format::{Claim, Format, Opened, Rules, Stated};
use crate::verdict::{Finding, Reason};
use crate::{encode, oid};
use attributes::{Attributes, timestamp};

/// The format's entry in the table.
pub struct Cms;

/// The content inside an attached signature, cheaply: nothing is verified. `None` if it is detached.
/// Strings that came in pieces are put together (BER), so the bytes are those that are signed.
pub fn attached_content(signature: &[u8]) -> Result<Option<Cow<'_, [u8]>>, Malformed> {
    Ok(Envelope::read(signature)?.content)
}

/// SignedData, split into its parts.
struct Envelope<'a> {
    content_type: &'a [u8],
    content: Option<Cow<'a, [u8]>>,
    certificates: Option<Element<'a>>,
    signers: Element<'a>,
}

// === impl Cms ===

impl Format for Cms {
    fn name(&self) -> &'static str {
        "cms"
    }

    fn recognises(&self, signature: &[u8]) -> bool {
        signature.first() == Some(&tag::SEQUENCE)
    }

    fn open<'a>(
        &self,
        signature: &'a [u8],
        given: Option<&'a [u8]>,
        rules: &Rules<'_>,
    ) -> Result<Opened<'a>, Finding> {
        open(signature, given, rules, oid::DATA)
    }
}

/// Opens an envelope whose content is of this kind: plain data, or what a timestamp holds.
pub(crate) fn open<'a>(
    signature: &'a [u8],
    given: Option<&'a [u8]>,
    rules: &Rules<'_>,
    kind: &[u8],
) -> Result<Opened<'a>, Finding> {
    let envelope = Envelope::read(signature)?;
    if envelope.content_type != kind {
        return Err(Reason::ContentTypeWrong.into());
    }
    let content = match (envelope.content, given) {
        (Some(inside), Some(given)) if inside != given => {
            return Err(Reason::ContentDiffers.into());
        }
        (Some(inside), _) => inside,
        (None, Some(given)) => Cow::Borrowed(given),
        (None, None) => return Err(Reason::ContentMissing.into()),
    };
    let certificates = read_certificates(envelope.certificates, rules.policy.certificates_max)?;
    let mut claims = Vec::new();
    let mut signers = envelope.signers.inside().map_err(Finding::from)?;
    while !signers.is_empty() {
        let place = claims.len();
        if place == rules.policy.signers_max {
            return Err(Reason::TooManySigners.into());
        }
        let info = SignerInfo::read(&signers.next()?).map_err(|malformed| Finding {
            reason: malformed.into(),
            signer: Some(place),
        })?;
        claims.push(info.claim(&content, &certificates, rules, kind));
    }
    Ok(Opened {
        content,
        certificates,
        claims,
    })
}

// === impl Envelope ===

impl<'a> Envelope<'a> {
    fn read(signature: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = ber::ber(signature)?.must_be(tag::SEQUENCE)?.inside()?;
        if outer.next()?.oid()? != oid::SIGNED_DATA {
            return Err(Malformed::BadValue("not SignedData"));
        }
        let wrapper = outer.expect(tag::context_constructed(0))?;
        outer.finish()?;
        let mut fields = wrapper.only_child()?.must_be(tag::SEQUENCE)?.inside()?;
        fields.next()?.small()?;
        fields.expect(tag::SET)?;
        let mut encapsulated = fields.expect(tag::SEQUENCE)?.inside()?;
        let content_type = encapsulated.next()?.oid()?;
        let content = match encapsulated.optional(tag::context_constructed(0))? {
            Some(wrapper) => Some(wrapper.only_child()?.octets(tag::OCTET_STRING)?),
            None => None,
        };
        encapsulated.finish()?;
        let certificates = fields.optional(tag::context_constructed(0))?;
        fields.optional(tag::context_constructed(1))?;
        let signers = fields.expect(tag::SET)?;
        fields.finish()?;
        Ok(Self {
            content_type,
            content,
            certificates,
            signers,
        })
    }
}

/// The X.509 certificates that came along; other kinds (RFC 5652, 10.2.2) are read over.
fn read_certificates(
    set: Option<Element<'_>>,
    certificates_max: usize,
) -> Result<Vec<Certificate>, Malformed> {
    let mut certificates = Vec::new();
    let Some(set) = set else {
        return Ok(certificates);
    };
    let mut reader = set.inside()?;
    while !reader.is_empty() {
        let one = reader.next()?;
        if one.tag != tag::SEQUENCE {
            continue;
        }
        if certificates.len() == certificates_max {
            return Err(Malformed::TooLarge("certificates"));
        }
        certificates.push(Certificate::parse(one.whole)?);
    }
    Ok(certificates)
}

/// One signer's part.
struct SignerInfo<'a> {
    id: SignerId<'a>,
    digest: &'a [u8],
    attributes: Option<Element<'a>>,
    statement: AlgorithmId,
    signature: Cow<'a, [u8]>,
    unsigned: Option<Element<'a>>,
}

/// How a signer names its certificate.
enum SignerId<'a> {
    IssuerAndSerial { issuer: Vec<u8>, serial: &'a [u8] },
    SubjectKeyId(&'a [u8]),
}

// === impl SignerInfo ===

impl<'a> SignerInfo<'a> {
    fn read(element: &Element<'a>) -> Result<Self, Malformed> {
        let mut fields = element.must_be(tag::SEQUENCE)?.inside()?;
        fields.next()?.small()?;
        let id = SignerId::read(&mut fields)?;
        let digest = fields.expect(tag::SEQUENCE)?.inside()?.next()?.oid()?;
        let attributes = fields.optional(tag::context_constructed(0))?;
        let statement = AlgorithmId::read(&fields.next()?)?;
        let signature = fields.next()?.octets(tag::OCTET_STRING)?;
        let unsigned = fields.optional(tag::context_constructed(1))?;
        fields.finish()?;
        Ok(Self {
            id,
            digest,
            attributes,
            statement,
            signature,
            unsigned,
        })
    }

    /// Compares digests and references, and says what is left to verify.
    fn claim(
        self,
        content: &[u8],
        certificates: &[Certificate],
        rules: &Rules<'_>,
        kind: &[u8],
    ) -> Claim {
        // Two certificates may have the same issuer and number; a signed reference tells them apart.
        let mut candidates: Vec<usize> = (0..certificates.len())
            .filter(|place| {
                certificates
                    .get(*place)
                    .is_some_and(|one| self.id.names(one))
            })
            .collect();
        let (attributes, timestamp) = match self.attributes(kind) {
            Ok(read) => read,
            Err(reason) => return Claim::broken(candidates, reason, None),
        };
        let integrity = self
            .integrity(&attributes, content)
            .and_then(|()| attributes.refer(&mut candidates, certificates, rules.policy));
        let signing_time = attributes.signing_time;
        let mut claim = match (integrity, self.stated(rules)) {
            (Ok(()), Ok(stated)) => Claim::new(candidates, stated),
            (Err(reason), stated) => Claim::broken(candidates, reason, stated.ok()),
            (Ok(()), Err(reason)) => Claim::unverifiable(candidates, reason),
        };
        claim.signing_time = signing_time;
        claim.timestamp = timestamp;
        claim
    }

    /// The signed attributes, and the timestamp among the unsigned ones.
    fn attributes(&self, kind: &[u8]) -> Result<(Attributes<'a>, Option<Vec<u8>>), Reason> {
        let element = self.attributes.ok_or(Reason::SignedAttributesMissing)?;
        let attributes = Attributes::read(&element, kind)?;
        let timestamp = self.unsigned.as_ref().map(timestamp).transpose()?;
        Ok((attributes, timestamp.flatten()))
    }

    fn integrity(&self, attributes: &Attributes<'_>, content: &[u8]) -> Result<(), Reason> {
        let digest = digest(self.digest).ok_or(Reason::AlgorithmUnsupported)?;
        if (digest.compute)(content) == *attributes.message_digest {
            Ok(())
        } else {
            Err(Reason::DigestMismatch)
        }
    }

    /// The signed attributes in their DER encoding, whatever encoding they came in (RFC 5652, 5.4).
    fn stated(self, rules: &Rules<'_>) -> Result<Stated, Reason> {
        let element = self.attributes.ok_or(Reason::SignedAttributesMissing)?;
        let algorithm = find_for_signer(rules.algorithms, &self.statement, self.digest)
            .ok_or(Reason::AlgorithmUnsupported)?;
        Ok(Stated {
            signed: encode::canonical_as(&element, tag::SET)?,
            algorithm,
            statement: self.statement,
            signature: self.signature.into_owned(),
        })
    }
}

// === impl SignerId ===

impl<'a> SignerId<'a> {
    fn read(fields: &mut Reader<'a>) -> Result<Self, Malformed> {
        let id = fields.next()?;
        if id.tag == tag::SEQUENCE {
            let mut parts = id.inside()?;
            let issuer = encode::canonical(&parts.expect(tag::SEQUENCE)?)?;
            let serial = parts.next()?.integer()?;
            parts.finish()?;
            return Ok(Self::IssuerAndSerial { issuer, serial });
        }
        if id.tag == tag::context(0) {
            return Ok(Self::SubjectKeyId(id.content));
        }
        Err(Malformed::UnexpectedTag)
    }

    fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerial { issuer, serial } => {
                certificate.issuer().der() == issuer && certificate.serial() == *serial
            }
            Self::SubjectKeyId(id) => {
                certificate.extensions().subject_key_id.as_deref() == Some(*id)
            }
        }
    }
}

impl From<Malformed> for Reason {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<Malformed> for Finding {
    fn from(malformed: Malformed) -> Self {
        Reason::from(malformed).into()
    }
}

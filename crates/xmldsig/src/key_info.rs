//! Whose key: KeyInfo in its forms, certificates out, the signer's first.
//!
//! KeyInfo is not signed, so it is a hint and no more: it chooses the certificate whose key must then
//! have made the signature, and which must be trusted for reasons of its own. Bare keys (KeyValue) and
//! names are never used. Forms: X509Data with certificates; and of WS-Security (kz.md 4.4) the inline
//! KeyIdentifier, the Reference to a BinarySecurityToken, and X509IssuerSerial, which names one of the
//! certificates that the caller knows.

use roxmltree::Node;
use signatures::{Certificate, Reason};

use crate::element::attribute_of;
use crate::parse::Document;
use crate::refused::Refused;
use crate::signature::{DS, base64_of};

pub(crate) const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
pub(crate) const WSU: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
pub(crate) const X509V3: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
pub(crate) const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// Looks for certificates on behalf of one signature.
pub(crate) struct Finder<'a, 'i> {
    pub(crate) document: &'a Document<'i>,
    /// Certificates that were not sent along and may be named.
    pub(crate) known: &'a [Certificate],
}

impl Finder<'_, '_> {
    /// The certificates that the KeyInfo of a signature leads to.
    pub(crate) fn certificates(
        &self,
        key_info: Option<Node<'_, '_>>,
    ) -> Result<Vec<Certificate>, Refused> {
        let Some(key_info) = key_info else {
            return match self.known {
                [only] => Ok(vec![only.clone()]),
                _ => Err(missing("the signature has no KeyInfo")),
            };
        };
        for child in key_info.children().filter(Node::is_element) {
            if is(child, DS, "X509Data") {
                return self.x509_data(child);
            }
            if is(child, WSSE, "SecurityTokenReference") {
                return self.token(key_info, child);
            }
        }
        Err(missing("KeyInfo neither has a certificate nor names one")
            .at(self.document.position(key_info)))
    }

    fn x509_data(&self, data: Node<'_, '_>) -> Result<Vec<Certificate>, Refused> {
        let inside: Vec<_> = data
            .children()
            .filter(|child| is(*child, DS, "X509Certificate"))
            .collect();
        if !inside.is_empty() {
            return inside.into_iter().map(|node| self.read(node)).collect();
        }
        let named = data
            .children()
            .find(|child| is(*child, DS, "X509IssuerSerial"))
            .and_then(|pair| pair.children().find(|one| is(*one, DS, "X509SerialNumber")));
        let found = named.and_then(|serial| self.by_serial(crate::element::text_of(serial).trim()));
        match found {
            Some(certificate) => Ok(vec![certificate.clone()]),
            None => Err(
                missing("X509Data has no certificate and names none that is known here")
                    .at(self.document.position(data)),
            ),
        }
    }

    /// The one known certificate with this serial number. The issuer's name is not compared: it has
    /// several written forms, and the key decides in the end.
    fn by_serial(&self, serial: &str) -> Option<&Certificate> {
        let mut found = self
            .known
            .iter()
            .filter(|known| decimal(known.serial()) == serial);
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    fn token(
        &self,
        key_info: Node<'_, '_>,
        reference: Node<'_, '_>,
    ) -> Result<Vec<Certificate>, Refused> {
        let here = self.document.position(reference);
        let mut children = reference.children().filter(Node::is_element);
        let (Some(child), None) = (children.next(), children.next()) else {
            return Err(missing("a SecurityTokenReference must hold exactly one element").at(here));
        };
        if is(child, WSSE, "KeyIdentifier") && is_x509(child) {
            Ok(vec![self.read(child)?])
        } else if is(child, DS, "X509Data") {
            self.x509_data(child)
        } else if is(child, WSSE, "Reference") {
            let id = attribute_of(child, "", "URI")
                .and_then(|uri| uri.strip_prefix('#'))
                .unwrap_or_default();
            match token_beside(key_info, id) {
                Some(token) if is_x509(token) => Ok(vec![self.read(token)?]),
                _ => Err(missing(
                    "the Reference leads to no X509v3 BinarySecurityToken beside the signature",
                )
                .at(here)),
            }
        } else {
            Err(missing("a SecurityTokenReference of a kind that is not accepted").at(here))
        }
    }

    fn read(&self, node: Node<'_, '_>) -> Result<Certificate, Refused> {
        let der = base64_of(self.document, node)?;
        Certificate::parse(&der).map_err(|error| {
            Refused::new(Reason::Malformed, format!("a certificate: {error}"))
                .at(self.document.position(node))
        })
    }
}

/// The one BinarySecurityToken with this wsu:Id beside the signature.
fn token_beside<'n>(key_info: Node<'n, 'n>, id: &str) -> Option<Node<'n, 'n>> {
    let header = key_info.parent_element()?.parent_element()?;
    let mut found = header.children().filter(|child| {
        is(*child, WSSE, "BinarySecurityToken") && attribute_of(*child, WSU, "Id") == Some(id)
    });
    found.next().filter(|_| found.next().is_none())
}

/// Whether a token says of itself that it is one certificate in base64. What it leaves out is taken so.
fn is_x509(node: Node<'_, '_>) -> bool {
    let says = |name, value| attribute_of(node, "", name).is_none_or(|said| said == value);
    says("ValueType", X509V3) && says("EncodingType", BASE64)
}

pub(crate) fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element()
        && node.tag_name().namespace() == Some(namespace)
        && node.tag_name().name() == name
}

fn missing(why: &'static str) -> Refused {
    Refused::new(Reason::CertificateMissing, why)
}

/// A serial number as X509SerialNumber writes it. It has 20 octets at most, see [`Certificate`].
pub(crate) fn decimal(big_endian: &[u8]) -> String {
    // Least significant first; nine decimal digits in each.
    let mut limbs: Vec<u64> = vec![0];
    for octet in big_endian {
        let mut carry = u64::from(*octet);
        for limb in &mut limbs {
            let sum = *limb * 256 + carry;
            *limb = sum % 1_000_000_000;
            carry = sum / 1_000_000_000;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut digits = limbs.iter().rev();
    let first = digits.next().map(u64::to_string);
    first
        .into_iter()
        .chain(digits.map(|limb| format!("{limb:09}")))
        .collect()
}

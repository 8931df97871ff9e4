//! Distinguished names, and what Kazakhstan's certificates say in them about their owner (kz.md 1.3).
//!
//! Takes the DER of a Name; gives its bytes for comparing (order and encoding differ between
//! generations of the authority, so only bytes identify) and its texts for people. The numbers come
//! out as digits, unchecked: the check digit is the caller's matter (the authority's own test
//! certificates have wrong ones).

use crate::ber::{Element, Malformed, tag};
use crate::oid;
use crate::private::Private;

/// A distinguished name.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    der: Vec<u8>,
    attributes: Vec<(Vec<u8>, String)>,
}

/// Who a certificate is about. All of it is personal data or may be, hence [`Private`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// CN: "SURNAME NAME", or the name of an information system.
    pub common_name: Option<Private>,
    pub surname: Option<Private>,
    /// The attribute G, which holds the patronymic here and not the first name.
    pub patronymic: Option<Private>,
    /// O: the organisation that the signer belongs to.
    pub organisation: Option<Private>,
    /// C: two letters.
    pub country: Option<String>,
    /// Twelve digits after `IIN` in serialNumber; none when there are two different ones.
    pub iin: Option<Private>,
    /// Twelve digits after `BIN` in OU (or in serialNumber); none when there are two different ones.
    pub bin: Option<Private>,
    /// UID: the object identifier of an information system.
    pub system: Option<String>,
    /// rfc822Name of the alternative names.
    pub email: Option<Private>,
}

// === impl Name ===

impl Name {
    /// Reads a Name element (RFC 5280, 4.1.2.4).
    pub(crate) fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut attributes = Vec::new();
        let mut sets = element.must_be(tag::SEQUENCE)?.inside()?;
        while !sets.is_empty() {
            let mut members = sets.expect(tag::SET)?.inside()?;
            while !members.is_empty() {
                let mut pair = members.expect(tag::SEQUENCE)?.inside()?;
                let kind = pair.next()?.oid()?.to_vec();
                let value = pair.next()?;
                pair.finish()?;
                // A value of an odd type is no text, yet the name is still a name.
                attributes.push((kind, value.text().unwrap_or_default()));
            }
        }
        Ok(Self {
            der: element.whole.to_vec(),
            attributes,
        })
    }

    /// The bytes that identify the name.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The first value of an attribute, by the content octets of its identifier.
    pub fn first(&self, kind: &[u8]) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(k, _)| k == kind)
            .map(|(_, value)| value.as_str())
    }

    fn all<'a>(&'a self, kind: &'a [u8]) -> impl Iterator<Item = &'a str> {
        self.attributes
            .iter()
            .filter(move |(k, _)| k == kind)
            .map(|(_, value)| value.as_str())
    }

    /// The twelve digits that follow `prefix` in any of these attributes, if they are the same everywhere.
    fn number(&self, kinds: &[&[u8]], prefix: &str) -> Option<Private> {
        let mut found = kinds
            .iter()
            .flat_map(|kind| self.all(kind))
            .filter_map(|value| {
                value.strip_prefix(prefix).filter(|rest| {
                    rest.len() == 12 && rest.bytes().all(|byte| byte.is_ascii_digit())
                })
            });
        let number = found.next()?;
        found
            .all(|other| other == number)
            .then(|| Private::new(number))
    }

    /// For an authority, whose name is no secret: `CN=…, O=…, C=…`.
    pub fn printed(&self) -> String {
        [
            ("CN", oid::COMMON_NAME),
            ("O", oid::ORGANISATION),
            ("C", oid::COUNTRY),
        ]
        .iter()
        .filter_map(|(label, kind)| self.first(kind).map(|value| format!("{label}={value}")))
        .collect::<Vec<_>>()
        .join(", ")
    }

    /// What the name says about its owner.
    pub(crate) fn subject(&self, email: Option<&str>) -> Subject {
        let private = |kind| self.first(kind).map(Private::new);
        Subject {
            common_name: private(oid::COMMON_NAME),
            surname: private(oid::SURNAME),
            patronymic: private(oid::GIVEN_NAME),
            organisation: private(oid::ORGANISATION),
            country: self.first(oid::COUNTRY).map(str::to_owned),
            iin: self.number(&[oid::SERIAL_NUMBER], "IIN"),
            bin: self.number(&[oid::ORGANISATIONAL_UNIT, oid::SERIAL_NUMBER], "BIN"),
            system: self.first(oid::USER_ID).map(str::to_owned),
            email: email.map(Private::new),
        }
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Name(***)")
    }
}

//! Revocation lists that no honest authority makes: each is in order but for one thing, and is refused for that.

use rcgen::{BasicConstraints, KeyIdMethod, KeyUsagePurpose};
use signatures::ber::tag;
use signatures::crl::{CRL_BYTES_MAX, parse};
use signatures::encode::{element, integer, oid, sequence};
use signatures::{Crl, CrlError, Delta, Freshness, Lack, Malformed, Revocation, Status, oid};

use crate::ca::{Authority, World, authority_params, crls, now};
use crate::chains::again;

/// What a list says, to be changed before it is signed.
struct Forged {
    inner: Option<Vec<u8>>,
    next_update: bool,
    entry_extensions: Vec<Vec<u8>>,
    extensions: Vec<Vec<u8>>,
}

impl Forged {
    fn good() -> Self {
        Self {
            inner: None,
            next_update: true,
            entry_extensions: vec![],
            extensions: vec![extension(oid::CRL_NUMBER, 0, &integer(&[14]))],
        }
    }

    fn with(extension: Vec<u8>) -> Self {
        let mut forged = Self::good();
        forged.extensions.push(extension);
        forged
    }

    fn der(&self, authority: &Authority) -> Vec<u8> {
        let by = authority.identity();
        let moment = |text: &[u8]| element(tag::UTC_TIME, text);
        let mut fields = vec![
            integer(&[1]),
            self.inner.clone().unwrap_or(by.statement()),
            by.certificate().subject().der().to_vec(),
            moment(b"260601000000Z"),
        ];
        if self.next_update {
            fields.push(moment(b"260701000000Z"));
        }
        let mut entry = vec![integer(&[5]), moment(b"260520000000Z")];
        if !self.entry_extensions.is_empty() {
            entry.push(sequence(&self.entry_extensions));
        }
        fields.push(sequence(&[sequence(&entry)]));
        let extensions = sequence(&self.extensions);
        fields.push(element(tag::context_constructed(0), &extensions));
        let signed = sequence(&fields);
        let bits = [vec![0], by.sign(&signed).unwrap()].concat();
        sequence(&[signed, by.statement(), element(tag::BIT_STRING, &bits)])
    }

    fn open(&self) -> Result<Crl, CrlError> {
        let root = Authority::root("TEST ROOT");
        Crl::open(&self.der(&root), &root.parsed())
    }
}

fn extension(kind: &[u8], critical: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[
        oid(kind),
        element(tag::BOOLEAN, &[critical]),
        element(tag::OCTET_STRING, value),
    ])
}

fn odd(critical: u8) -> Vec<u8> {
    extension(&[0x2a, 3, 4], critical, &[tag::NULL, 0])
}

/// An issuing point with these of its fields set.
fn point(fields: &[u8]) -> Vec<u8> {
    let set = |field: &u8| element(tag::context(*field), &[0xff]);
    let fields: Vec<Vec<u8>> = fields.iter().map(set).collect();
    extension(oid::ISSUING_POINT, 0xff, &sequence(&fields))
}

#[test]
fn a_list_is_of_the_authority_that_it_names() {
    let root = Authority::root("TEST ROOT");
    let bytes = root.crl(&[]);
    let open = |params| Crl::open(&bytes, &again(&root, params).parsed());
    let params = |name| authority_params(name, BasicConstraints::Unconstrained);
    open(params("TEST ROOT")).unwrap();
    let other_name = open(params("OTHER ROOT"));
    assert_eq!(other_name.unwrap_err(), CrlError::OtherIssuer);
    let mut other_key = params("TEST ROOT");
    other_key.key_identifier_method = KeyIdMethod::Sha512;
    assert_eq!(open(other_key).unwrap_err(), CrlError::OtherIssuer);
    let mut not_allowed = params("TEST ROOT");
    not_allowed.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    assert_eq!(open(not_allowed).unwrap_err(), CrlError::NotAllowed);
}

#[test]
fn a_list_with_a_critical_extension_that_nobody_knows_is_refused() {
    let in_entry = |critical| Forged {
        entry_extensions: vec![odd(critical)],
        ..Forged::good()
    };
    for harmless in [in_entry(0), Forged::with(odd(0))] {
        assert_eq!(harmless.open().unwrap().revoked(), 1);
    }
    let partial = || CrlError::Partial("1.2.3.4".to_owned());
    for spoiled in [in_entry(0xff), Forged::with(odd(0xff))] {
        assert_eq!(spoiled.open().unwrap_err(), partial());
    }
}

#[test]
fn a_list_for_some_reasons_or_of_others_or_of_nobody_is_refused() {
    for scoped in [&[1], &[2]] {
        Forged::with(point(scoped)).open().unwrap();
    }
    // Only some reasons, indirect, only attribute certificates.
    for field in [3, 4, 5] {
        let partial = CrlError::Partial("issuing distribution point".to_owned());
        let refused = Forged::with(point(&[field])).open();
        assert_eq!(refused.unwrap_err(), partial, "{field}");
    }
    let neither = Forged::with(point(&[1, 2])).open();
    let reason = Malformed::BadValue("issuing distribution point");
    assert_eq!(neither.unwrap_err(), CrlError::Malformed(reason));
}

#[test]
fn a_list_that_names_two_algorithms_is_refused() {
    let forged = Forged {
        inner: Some(sequence(&[oid(oid::RSA_SHA256), element(tag::NULL, &[])])),
        ..Forged::good()
    };
    let reason = Malformed::BadValue("two different signature algorithms");
    assert_eq!(forged.open().unwrap_err(), CrlError::Malformed(reason));
}

#[test]
fn a_list_that_is_too_large_is_not_even_read() {
    let bytes = vec![0; CRL_BYTES_MAX + 1];
    let too_large = Malformed::TooLarge("revocation list");
    assert_eq!(parse(&bytes).unwrap_err(), too_large);
    assert_ne!(parse(&bytes[1..]).unwrap_err(), too_large);
}

#[test]
fn changes_for_other_certificates_than_the_lists_are_not_taken() {
    let root = Authority::root("TEST ROOT");
    let list = Crl::open(&Forged::good().der(&root), &root.parsed()).unwrap();
    let changes = |scope: Option<&[u8]>| {
        let base = extension(oid::DELTA_CRL, 0xff, &integer(&[14]));
        let mut forged = Forged::with(base);
        forged.extensions.extend(scope.map(point));
        Delta::open(&forged.der(&root), &root.parsed()).unwrap()
    };
    list.with_delta(&changes(None)).unwrap();
    for scope in [&[1], &[2]] {
        let refused = list.with_delta(&changes(Some(scope)));
        assert_eq!(refused.unwrap_err(), CrlError::OtherBase);
    }
}

#[test]
fn a_list_of_users_says_nothing_of_an_authority() {
    let world = World::new();
    let users = Forged::with(point(&[1])).der(&world.root);
    let lists = crls(&[(&world.root, users)]);
    let asked = lists.ask(&world.issuing.parsed(), &world.root.parsed(), now());
    assert_eq!(asked.status, Status::Unknown(Lack::NotCovered));
}

#[test]
fn a_list_that_does_not_say_when_the_next_one_comes_needs_an_age() {
    let endless = Forged {
        next_update: false,
        ..Forged::good()
    };
    let list = endless.open().unwrap();
    assert_eq!(list.next_update(), None);
    assert!(!Freshness::default().accepts(&list, now()));
    let aged = Freshness {
        age_max: Some(jiff::SignedDuration::from_hours(24 * 20)),
        ..Freshness::default()
    };
    assert!(aged.accepts(&list, now()));
}

//! OCSP responses that no honest responder gives: each is in order but for one thing, and is refused for that.

use jiff::{SignedDuration, Timestamp};
use rcgen::BasicConstraints;
use signatures::ber::tag;
use signatures::encode::{element, integer, oid, sequence};
use signatures::ocsp::{RESPONSE_BYTES_MAX, Status, certificate_id};
use signatures::sign::Identity;
use signatures::{
    Certificate, Lack, Malformed, Ocsp, OcspError, Ocsps, Revocation, Status as Known, oid,
};

use crate::ca::{Authority, World, authority_params, now, person, responder};
use crate::chains::again;
use crate::sources::answer;

const MOMENT: &[u8] = b"20260615090000Z";

/// What a response consists of, to be changed before it is signed.
struct Forged {
    world: World,
    who: Certificate,
    responder: Identity,
    kind: Vec<u8>,
    version: Option<u8>,
    named: Vec<u8>,
    id: Vec<u8>,
    next_update: Option<&'static [u8]>,
    extensions: Vec<Vec<u8>>,
    single_extensions: Vec<Vec<u8>>,
}

impl Forged {
    fn good() -> Self {
        let world = World::new();
        let who = world.issuing.issue(person()).parsed();
        let responder = world.issuing.issue(responder()).identity(&[]);
        Self {
            kind: oid::OCSP_BASIC.to_vec(),
            version: None,
            named: responder.certificate().subject().der().to_vec(),
            id: certificate_id(&world.issuing.parsed(), who.serial()),
            next_update: None,
            extensions: vec![],
            single_extensions: vec![],
            world,
            who,
            responder,
        }
    }

    fn der(&self) -> Vec<u8> {
        let moment = || element(tag::GENERALIZED_TIME, MOMENT);
        let listed = |extensions: &[Vec<u8>]| {
            let list = sequence(extensions);
            (!extensions.is_empty()).then(|| element(tag::context_constructed(1), &list))
        };
        let mut single = vec![self.id.clone(), element(tag::context(0), &[]), moment()];
        let next = |next: &[u8]| element(tag::GENERALIZED_TIME, next);
        let next = self.next_update.map(next);
        single.extend(next.map(|next| element(tag::context_constructed(0), &next)));
        single.extend(listed(&self.single_extensions));
        let version = |version: u8| element(tag::context_constructed(0), &integer(&[version]));
        let mut fields: Vec<Vec<u8>> = self.version.map(version).into_iter().collect();
        fields.extend([
            element(tag::context_constructed(1), &self.named),
            moment(),
            sequence(&[sequence(&single)]),
        ]);
        fields.extend(listed(&self.extensions));
        let data = sequence(&fields);
        let bits = [vec![0], self.responder.sign(&data).unwrap()].concat();
        let certificates = sequence(&[self.responder.certificate().der()]);
        let basic = sequence(&[
            data,
            self.responder.statement(),
            element(tag::BIT_STRING, &bits),
            element(tag::context_constructed(0), &certificates),
        ]);
        let typed = sequence(&[oid(&self.kind), element(tag::OCTET_STRING, &basic)]);
        sequence(&[
            element(tag::ENUMERATED, &[0]),
            element(tag::context_constructed(0), &typed),
        ])
    }

    fn open(&self) -> Result<Ocsp, OcspError> {
        Ocsp::open(&self.der(), &self.who, &self.world.issuing.parsed())
    }

    #[track_caller]
    fn refused(&self, error: &OcspError) {
        assert_eq!(self.open().unwrap_err(), *error);
    }
}

/// An authority of another name with the very key of this one.
fn renamed(authority: &Authority) -> Authority {
    let params = authority_params("OTHER ISSUING", BasicConstraints::Unconstrained);
    again(authority, params)
}

fn extension(kind: &[u8], critical: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[
        oid(kind),
        element(tag::BOOLEAN, &[critical]),
        element(tag::OCTET_STRING, value),
    ])
}

#[test]
fn a_response_with_a_critical_extension_that_nobody_knows_is_refused() {
    let odd = |critical| extension(&[0x2a, 3, 4], critical, &[tag::NULL, 0]);
    let with = |critical, in_single| {
        let mut forged = Forged::good();
        let list = if in_single {
            &mut forged.single_extensions
        } else {
            &mut forged.extensions
        };
        list.push(odd(critical));
        forged
    };
    for in_single in [false, true] {
        let harmless = with(0, in_single).open().unwrap();
        assert_eq!(harmless.status(), Status::Good);
        with(0xff, in_single).refused(&OcspError::CriticalExtension("1.2.3.4".to_owned()));
    }
}

#[test]
fn a_certificate_of_another_issuer_with_the_same_number_is_not_answered_for() {
    let forged = Forged::good();
    let other = forged.world.root.issue(person()).parsed();
    assert_eq!(other.serial(), forged.who.serial());
    let opened = Ocsp::open(&forged.der(), &other, &forged.world.issuing.parsed());
    assert_eq!(opened.unwrap_err(), OcspError::OtherCertificate);
}

#[test]
fn an_answer_about_an_issuer_of_another_name_is_refused_even_with_the_very_key() {
    let mut forged = Forged::good();
    let other = renamed(&forged.world.issuing).parsed();
    forged.id = certificate_id(&other, forged.who.serial());
    forged.refused(&OcspError::OtherCertificate);
}

#[test]
fn a_responder_of_an_issuer_of_another_name_is_refused_even_with_the_very_key() {
    let mut forged = Forged::good();
    let other = renamed(&forged.world.issuing);
    forged.responder = other.issue(responder()).identity(&[]);
    forged.refused(&OcspError::NotAuthorised);
}

#[test]
fn a_responder_that_the_response_does_not_name_has_not_answered() {
    let mut forged = Forged::good();
    forged.named = forged.world.root.parsed().subject().der().to_vec();
    forged.refused(&OcspError::ResponderMissing);
}

#[test]
fn a_response_of_another_kind_or_version_is_refused() {
    let mut forged = Forged::good();
    forged.version = Some(0);
    assert_eq!(forged.open().unwrap().produced_at(), now());
    forged.version = Some(1);
    let version = Malformed::BadValue("version of a response");
    forged.refused(&version.into());
    let mut forged = Forged::good();
    forged.kind = oid::DATA.to_vec();
    forged.refused(&Malformed::BadValue("not a basic response").into());
}

#[test]
fn a_response_repeats_one_nonce() {
    let nonce = |octet| {
        let value = element(tag::OCTET_STRING, &[octet; 16]);
        extension(oid::OCSP_NONCE, 0, &value)
    };
    let mut forged = Forged::good();
    forged.extensions.push(nonce(1));
    assert_eq!(forged.open().unwrap().nonce(), Some([1; 16].as_slice()));
    forged.extensions.push(nonce(2));
    forged.refused(&Malformed::BadValue("the same extension twice").into());
}

#[test]
fn a_response_that_is_too_large_is_not_even_read() {
    let forged = Forged::good();
    let bytes = vec![tag::SEQUENCE; RESPONSE_BYTES_MAX + 1];
    let open = |bytes: &[u8]| Ocsp::open(bytes, &forged.who, &forged.world.issuing.parsed());
    let too_large = || OcspError::from(Malformed::TooLarge("OCSP response"));
    assert_eq!(open(&bytes).unwrap_err(), too_large());
    assert_ne!(open(&bytes[..RESPONSE_BYTES_MAX]).unwrap_err(), too_large());
}

#[test]
fn an_answer_that_says_when_the_next_one_comes_counts_until_then() {
    let mut forged = Forged::good();
    forged.next_update = Some(b"20260615100000Z");
    let issuer = forged.world.issuing.parsed();
    let mut answers = Ocsps::default();
    answers.insert(&forged.who, &issuer, forged.open().unwrap());
    let at = |at: &str| {
        let at: Timestamp = at.parse().unwrap();
        answers.ask(&forged.who, &issuer, at).status
    };
    assert_eq!(at("2026-06-15T10:00:00Z"), Known::Good);
    assert_eq!(at("2026-06-15T10:00:01Z"), Known::Unknown(Lack::Stale));
}

#[test]
fn the_newer_of_two_answers_stays() {
    let world = World::new();
    let who = world.issuing.issue(person()).parsed();
    let issuer = world.issuing.parsed();
    let earlier = now() - SignedDuration::from_mins(1);
    let revoked = Status::Revoked {
        since: earlier,
        on_hold: true,
    };
    let older = answer(&world, &who, revoked, earlier);
    let newer = answer(&world, &who, Status::Good, now());
    for order in [[&older, &newer], [&newer, &older]] {
        let mut answers = Ocsps::default();
        for bytes in order {
            answers.insert(&who, &issuer, Ocsp::open(bytes, &who, &issuer).unwrap());
        }
        assert_eq!(answers.ask(&who, &issuer, now()).status, Known::Good);
    }
}

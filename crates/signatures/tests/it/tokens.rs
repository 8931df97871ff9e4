//! Tokens that no honest authority makes: each is in order but for one thing, and is refused for that alone.

use signatures::algorithm::SHA256;
use signatures::ber::tag;
use signatures::encode::{constructed, element, integer, oid, sequence};
use signatures::sign::tsp::{Stamp, read, stamp, with_timestamps};
use signatures::sign::{Options, sign};
use signatures::tsp::{TOKEN_BYTES_MAX, granted, parse, request};
use signatures::{Aspect, Malformed, Reason, Said, Token, Trust, TspError, oid};

use crate::ca::{Person, World, now, person, stamper};
use crate::forge::{content_type, envelope, message_digest, sha256, signer, signing_certificate};

const BYTES: &[u8] = b"the octets of a signature value";
const POLICY: &[u8] = &[0x2a, 0x83, 0x0e, 3, 3, 2, 6, 4];

fn open(world: &World, token: &[u8]) -> Result<Token, TspError> {
    let trust = Trust::of(vec![world.root.parsed(), world.issuing.parsed()]).unwrap();
    Token::open(token, BYTES, &trust)
}

fn words(over: &[u8]) -> Stamp {
    Stamp {
        imprint: read(&request(&SHA256, over, None, None)).unwrap().imprint,
        policy: POLICY.to_vec(),
        serial: vec![0x91, 2],
        at: now(),
        nonce: None,
    }
}

/// The fields of a token that is in order.
fn good() -> Vec<Vec<u8>> {
    let imprint = sequence(&[
        sequence(&[oid(oid::SHA256)]),
        element(tag::OCTET_STRING, &sha256(BYTES)),
    ]);
    vec![
        integer(&[1]),
        oid(POLICY),
        imprint,
        integer(&[7]),
        element(tag::GENERALIZED_TIME, b"20260615090000Z"),
    ]
}

/// What is said of a token with these fields, rightly signed by a time-stamping authority.
fn forged(fields: &[Vec<u8>]) -> Result<Token, TspError> {
    let world = World::new();
    let who = world.issuing.issue(stamper());
    open(&world, &signed(&who, &sequence(fields)))
}

fn signed(who: &Person, info: &[u8]) -> Vec<u8> {
    let attributes = [
        content_type(oid::TST_INFO),
        message_digest(info),
        signing_certificate(who.certificate.der()),
    ];
    let signer = signer(who, info, Some(&attributes));
    envelope(&[who], oid::TST_INFO, info, &[signer])
}

#[test]
fn a_token_signed_by_another_key_is_refused() {
    let world = World::new();
    let mut token = stamp(&world.issuing.issue(stamper()).identity(&[]), &words(BYTES)).unwrap();
    open(&world, &token).unwrap();
    // The last octet is of the signature.
    *token.last_mut().unwrap() ^= 1;
    let wrong = TspError::Wrong(Reason::SignatureWrong);
    assert_eq!(open(&world, &token).unwrap_err(), wrong);
}

#[test]
fn a_token_whose_digest_is_of_something_else_is_refused() {
    let world = World::new();
    let who = world.issuing.issue(stamper());
    let info = sequence(&good());
    let attributes = [
        content_type(oid::TST_INFO),
        message_digest(b"another"),
        signing_certificate(who.certificate.der()),
    ];
    let signer = signer(&who, &info, Some(&attributes));
    let token = envelope(&[&who], oid::TST_INFO, &info, &[signer]);
    let differs = TspError::Wrong(Reason::DigestMismatch);
    assert_eq!(open(&world, &token).unwrap_err(), differs);
}

#[test]
fn a_token_with_a_critical_extension_that_nobody_knows_is_refused() {
    let with = |critical: u8| {
        let extension = sequence(&[
            oid(&[0x2a, 3, 4]),
            element(tag::BOOLEAN, &[critical]),
            element(tag::OCTET_STRING, &[tag::NULL, 0]),
        ]);
        let mut fields = good();
        fields.push(constructed(tag::context_constructed(1), &[extension]));
        forged(&fields)
    };
    assert_eq!(
        with(0xff).unwrap_err(),
        TspError::CriticalExtension("1.2.3.4".to_owned())
    );
    assert_eq!(with(0).unwrap().at(), now());
}

#[test]
fn a_digest_with_parameters_of_its_own_is_not_taken_for_the_plain_one() {
    let mut fields = good();
    fields[2] = sequence(&[
        sequence(&[oid(oid::SHA256), integer(&[1])]),
        element(tag::OCTET_STRING, &sha256(BYTES)),
    ]);
    assert_eq!(forged(&fields).unwrap_err(), TspError::Digest);
}

#[test]
fn a_token_of_another_version_is_refused() {
    forged(&good()).unwrap();
    let mut fields = good();
    fields[0] = integer(&[2]);
    let version = Malformed::BadValue("version of a token");
    assert_eq!(forged(&fields).unwrap_err(), TspError::Malformed(version));
}

#[test]
fn a_serial_number_of_a_token_has_twenty_octets_at_most() {
    let with = |length| {
        let mut fields = good();
        fields[3] = integer(&vec![1; length]);
        forged(&fields)
    };
    assert_eq!(with(20).unwrap().serial(), [1; 20]);
    let serial = Malformed::BadValue("serial number");
    assert_eq!(with(21).unwrap_err(), TspError::Malformed(serial));
}

#[test]
fn a_token_that_is_too_large_is_not_even_read() {
    let too_large = || TspError::Malformed(Malformed::TooLarge("timestamp"));
    let bytes = vec![tag::SEQUENCE; TOKEN_BYTES_MAX + 1];
    assert_eq!(parse(&bytes).unwrap_err(), too_large());
    assert_eq!(granted(&bytes).unwrap_err(), too_large());
    let allowed = &bytes[..TOKEN_BYTES_MAX];
    assert_ne!(parse(allowed).unwrap_err(), too_large());
    assert_ne!(granted(allowed).unwrap_err(), too_large());
}

/// A format that opened the envelope itself leaves no envelope behind for a token to be about.
#[test]
fn a_token_inside_a_signature_is_about_its_value_and_about_nothing_else() {
    let world = World::new();
    let who = world.issuing.issue(person()).identity(&[]);
    let authority = world.issuing.issue(stamper()).identity(&[]);
    let plain = sign(b"x", &[&who], &Options::attached(now())).unwrap();
    let verifier = world.verifier();
    let time = |over: Option<&[u8]>| {
        let stamped = with_timestamps(&plain, |value| {
            stamp(&authority, &words(over.unwrap_or(value)))
        })
        .unwrap();
        let format = verifier.format_of(&stamped).unwrap();
        let opened = format.open(&stamped, None, &verifier.rules()).unwrap();
        let report = verifier.judge(opened, now(), &world.crls(&[]));
        report.signers[0].checks.of(Aspect::Time)
    };
    assert_eq!(time(None), Said::Valid);
    assert_eq!(time(Some(b"")), Said::Invalid(Reason::TimestampWrong));
}

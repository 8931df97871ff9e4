//! The reader against whatever bytes there are: no panic, no loop, and DER is a fixed point.

use proptest::prelude::*;
use signatures::ber::{self, Element, Malformed, tag};
use signatures::encode::{canonical, constructed, element, set};
use signatures::sign::{Options, sign};
use signatures::{
    Certificate, Crl, Crls, Policy, Trust, Verdict, Verifier, attached_content, crl, oid,
};

use crate::ca::{World, now, person};

/// An element to be written in either encoding.
#[derive(Debug, Clone)]
enum Tree {
    Octets(Vec<u8>),
    Number(u8),
    Sequence(Vec<Tree>),
    Set(Vec<Tree>),
}

impl Tree {
    fn der(&self) -> Vec<u8> {
        match self {
            Self::Octets(bytes) => element(tag::OCTET_STRING, bytes),
            Self::Number(number) => element(tag::INTEGER, &[*number]),
            Self::Sequence(parts) => constructed(
                tag::SEQUENCE,
                &parts.iter().map(Self::der).collect::<Vec<_>>(),
            ),
            Self::Set(parts) => set(parts.iter().map(Self::der).collect()),
        }
    }

    /// Indefinite lengths, strings in pieces of three, sets as they come.
    fn ber(&self) -> Vec<u8> {
        match self {
            Self::Octets(bytes) => {
                let pieces: Vec<Vec<u8>> = bytes
                    .chunks(3)
                    .map(|piece| element(tag::OCTET_STRING, piece))
                    .collect();
                open_ended(tag::OCTET_STRING | 0x20, &pieces)
            }
            Self::Number(_) => self.der(),
            Self::Sequence(parts) => open_ended(
                tag::SEQUENCE,
                &parts.iter().map(Self::ber).collect::<Vec<_>>(),
            ),
            Self::Set(parts) => {
                open_ended(tag::SET, &parts.iter().map(Self::ber).collect::<Vec<_>>())
            }
        }
    }
}

fn open_ended(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![tag, 0x80];
    bytes.extend(parts.concat());
    bytes.extend([0, 0]);
    bytes
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200).prop_map(Tree::Octets),
        (0u8..128).prop_map(Tree::Number),
    ];
    leaf.prop_recursive(5, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Tree::Sequence),
            proptest::collection::vec(inner, 0..6).prop_map(Tree::Set),
        ]
    })
}

fn walk(element: &Element<'_>) -> Result<usize, Malformed> {
    if !element.is_constructed() {
        return Ok(1);
    }
    let mut reader = element.inside()?;
    let mut count = 1;
    while !reader.is_empty() {
        count += walk(&reader.next()?)?;
    }
    Ok(count)
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(element) = ber::ber(&bytes) {
            prop_assert!(canonical(&element).is_err() || walk(&element).is_ok());
        }
        if let Ok(count) = ber::der(&bytes).and_then(|element| walk(&element)) {
            prop_assert!(count <= bytes.len());
        }
        prop_assert!(Certificate::parse(&bytes).is_err());
        prop_assert!(crl::parse(&bytes).is_err());
        prop_assert!(attached_content(&bytes).is_err());
    }

    #[test]
    fn an_identifier_is_read_as_it_is_printed(
        first in 0u32..3, second in 0u32..40, rest in proptest::collection::vec(any::<u32>(), 0..8)
    ) {
        let arcs: Vec<String> = [first, second].iter().chain(&rest).map(u32::to_string).collect();
        let dotted = arcs.join(".");
        prop_assert_eq!(oid::dotted(&oid::parse(&dotted).unwrap()), dotted);
    }

    #[test]
    fn der_is_a_fixed_point(tree in tree()) {
        let der = tree.der();
        prop_assert_eq!(canonical(&ber::der(&der).unwrap()).unwrap(), der);
    }

    #[test]
    fn ber_says_the_same_as_der(tree in tree()) {
        let ber = tree.ber();
        prop_assert_eq!(canonical(&ber::ber(&ber).unwrap()).unwrap(), tree.der());
    }

    #[test]
    fn der_refuses_indefinite_lengths(tree in tree()) {
        let ber = tree.ber();
        prop_assert!(ber == tree.der() || ber::der(&ber).and_then(|all| walk(&all)).is_err());
    }
}

#[test]
fn what_is_no_identifier_is_told_so() {
    for text in [
        "",
        "1",
        "3.1",
        "1.40",
        "1.2.",
        "1.2.x",
        "1.2.4294967296",
        "1.02",
        "1.2.+3",
        "1.2.-3",
    ] {
        assert_eq!(oid::parse(text), None, "{text}");
    }
    assert_eq!(
        oid::parse("1.2.840.113549.1.9.16.1.4").as_deref(),
        Some(oid::TST_INFO)
    );
}

/// Real structures, to be spoiled: envelopes in both encodings, a certificate, a list.
fn samples(world: &World) -> Vec<Vec<u8>> {
    let who = world.issuing.issue(person());
    let identity = who.identity(&[&world.issuing]);
    let envelope = |streamed| {
        let options = Options {
            streamed,
            ..Options::attached(now())
        };
        sign(b"a document", &[&identity], &options).unwrap()
    };
    vec![
        envelope(false),
        envelope(true),
        who.certificate.der().to_vec(),
        world.issuing.crl(&[&who]),
    ]
}

/// Replaces, inserts or removes one octet.
fn spoil(bytes: &mut Vec<u8>, (kind, place, octet): (u8, usize, u8)) {
    let place = place % bytes.len().max(1);
    match kind % 3 {
        _ if bytes.is_empty() => bytes.push(octet),
        0 => bytes[place] = octet,
        1 => bytes.insert(place, octet),
        _ => drop(bytes.remove(place)),
    }
}

#[test]
fn spoiled_structures_are_read_or_refused() {
    let world = World::new();
    let (samples, issuing) = (samples(&world), world.issuing.parsed());
    let verifier = Verifier::new(Trust::default(), Policy::default());
    let edits = proptest::collection::vec((any::<u8>(), any::<usize>(), any::<u8>()), 1..6);
    let mut runner = proptest::test_runner::TestRunner::default();
    let run = runner.run(&(0..samples.len(), edits), |(which, edits)| {
        let mut bytes = samples[which].clone();
        for edit in edits {
            spoil(&mut bytes, edit);
        }
        // Nobody is trusted here, so nothing may be valid, and reading must end.
        let verdict = verifier.verify(&bytes, None, now(), &Crls::default());
        prop_assert!(matches!(verdict, Verdict::Invalid(_)));
        if let Ok(certificate) = Certificate::parse(&bytes) {
            prop_assert_eq!(certificate.der(), bytes.as_slice());
        }
        // A spoiled list may still be read; it can no longer be anybody's.
        prop_assert!(bytes == samples[which] || Crl::open(&bytes, &issuing).is_err());
        Ok(())
    });
    run.unwrap();
}

#[test]
fn nesting_is_bounded() {
    let nest = |depth: usize| {
        let mut bytes = [tag::SEQUENCE, 0x80].repeat(depth);
        bytes.extend([0, 0].repeat(depth));
        bytes
    };
    assert!(ber::ber(&nest(20)).is_ok());
    assert_eq!(ber::ber(&nest(1000)).unwrap_err(), Malformed::TooDeep);
    let mut definite = vec![tag::SEQUENCE, 0];
    for _ in 0..60 {
        definite = element(tag::SEQUENCE, &definite);
    }
    assert_eq!(walk(&ber::der(&definite).unwrap()), Err(Malformed::TooDeep));
}

#[test]
fn lengths_have_one_der_form() {
    assert!(ber::ber(&[4, 0x81, 1, 7]).is_ok());
    assert_eq!(
        ber::der(&[4, 0x81, 1, 7]).unwrap_err(),
        Malformed::BadLength
    );
    assert_eq!(
        ber::der(&[4, 0x82, 0, 200]).unwrap_err(),
        Malformed::BadLength
    );
    assert_eq!(
        ber::ber(&[4, 0x80, 0, 0]).unwrap_err(),
        Malformed::BadLength
    );
    assert_eq!(
        ber::ber(&[4, 0x85, 0, 0, 0, 0, 1, 7]).unwrap_err(),
        Malformed::BadLength
    );
    assert_eq!(
        ber::ber(&[4, 0x84, 255, 255, 255, 255]).unwrap_err(),
        Malformed::Truncated
    );
    assert_eq!(ber::ber(&[4, 1, 7, 7]).unwrap_err(), Malformed::Trailing);
    assert_eq!(ber::ber(&[0x1f, 1, 7]).unwrap_err(), Malformed::LongTag);
}

#[test]
fn a_signature_cut_anywhere_is_refused() {
    let world = World::new();
    let who = world.issuing.issue(person()).identity(&[]);
    let (verifier, crls) = (world.verifier(), world.crls(&[]));
    for streamed in [false, true] {
        let options = Options {
            streamed,
            ..Options::attached(now())
        };
        let signature = sign(b"a document", &[&who], &options).unwrap();
        for end in 0..signature.len() {
            let verdict = verifier.verify(&signature[..end], None, now(), &crls);
            assert!(matches!(verdict, Verdict::Invalid(_)), "cut at {end}");
        }
    }
}

#[test]
fn a_changed_octet_never_changes_what_is_said_to_be_signed() {
    let world = World::new();
    let who = world.issuing.issue(person()).identity(&[]);
    let (verifier, crls) = (world.verifier(), world.crls(&[]));
    let signature = sign(b"a document", &[&who], &Options::attached(now())).unwrap();
    let Verdict::Valid(genuine) = verifier.verify(&signature, None, now(), &crls) else {
        panic!("the genuine one must be valid")
    };
    for place in 0..signature.len() {
        let mut changed = signature.clone();
        changed[place] ^= 1;
        if let Verdict::Valid(valid) = verifier.verify(&changed, None, now(), &crls) {
            assert_eq!(valid, genuine, "changed at {place}");
        }
    }
}

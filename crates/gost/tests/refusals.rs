//! What holds, and everything that must not: for all schemes, with a plain and with a prepared key.
#![allow(clippy::unwrap_used, reason = "a test")]

use gost::{Error, PublicKey, Scheme, SigningKey};
use proptest::prelude::*;

/// Order of the group, little-endian.
fn order(scheme: Scheme) -> Vec<u8> {
    let mut order = hex::decode(match scheme {
        Scheme::Gost2015With512 => {
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff27e69532f48d89116ff22b8d4e0560609b4b38abfad2b85dcacdb1411f10b275"
        }
        Scheme::Gost2015With256 => "400000000000000000000000000000000fd8cddfc87b6635c115af556c360c67",
        _ => "ffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893",
    })
    .unwrap();
    order.reverse();
    order
}

fn secret(scheme: Scheme) -> SigningKey {
    SigningKey::new(scheme, &vec![0x2a; scheme.size()]).unwrap()
}

/// What a plain and a prepared key say, which is the same.
fn verdict(key: &PublicKey, digest: &[u8], signature: &[u8]) -> Result<(), Error> {
    let plain = key.verify_digest(digest, signature);
    assert_eq!(
        key.prepare().unwrap().verify_digest(digest, signature),
        plain
    );
    plain
}

#[test]
fn what_a_key_signs_its_public_key_verifies() {
    for scheme in Scheme::ALL {
        let secret = secret(scheme);
        let signature = secret.sign(b"message").unwrap();
        assert_eq!(signature.len(), 2 * scheme.size());
        assert_eq!(
            secret.sign(b"message").unwrap(),
            signature,
            "signing is deterministic"
        );
        let key = secret.public_key();
        assert_eq!(key.verify(b"message", &signature), Ok(()));
        assert_eq!(
            key.prepare().unwrap().verify(b"message", &signature),
            Ok(())
        );
        assert_eq!(key.verify(b"massage", &signature), Err(Error::Wrong));
    }
}

#[test]
fn a_number_that_is_zero_or_not_below_the_order_is_refused() {
    for scheme in Scheme::ALL {
        let (size, secret) = (scheme.size(), secret(scheme));
        let digest = scheme.digest(b"message");
        let signature = secret.sign_digest(&digest).unwrap();
        let (r, s) = signature.split_at(size);
        for bad in [vec![0; size], order(scheme), vec![0xff; size]] {
            for signature in [[&bad, s].concat(), [r, &bad].concat()] {
                let verdict = verdict(secret.public_key(), &digest, &signature);
                assert_eq!(verdict, Err(Error::SignatureRange));
            }
            assert_eq!(
                SigningKey::new(scheme, &bad).err(),
                Some(Error::SecretRange)
            );
        }
        // r + q is the same number to the equations, but must not be the same signature (34.310 has
        // room for it only where q is well below 2^n).
        if scheme == Scheme::Gost2015With256 {
            let mut carry = 0;
            let sum: Vec<u8> = r
                .iter()
                .zip(order(scheme))
                .map(|(a, b)| {
                    carry += u16::from(*a) + u16::from(b);
                    let [low, high] = carry.to_le_bytes();
                    carry = high.into();
                    low
                })
                .collect();
            let verdict = verdict(secret.public_key(), &digest, &[&sum, s].concat());
            assert_eq!(verdict, Err(Error::SignatureRange));
        }
    }
}

#[test]
fn a_wrong_length_is_refused() {
    for scheme in Scheme::ALL {
        let (size, secret) = (scheme.size(), secret(scheme));
        let digest = scheme.digest(b"message");
        let signature = secret.sign_digest(&digest).unwrap();
        let key = secret.public_key();
        for length in [0, 1, size, 2 * size - 1, 2 * size + 1] {
            let mut bytes = signature.clone();
            bytes.resize(length, 1);
            assert_eq!(verdict(key, &digest, &bytes), Err(Error::SignatureLength));
            let mut bytes = key.as_bytes().to_vec();
            bytes.resize(length, 1);
            assert_eq!(PublicKey::new(scheme, &bytes).err(), Some(Error::KeyLength));
        }
        assert_eq!(
            verdict(key, &digest[1..], &signature),
            Err(Error::DigestLength)
        );
        assert_eq!(secret.sign_digest(&[]).err(), Some(Error::DigestLength));
        assert_eq!(
            SigningKey::new(scheme, &[1]).err(),
            Some(Error::SecretLength)
        );
    }
}

#[test]
fn a_digest_that_is_zero_or_the_order_counts_as_one() {
    for scheme in Scheme::ALL {
        let secret = secret(scheme);
        let mut one = vec![0; scheme.size()];
        one[0] = 1;
        let signature = secret.sign_digest(&one).unwrap();
        for digest in [one, vec![0; scheme.size()], order(scheme)] {
            assert_eq!(verdict(secret.public_key(), &digest, &signature), Ok(()));
        }
    }
}

#[test]
fn a_key_that_is_no_point_is_refused() {
    for scheme in Scheme::ALL {
        let size = scheme.size();
        let bytes = secret(scheme).public_key().as_bytes().to_vec();
        for place in [0, size - 1, size, 2 * size - 1] {
            let mut bytes = bytes.clone();
            bytes[place] ^= 1;
            assert_eq!(
                PublicKey::new(scheme, &bytes).err(),
                Some(Error::NotOnCurve)
            );
        }
        // What an encoder might write for the identity.
        assert_eq!(
            PublicKey::new(scheme, &vec![0; 2 * size]).err(),
            Some(Error::NotOnCurve)
        );
        // A coordinate with the prime added to it, or the prime itself for zero.
        let (x, _) = bytes.split_at(size);
        for bad in [
            [&vec![0xff; size], x].concat(),
            [x, &vec![0xff; size]].concat(),
        ] {
            assert_eq!(PublicKey::new(scheme, &bad).err(), Some(Error::KeyRange));
        }
    }
}

#[test]
fn a_key_of_one_scheme_says_nothing_of_another() {
    let [_, with_256, of_2004] = Scheme::ALL;
    let point = secret(with_256).public_key().as_bytes().to_vec();
    assert_eq!(
        PublicKey::new(of_2004, &point).err(),
        Some(Error::NotOnCurve)
    );
}

#[test]
fn no_secret_is_shown() {
    let shown = format!("{:?}", secret(Scheme::Gost2015With512));
    assert_eq!(shown, "SigningKey { scheme: Gost2015With512, .. }");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_flipped_bit_makes_a_signature_wrong(
        which in 0..3_usize,
        secret in prop::array::uniform32(1..=u8::MAX),
        message in prop::collection::vec(any::<u8>(), 0..100),
        flip in any::<prop::sample::Index>(),
    ) {
        let scheme = Scheme::ALL[which];
        let mut number = secret.repeat(scheme.size() / 32);
        *number.last_mut().unwrap() &= 0x3f;
        let secret = SigningKey::new(scheme, &number).unwrap();
        let key = secret.public_key();
        let digest = scheme.digest(&message);
        let signature = secret.sign_digest(&digest).unwrap();
        prop_assert_eq!(verdict(key, &digest, &signature), Ok(()));

        let bit = flip.index(signature.len() * 8);
        let mut other = signature.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verdict(key, &digest, &other).is_err());

        let bit = flip.index(digest.len() * 8);
        let mut other = digest.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verdict(key, &other, &signature), Err(Error::Wrong));
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        which in 0..3_usize,
        bytes in prop::collection::vec(any::<u8>(), 0..140),
    ) {
        let scheme = Scheme::ALL[which];
        if let Ok(key) = PublicKey::new(scheme, &bytes) {
            prop_assert_eq!(key.as_bytes(), &bytes[..]);
        }
        prop_assert!(secret(scheme).public_key().verify(b"message", &bytes).is_err());
    }
}

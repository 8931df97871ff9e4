//! Secret keys of the test authority and of those whom it certifies, of every kind.
//!
//! In: a kind, or the PEM of a PKCS #8. Out: the key, and what rcgen needs to make a certificate for it.
//! rcgen knows no GOST: there it is given a key that nobody keeps, and the certificate is signed anew.

use std::iter::repeat_with;

use gost::{Scheme, SigningKey};
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use signatures::algorithm::gost::{pkcs8, signing_key};

use super::Error;
use crate::{cast::Key, files};

pub(super) struct SecretKey {
    /// The key itself or, of GOST, the one in its place.
    pub(super) of_rcgen: KeyPair,
    pub(super) gost: Option<SigningKey>,
    pem: String,
}

impl SecretKey {
    /// A new key from the system's randomness.
    pub(super) fn make(kind: Key) -> Result<Self, Error> {
        match kind {
            Key::Gost2015With512 => Self::make_gost(Scheme::Gost2015With512),
            Key::Gost2015With256 => Self::make_gost(Scheme::Gost2015With256),
            Key::Gost2004 => Self::make_gost(Scheme::Gost2004),
            Key::Rsa2048 => {
                let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
                Ok(Self::of(pair))
            }
            Key::EcdsaP256 => Ok(Self::of(KeyPair::generate()?)),
        }
    }

    fn of(pair: KeyPair) -> Self {
        Self {
            pem: pair.serialize_pem(),
            of_rcgen: pair,
            gost: None,
        }
    }

    fn make_gost(scheme: Scheme) -> Result<Self, Error> {
        // At least every fourth number of that many bits is one of the group.
        let (key, der) = repeat_with(|| random(scheme.size()))
            .find_map(|secret| {
                let key = SigningKey::new(scheme, &secret).ok()?;
                Some((key, pkcs8(scheme, &secret)?))
            })
            .ok_or(Error::Key)?;
        Ok(Self {
            of_rcgen: KeyPair::generate()?,
            gost: Some(key),
            pem: files::pem("PRIVATE KEY", &der),
        })
    }

    /// Reads what [`SecretKey::pem`] gave.
    pub(super) fn read(pem: String) -> Result<Self, Error> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| Error::Key)?;
        match signing_key(der.secret_der()) {
            Ok(key) => Ok(Self {
                of_rcgen: KeyPair::generate()?,
                gost: Some(key),
                pem,
            }),
            Err(_) => Ok(Self::of(KeyPair::from_pem(&pem)?)),
        }
    }

    /// PKCS #8.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }
}

fn random(bytes: usize) -> Vec<u8> {
    repeat_with(rand::random).take(bytes).collect()
}

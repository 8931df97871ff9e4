//! GOST 34.10-2015 and GOST 34.310-2004 under Kazakhstan's identifiers (kz.md 2.1-2.3): key, message and
//! signature in, yes or no out; and the DER of such keys, for whoever makes them.
//!
//! A key names its curve and its hash, and both must be the ones of its algorithm: a key of one
//! generation never verifies a signature of another. The arithmetic is the crate `gost`'s. A key that
//! is met a second time is prepared, which makes all further times three times faster; so authorities,
//! which stay in memory, cost little.

use std::sync::OnceLock;

use gost::{Error, PreparedKey, PublicKey as Point, Scheme, SigningKey};

use super::{Algorithm, Digest, GOST95, Rejected, STREEBOG_256, STREEBOG_512};
use crate::ber::{self, Malformed, tag};
use crate::certificate::{AlgorithmId, PublicKey};
use crate::encode::{element, integer, sequence};
use crate::{encode, oid};

/// One generation: its identifiers, curve and hash.
pub(crate) struct Gost {
    scheme: Scheme,
    name: &'static str,
    signature: &'static [u8],
    key: &'static [u8],
    /// Parameter sets of the curve and of the hash, as a key names them.
    sets: [&'static [u8]; 2],
    digest: &'static Digest,
}

pub(crate) static GOST2015_512: Gost = Gost {
    scheme: Scheme::Gost2015With512,
    name: "GOST2015-512",
    signature: oid::GOST2015_512_SIGNATURE,
    key: oid::GOST2015_512,
    sets: [oid::GOST2015_512_SET_A, oid::STREEBOG_512],
    digest: &STREEBOG_512,
};

pub(crate) static GOST2015_256: Gost = Gost {
    scheme: Scheme::Gost2015With256,
    name: "GOST2015-256",
    signature: oid::GOST2015_256_SIGNATURE,
    key: oid::GOST2015_256,
    sets: [oid::GOST2015_256_SET_A, oid::STREEBOG_256],
    digest: &STREEBOG_256,
};

pub(crate) static GOST2004: Gost = Gost {
    scheme: Scheme::Gost2004,
    name: "GOST2004",
    signature: oid::GOST2004_SIGNATURE,
    key: oid::GOST2004,
    sets: [oid::GOST2004_SET_A, oid::GOST95_TEST_SET],
    digest: &GOST95,
};

/// What a key remembers of the times it was used: the point, and from the second time its multiples.
#[derive(Default)]
pub(crate) struct Memory {
    point: OnceLock<Point>,
    prepared: OnceLock<PreparedKey>,
}

// === impl Gost ===

impl Gost {
    /// The entry for this scheme.
    pub(crate) fn of(scheme: Scheme) -> Option<&'static Self> {
        [&GOST2015_512, &GOST2015_256, &GOST2004]
            .into_iter()
            .find(|entry| entry.scheme == scheme)
    }

    /// The signature's AlgorithmIdentifier, as the authority writes it.
    pub(crate) fn statement(&self) -> Vec<u8> {
        sequence(&[encode::oid(self.signature), element(tag::NULL, &[])])
    }

    /// The key's AlgorithmIdentifier.
    fn key_statement(&self) -> Vec<u8> {
        sequence(&[encode::oid(self.key), self.parameters()])
    }

    fn parameters(&self) -> Vec<u8> {
        sequence(&self.sets.map(encode::oid))
    }

    fn point(&self, key: &PublicKey) -> Result<Point, Rejected> {
        if key.algorithm.oid != self.key || key.algorithm.parameters != self.parameters() {
            return Err(Rejected::WeakKey);
        }
        let inside = ber::der(&key.key)
            .and_then(|element| element.must_be(tag::OCTET_STRING))
            .map_err(|_| Rejected::WeakKey)?;
        Point::new(self.scheme, inside.content).map_err(Rejected::from)
    }
}

impl Algorithm for Gost {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, id: &AlgorithmId) -> bool {
        id.oid == self.signature && id.is_plain()
    }

    fn bare_key(&self) -> Option<&'static [u8]> {
        Some(self.key)
    }

    fn digest(&self) -> &'static Digest {
        self.digest
    }

    fn verify(
        &self,
        key: &PublicKey,
        _: &AlgorithmId,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Rejected> {
        let memory = &key.memory;
        if let Some(point) = memory.point.get().filter(|it| it.scheme() == self.scheme) {
            if let Some(prepared) = memory.prepared.get() {
                return Ok(prepared.verify(message, signature)?);
            }
            let prepared = point.prepare()?;
            let prepared = memory.prepared.get_or_init(|| prepared);
            return Ok(prepared.verify(message, signature)?);
        }
        let point = self.point(key)?;
        let verdict = point.verify(message, signature);
        memory.point.get_or_init(|| point);
        Ok(verdict?)
    }
}

impl From<Error> for Rejected {
    fn from(error: Error) -> Self {
        match error {
            Error::KeyLength | Error::KeyRange | Error::NotOnCurve | Error::WrongOrder => {
                Self::WeakKey
            }
            _ => Self::Wrong,
        }
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Memory")
    }
}

/// SubjectPublicKeyInfo of a key, as the authority's certificates carry it. None for a scheme that has
/// no identifiers here.
pub fn public_key_info(key: &Point) -> Option<Vec<u8>> {
    let octets = element(tag::OCTET_STRING, key.as_bytes());
    let bits = [&[0], octets.as_slice()].concat();
    Some(sequence(&[
        Gost::of(key.scheme())?.key_statement(),
        element(tag::BIT_STRING, &bits),
    ]))
}

/// PKCS #8 of a secret number (little-endian), as the authority's key stores hold it (kz.md 2.3).
pub fn pkcs8(scheme: Scheme, secret: &[u8]) -> Option<Vec<u8>> {
    let octets = element(tag::OCTET_STRING, secret);
    Some(sequence(&[
        integer(&[0]),
        Gost::of(scheme)?.key_statement(),
        element(tag::OCTET_STRING, &octets),
    ]))
}

/// The secret key in such a PKCS #8, for whoever signs certificates with it.
///
/// # Errors
/// [`Malformed`] when it is no PKCS #8 or a key of another kind.
pub fn signing_key(pkcs8: &[u8]) -> Result<SigningKey, Malformed> {
    read_pkcs8(pkcs8).map(|(_, key)| key)
}

/// The same with the entry of its algorithm.
pub(crate) fn read_pkcs8(bytes: &[u8]) -> Result<(&'static Gost, SigningKey), Malformed> {
    const BAD: Malformed = Malformed::BadValue("secret key");
    let mut fields = ber::der(bytes)?.must_be(tag::SEQUENCE)?.inside()?;
    fields.next()?.small()?;
    let statement = AlgorithmId::read(&fields.next()?)?;
    let octets = fields.expect(tag::OCTET_STRING)?.content;
    let entry = [&GOST2015_512, &GOST2015_256, &GOST2004]
        .into_iter()
        .find(|entry| statement.oid == entry.key && statement.parameters == entry.parameters())
        .ok_or(BAD)?;
    let secret = ber::der(octets)?.must_be(tag::OCTET_STRING)?.content;
    let key = SigningKey::new(entry.scheme, secret).map_err(|_| BAD)?;
    Ok((entry, key))
}

//! Digest and signature algorithms, looked up by their identifiers in a table.
//!
//! A certificate, a revocation list or a signer names an algorithm; [`find`] gives the one entry of the
//! table that answers to it, or none, and then the signature is refused. Adding an algorithm is one
//! file and one line of [`ALGORITHMS`]; no caller changes. SHA-1, MD5 and RSA keys under 2048 bits are
//! not in the table and so are refused everywhere (X14, sre.md row 35).

mod ecdsa;
pub mod gost;
mod rsa;

use aws_lc_rs::digest;

use crate::certificate::{AlgorithmId, PublicKey};
use crate::oid;

/// A hash function.
#[derive(Debug)]
pub struct Digest {
    /// For people: `SHA-256`.
    pub name: &'static str,
    /// Content octets of its identifier.
    pub oid: &'static [u8],
    /// Hashes the bytes.
    pub compute: fn(&[u8]) -> Vec<u8>,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// The arithmetic says no.
    Wrong,
    /// The key is not of a kind or a size that is accepted.
    WeakKey,
}

/// One signature algorithm: a kind of key with a digest.
pub trait Algorithm: Sync {
    /// For people and records: `RSA-SHA256`.
    fn name(&self) -> &'static str;

    /// Whether `id`, as it stands in a certificate, a list or a signer, means this algorithm.
    fn is(&self, id: &AlgorithmId) -> bool;

    /// Content octets of the key identifier that, next to the digest, means this algorithm as well;
    /// none if the algorithm must always be stated whole.
    fn bare_key(&self) -> Option<&'static [u8]>;

    /// The digest that is part of it.
    fn digest(&self) -> &'static Digest;

    /// Checks one signature over `message`; `id` is the statement it was found by, with its parameters.
    fn verify(
        &self,
        key: &PublicKey,
        id: &AlgorithmId,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Rejected>;
}

impl std::fmt::Debug for dyn Algorithm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

/// SHA-256 (FIPS 180-4).
pub static SHA256: Digest = Digest {
    name: "SHA-256",
    oid: oid::SHA256,
    compute: |bytes| digest::digest(&digest::SHA256, bytes).as_ref().to_vec(),
};

/// SHA-384 (FIPS 180-4).
pub static SHA384: Digest = Digest {
    name: "SHA-384",
    oid: oid::SHA384,
    compute: |bytes| digest::digest(&digest::SHA384, bytes).as_ref().to_vec(),
};

/// SHA-512 (FIPS 180-4).
pub static SHA512: Digest = Digest {
    name: "SHA-512",
    oid: oid::SHA512,
    compute: |bytes| digest::digest(&digest::SHA512, bytes).as_ref().to_vec(),
};

/// Streebog with 512 bits (GOST 34.11-2015, RFC 6986).
pub static STREEBOG_512: Digest = Digest {
    name: "Streebog-512",
    oid: oid::STREEBOG_512,
    compute: ::gost::streebog_512,
};

/// Streebog with 256 bits.
pub static STREEBOG_256: Digest = Digest {
    name: "Streebog-256",
    oid: oid::STREEBOG_256,
    compute: ::gost::streebog_256,
};

/// GOST 34.311-95 with the test parameters (RFC 5831).
pub static GOST95: Digest = Digest {
    name: "GOST 34.311-95",
    oid: oid::GOST95,
    compute: ::gost::gost_95,
};

/// The digests that are accepted.
pub static DIGESTS: &[&Digest] = &[
    &SHA256,
    &SHA384,
    &SHA512,
    &STREEBOG_512,
    &STREEBOG_256,
    &GOST95,
];

/// The signature algorithms that are accepted.
pub static ALGORITHMS: &[&dyn Algorithm] = &[
    &gost::GOST2015_512,
    &gost::GOST2015_256,
    &gost::GOST2004,
    &ecdsa::P256_SHA256,
    &rsa::PKCS1_SHA256,
    &rsa::PKCS1_SHA384,
    &rsa::PKCS1_SHA512,
    &rsa::PSS_SHA256,
    &rsa::PSS_SHA384,
    &rsa::PSS_SHA512,
];

/// The digest with this identifier.
pub fn digest(oid: &[u8]) -> Option<&'static Digest> {
    DIGESTS.iter().copied().find(|digest| digest.oid == oid)
}

/// SHA-1, which only names a thing that is proven otherwise: the issuer in an OCSP answer that the issuer
/// signed, its own certificate in a token. In no table of digests.
static SHA1: Digest = Digest {
    name: "SHA-1",
    oid: oid::SHA1,
    compute: |bytes| {
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes)
            .as_ref()
            .to_vec()
    },
};

/// The digest with this identifier, where it is to name a thing and not to prove one.
pub(crate) fn naming_digest(oid: &[u8]) -> Option<&'static Digest> {
    if oid == SHA1.oid {
        Some(&SHA1)
    } else {
        digest(oid)
    }
}

/// The algorithm that `id` names in a certificate or a list.
pub fn find<'t>(table: &[&'t dyn Algorithm], id: &AlgorithmId) -> Option<&'t dyn Algorithm> {
    table.iter().copied().find(|algorithm| algorithm.is(id))
}

/// The algorithm that a CMS signer means. Signers write either the whole algorithm or only the kind of
/// key, next to the digest (RFC 5754, 3.2; kz.md 2.4); both must agree with the digest they name.
pub fn find_for_signer<'t>(
    table: &[&'t dyn Algorithm],
    id: &AlgorithmId,
    digest: &[u8],
) -> Option<&'t dyn Algorithm> {
    table.iter().copied().find(|algorithm| {
        algorithm.digest().oid == digest
            && (algorithm.is(id) || algorithm.bare_key() == Some(id.oid.as_slice()))
    })
}

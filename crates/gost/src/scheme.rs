//! The three ways to sign: a curve with its hash.

use gost94::Gost94Test;
use streebog::digest::Digest as _;
use streebog::{Streebog256, Streebog512};

/// A curve and the hash that goes with it, as Kazakhstan's certificates name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Scheme {
    /// GOST 34.10-2015 with 512 bits (TC26-512-A) and Streebog-512: what is issued today.
    Gost2015With512,
    /// GOST 34.10-2015 with 256 bits (TC26-256-A) and Streebog-256.
    Gost2015With256,
    /// GOST 34.310-2004 (CryptoPro-A) with GOST 34.311-95: authorities of the former generation.
    Gost2004,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Gost2015With512, Self::Gost2015With256, Self::Gost2004];

    /// For people and records: `GOST2015-512`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gost2015With512 => "GOST2015-512",
            Self::Gost2015With256 => "GOST2015-256",
            Self::Gost2004 => "GOST2004",
        }
    }

    /// Bytes of one number: a coordinate, r, s, a secret, and also of the digest.
    pub fn size(self) -> usize {
        match self {
            Self::Gost2015With512 => 64,
            Self::Gost2015With256 | Self::Gost2004 => 32,
        }
    }

    /// Hashes a message. The octets are in the order that `messageDigest` and `DigestValue` carry.
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Gost2015With512 => streebog_512(message),
            Self::Gost2015With256 => streebog_256(message),
            Self::Gost2004 => gost_95(message),
        }
    }
}

/// GOST 34.11-2015 with 512 bits, Streebog-512 (RFC 6986).
pub fn streebog_512(message: &[u8]) -> Vec<u8> {
    Streebog512::digest(message).to_vec()
}

/// GOST 34.11-2015 with 256 bits, Streebog-256 (RFC 6986).
pub fn streebog_256(message: &[u8]) -> Vec<u8> {
    Streebog256::digest(message).to_vec()
}

/// GOST 34.311-95: GOST R 34.11-94 with the test parameters of RFC 5831, not those of CryptoPro.
pub fn gost_95(message: &[u8]) -> Vec<u8> {
    Gost94Test::digest(message).to_vec()
}

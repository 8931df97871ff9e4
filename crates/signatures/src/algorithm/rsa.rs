//! RSA with keys of 2048 to 4096 bits (RFC 8017): PKCS #1 v1.5 and PSS with SHA-256, 384 and 512.
//!
//! PSS parameters are honoured: digest, mask digest and salt length must be the ones stated, and the
//! salt must be as long as the digest, 20 octets (the default of the standard) or the longest possible
//! (what OpenSSL 3.0 writes). Any other statement names no algorithm here.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    RsaPssSaltLength, UnparsedPublicKey,
};

use super::{Algorithm, Digest, Rejected, SHA256, SHA384, SHA512};
use crate::ber::{self, Malformed, tag};
use crate::certificate::{AlgorithmId, PublicKey};
use crate::oid;

/// Accepted sizes of the modulus, in bits.
const KEY_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

pub(super) struct Pkcs1 {
    name: &'static str,
    oid: &'static [u8],
    digest: &'static Digest,
    parameters: &'static RsaParameters,
}

pub(super) struct Pss {
    name: &'static str,
    digest: &'static Digest,
    /// Salt of 20 octets, of the digest's length, and the longest one.
    by_salt: [&'static RsaParameters; 3],
}

pub(super) static PKCS1_SHA256: Pkcs1 = Pkcs1 {
    name: "RSA-SHA256",
    oid: oid::RSA_SHA256,
    digest: &SHA256,
    parameters: &RSA_PKCS1_2048_8192_SHA256,
};

pub(super) static PKCS1_SHA384: Pkcs1 = Pkcs1 {
    name: "RSA-SHA384",
    oid: oid::RSA_SHA384,
    digest: &SHA384,
    parameters: &RSA_PKCS1_2048_8192_SHA384,
};

pub(super) static PKCS1_SHA512: Pkcs1 = Pkcs1 {
    name: "RSA-SHA512",
    oid: oid::RSA_SHA512,
    digest: &SHA512,
    parameters: &RSA_PKCS1_2048_8192_SHA512,
};

const SALT_20: RsaPssSaltLength = RsaPssSaltLength::Custom(20);
const SALT_MAX: RsaPssSaltLength = RsaPssSaltLength::Max;

pub(super) static PSS_SHA256: Pss = Pss {
    name: "RSA-PSS-SHA256",
    digest: &SHA256,
    by_salt: [
        &const { RSA_PSS_2048_8192_SHA256.with_pss_salt_length(SALT_20) },
        &RSA_PSS_2048_8192_SHA256,
        &const { RSA_PSS_2048_8192_SHA256.with_pss_salt_length(SALT_MAX) },
    ],
};

pub(super) static PSS_SHA384: Pss = Pss {
    name: "RSA-PSS-SHA384",
    digest: &SHA384,
    by_salt: [
        &const { RSA_PSS_2048_8192_SHA384.with_pss_salt_length(SALT_20) },
        &RSA_PSS_2048_8192_SHA384,
        &const { RSA_PSS_2048_8192_SHA384.with_pss_salt_length(SALT_MAX) },
    ],
};

pub(super) static PSS_SHA512: Pss = Pss {
    name: "RSA-PSS-SHA512",
    digest: &SHA512,
    by_salt: [
        &const { RSA_PSS_2048_8192_SHA512.with_pss_salt_length(SALT_20) },
        &RSA_PSS_2048_8192_SHA512,
        &const { RSA_PSS_2048_8192_SHA512.with_pss_salt_length(SALT_MAX) },
    ],
};

// === impl Pkcs1 ===

impl Algorithm for Pkcs1 {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, id: &AlgorithmId) -> bool {
        id.oid == self.oid && id.is_plain()
    }

    fn bare_key(&self) -> Option<&'static [u8]> {
        Some(oid::RSA)
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
        key_bits(key)?;
        check(self.parameters, key, message, signature)
    }
}

// === impl Pss ===

impl Algorithm for Pss {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, id: &AlgorithmId) -> bool {
        id.oid == oid::RSA_PSS
            && pss_statement(&id.parameters).is_ok_and(|(digest, _)| digest == self.digest.oid)
    }

    fn bare_key(&self) -> Option<&'static [u8]> {
        // A bare RSA key means PKCS #1 v1.5; PSS is always stated with its parameters.
        None
    }

    fn digest(&self) -> &'static Digest {
        self.digest
    }

    fn verify(
        &self,
        key: &PublicKey,
        id: &AlgorithmId,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Rejected> {
        let bits = key_bits(key)?;
        let (_, salt) = pss_statement(&id.parameters).map_err(|_| Rejected::Wrong)?;
        let digest_size = (self.digest.compute)(&[]).len();
        let longest = bits.saturating_add(6) / 8 - digest_size - 2;
        let sizes = [20, digest_size, longest];
        let parameters = sizes
            .iter()
            .zip(self.by_salt)
            .find_map(|(size, parameters)| (*size == salt).then_some(parameters))
            .ok_or(Rejected::Wrong)?;
        check(parameters, key, message, signature)
    }
}

fn check(
    parameters: &'static RsaParameters,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Rejected> {
    UnparsedPublicKey::new(parameters, &key.key)
        .verify(message, signature)
        .map_err(|_| Rejected::Wrong)
}

/// Size of the modulus, if it is an accepted one.
fn key_bits(key: &PublicKey) -> Result<usize, Rejected> {
    let modulus_bits = || -> Result<usize, Malformed> {
        let mut fields = ber::der(&key.key)?.must_be(tag::SEQUENCE)?.inside()?;
        let modulus = fields.next()?.integer()?;
        let zeros = modulus
            .first()
            .map_or(0, |first| first.leading_zeros() as usize);
        Ok(modulus.len() * 8 - zeros)
    };
    match modulus_bits() {
        Ok(bits) if key.algorithm.oid == oid::RSA && KEY_BITS.contains(&bits) => Ok(bits),
        _ => Err(Rejected::WeakKey),
    }
}

/// Digest and salt length of RSASSA-PSS-params (RFC 4055, 3.1). The defaults mean SHA-1, so a digest
/// and a mask function must stand there, and they must use the same digest.
fn pss_statement(parameters: &[u8]) -> Result<(&[u8], usize), Malformed> {
    const BAD: Malformed = Malformed::BadValue("PSS parameters");
    let mut fields = ber::der(parameters)?.must_be(tag::SEQUENCE)?.inside()?;
    let digest = fields
        .expect(tag::context_constructed(0))?
        .only_child()?
        .inside()?
        .next()?
        .oid()?;
    let mut mask = fields
        .expect(tag::context_constructed(1))?
        .only_child()?
        .inside()?;
    let generator = mask.next()?.oid()?;
    let mask_digest = mask.next()?.inside()?.next()?.oid()?;
    let salt = match fields.optional(tag::context_constructed(2))? {
        Some(salt) => salt.only_child()?.small()? as usize,
        None => 20,
    };
    if let Some(trailer) = fields.optional(tag::context_constructed(3))?
        && trailer.only_child()?.small()? != 1
    {
        return Err(BAD);
    }
    fields.finish()?;
    if generator == oid::MGF1 && mask_digest == digest {
        Ok((digest, salt))
    } else {
        Err(BAD)
    }
}

//! ECDSA on P-256 with SHA-256 (RFC 5758): key, message and signature in, yes or no out.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use super::{Algorithm, Digest, Rejected, SHA256};
use crate::certificate::{AlgorithmId, PublicKey};
use crate::{encode, oid};

pub(super) struct P256Sha256;

pub(super) static P256_SHA256: P256Sha256 = P256Sha256;

impl Algorithm for P256Sha256 {
    fn name(&self) -> &'static str {
        "ECDSA-P256-SHA256"
    }

    fn is(&self, id: &AlgorithmId) -> bool {
        id.oid == oid::ECDSA_SHA256 && id.is_plain()
    }

    fn bare_key(&self) -> Option<&'static [u8]> {
        Some(oid::EC)
    }

    fn digest(&self) -> &'static Digest {
        &SHA256
    }

    fn verify(
        &self,
        key: &PublicKey,
        _: &AlgorithmId,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Rejected> {
        if key.algorithm.oid != oid::EC || key.algorithm.parameters != encode::oid(oid::P256) {
            return Err(Rejected::WeakKey);
        }
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &key.key)
            .verify(message, signature)
            .map_err(|_| Rejected::Wrong)
    }
}

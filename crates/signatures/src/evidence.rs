//! What an answer rests on: the bytes themselves, by which anyone can see for himself later.

use std::sync::Arc;

use aws_lc_rs::digest;
use jiff::Timestamp;

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A response of RFC 6960.
    Ocsp,
    /// A full revocation list (RFC 5280, 5).
    Crl,
    /// A list of what changed since a full one (RFC 5280, 5.2.4).
    DeltaCrl,
    /// A token of RFC 3161.
    Timestamp,
}

/// One piece of evidence. Its bytes are shared, not copied: lists are long.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    pub kind: Kind,
    pub der: Arc<[u8]>,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// When it was made, by its own word.
    pub produced_at: Timestamp,
}

impl Kind {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ocsp => "ocsp",
            Self::Crl => "crl",
            Self::DeltaCrl => "delta-crl",
            Self::Timestamp => "timestamp",
        }
    }
}

impl Evidence {
    pub fn new(kind: Kind, der: Arc<[u8]>, produced_at: Timestamp) -> Self {
        Self {
            kind,
            sha256: sha256(&der),
            der,
            produced_at,
        }
    }
}

/// SHA-256 of any bytes: how pieces of evidence, and signatures, are named.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut short = [0; 32];
    short.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    short
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Evidence")
            .field("kind", &self.kind)
            .field("produced_at", &self.produced_at)
            .field("bytes", &self.der.len())
            .finish_non_exhaustive()
    }
}

//! Signature formats: what a format must tell the verifier, and the table of those that are known.
//!
//! A format opens its own envelope and checks what only it knows (digests, signed attributes); it gives
//! back [`Claim`]s: "this certificate's key signed these bytes". Keys, chains, validity and revocation
//! are the verifier's, once for all formats. Adding a format is one file and one line of [`FORMATS`].

use std::borrow::Cow;

use jiff::Timestamp;

use crate::algorithm::Algorithm;
use crate::certificate::{AlgorithmId, Certificate};
use crate::cms::Cms;
use crate::policy::Policy;
use crate::verdict::{Finding, Signer};

/// A signature format.
pub trait Format: Sync {
    /// Stable name: `cms`.
    fn name(&self) -> &'static str;

    /// Whether the bytes look like this format. A cheap guess from the first octets.
    fn recognises(&self, signature: &[u8]) -> bool;

    /// Opens the envelope. `content` is what a detached signature is about.
    fn open<'a>(
        &self,
        signature: &'a [u8],
        content: Option<&'a [u8]>,
        rules: &Rules<'_>,
    ) -> Result<Opened<'a>, Finding>;
}

/// What a format needs to know to open an envelope.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'r> {
    pub policy: &'r Policy,
    pub algorithms: &'r [&'static dyn Algorithm],
}

/// An open envelope.
#[derive(Debug)]
pub struct Opened<'a> {
    /// The bytes that the signatures cover; their digest was compared.
    pub content: Cow<'a, [u8]>,
    /// Certificates that came along. Untrusted.
    pub certificates: Vec<Certificate>,
    /// One for each signer, at least one.
    pub claims: Vec<Claim>,
}

/// "The key of this certificate signed these bytes": to be verified.
#[derive(Debug)]
pub struct Claim {
    /// Place of the signer's certificate in [`Opened::certificates`].
    pub certificate: usize,
    /// The bytes under the signature.
    pub signed: Vec<u8>,
    pub algorithm: &'static dyn Algorithm,
    /// The statement the algorithm was found by.
    pub statement: AlgorithmId,
    pub signature: Vec<u8>,
    pub signing_time: Option<Timestamp>,
    /// A timestamp token over `signature`, which came with it and is not signed (CAdES-T). To be opened by
    /// [`crate::tsp::Token::open`]; until then it proves nothing.
    pub timestamp: Option<Vec<u8>>,
}

impl Claim {
    /// The owner of `certificate`, who makes this claim with it.
    pub fn signer(&self, certificate: &Certificate) -> Signer {
        Signer {
            subject: certificate.owner(),
            roles: certificate.roles(),
            certificate_sha256: certificate.sha256(),
            certificate_serial: certificate.serial().to_vec(),
            issuer: certificate.issuer().printed(),
            algorithm: self.algorithm.name(),
            signing_time: self.signing_time,
        }
    }
}

/// The formats that are known.
pub static FORMATS: &[&dyn Format] = &[&Cms];

impl std::fmt::Debug for dyn Format {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

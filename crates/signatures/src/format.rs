//! Signature formats: what a format must tell the verifier, and the table of those that are known.
//!
//! A format opens its own envelope and checks what only it knows (digests, signed attributes); it gives
//! back [`Claim`]s: "this certificate's key signed these bytes". Keys, chains, validity and revocation
//! are the verifier's, once for all formats. Adding a format is one file and one line of [`FORMATS`].

use std::borrow::Cow;

use jiff::Timestamp;

use crate::algorithm::Algorithm;
use crate::certificate::{AlgorithmId, Certificate};
pub use crate::cms::Cms;
use crate::policy::Policy;
use crate::report::Said;
use crate::revocation::Lack;
use crate::verdict::{Finding, Reason, Signer};

/// A signature format.
pub trait Format: Sync {
    /// Stable name: `cms`.
    fn name(&self) -> &'static str;

    /// Whether the bytes look like this format. A cheap guess from the first octets.
    fn recognises(&self, signature: &[u8]) -> bool;

    /// Opens the envelope. `content` is what a detached signature is about. What is wrong with one signer
    /// alone stands in his [`Claim`]; what spoils the whole is the error.
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

/// Certificates tried for one signer, at most, when several have the name he gives.
const CANDIDATES_MAX: usize = 4;

/// "The key of this certificate signed these bytes": to be verified. What its format found wrong with
/// it cannot be passed over: [`Claim::verify`] is the only way to a good answer.
#[derive(Debug)]
pub struct Claim {
    /// Places in [`Opened::certificates`] of those that may be the signer's, the likeliest first.
    pub candidates: Vec<usize>,
    /// When he says he signed. Nobody confirms it.
    pub signing_time: Option<Timestamp>,
    /// A timestamp token over the signature, which came with it and is not signed (CAdES-T). To be opened
    /// by [`crate::tsp::Token::open`]; until then it proves nothing.
    pub timestamp: Option<Vec<u8>>,
    /// What the format found: digests, references, attributes.
    pub(crate) integrity: Said,
    /// What a key is to be held against; none if the envelope does not say it in a way known here.
    stated: Result<Stated, Said>,
}

/// What a signer's key has to have signed, and how.
#[derive(Debug)]
pub struct Stated {
    /// The bytes under the signature.
    pub signed: Vec<u8>,
    pub algorithm: &'static dyn Algorithm,
    /// The statement the algorithm was found by.
    pub statement: AlgorithmId,
    pub signature: Vec<u8>,
}

// === impl Claim ===

impl Claim {
    /// A claim whose digests and references are right.
    pub fn new(candidates: Vec<usize>, stated: Stated) -> Self {
        Self {
            candidates,
            signing_time: None,
            timestamp: None,
            integrity: Said::Valid,
            stated: Ok(stated),
        }
    }

    /// A claim whose digests are right and whose signature cannot be held against any key.
    pub(crate) fn unverifiable(candidates: Vec<usize>, reason: Reason) -> Self {
        Self {
            integrity: Said::Valid,
            stated: Err(Said::Invalid(reason)),
            ..Self::broken(candidates, reason, None)
        }
    }

    /// A claim with which something is wrong, and what can still be verified of it.
    pub fn broken(candidates: Vec<usize>, reason: Reason, stated: Option<Stated>) -> Self {
        let not_examined = Said::Undetermined(Lack::NotExamined);
        // Without its algorithm neither the digest nor the signature means anything.
        let (integrity, stated) = match reason {
            Reason::AlgorithmUnsupported => (not_examined, Err(Said::Invalid(reason))),
            _ => (Said::Invalid(reason), stated.ok_or(not_examined)),
        };
        Self {
            candidates,
            signing_time: None,
            timestamp: None,
            integrity,
            stated,
        }
    }

    /// Whether nothing is wrong with the claim and the key of `certificate` made the signature.
    pub fn verify(&self, certificate: &Certificate) -> Result<(), Reason> {
        for said in [self.integrity, self.signed_by(certificate)] {
            if let Said::Invalid(reason) = said {
                return Err(reason);
            }
        }
        Ok(())
    }

    /// What is to be said about the signature alone.
    pub(crate) fn signed_by(&self, certificate: &Certificate) -> Said {
        match &self.stated {
            Err(said) => *said,
            Ok(stated) => stated.verify(certificate).into(),
        }
    }

    /// The octets that a timestamp of this signature is over; none if there is no signature.
    pub fn signature(&self) -> Option<&[u8]> {
        self.stated.as_ref().ok().map(|stated| &*stated.signature)
    }

    /// The signer's certificate among those that came along, with what is said about the signature:
    /// the first whose key made it, or the first of all.
    pub(crate) fn choose<'c>(&self, along: &'c [Certificate]) -> Option<(&'c Certificate, Said)> {
        let mut first = None;
        for place in self.candidates.iter().take(CANDIDATES_MAX) {
            let Some(certificate) = along.get(*place) else {
                continue;
            };
            let said = self.signed_by(certificate);
            if said == Said::Valid {
                return Some((certificate, said));
            }
            first.get_or_insert((certificate, said));
        }
        first
    }

    /// The owner of `certificate`, who makes this claim with it.
    pub fn signer(&self, certificate: &Certificate) -> Signer {
        let algorithm = match &self.stated {
            Ok(stated) => stated.algorithm.name(),
            Err(_) => "unknown",
        };
        Signer {
            subject: certificate.owner(),
            roles: certificate.roles(),
            certificate_sha256: certificate.sha256(),
            certificate_serial: certificate.serial().to_vec(),
            issuer: certificate.issuer().printed(),
            algorithm,
            signing_time: self.signing_time,
        }
    }
}

impl Stated {
    fn verify(&self, certificate: &Certificate) -> Result<(), Reason> {
        self.algorithm
            .verify(
                certificate.key(),
                &self.statement,
                &self.signed,
                &self.signature,
            )
            .map_err(Reason::from)
    }
}

/// The formats that are known.
pub static FORMATS: &[&dyn Format] = &[&Cms];

impl std::fmt::Debug for dyn Format {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

//! The verifier: a signature, its content and an instant in; a [`Verdict`] out.
//!
//! In order: the format opens the envelope and compares digests; then for each signer the signature
//! itself, the certificate's period, usage and purpose, the way to an anchor, and revocation of every
//! certificate below it. The first thing that is wrong is the verdict; only when nothing is wrong can
//! something be lacking. Pure: no clock, no network, no state.

use jiff::Timestamp;

use crate::algorithm::{ALGORITHMS, Algorithm, Rejected};
use crate::certificate::Certificate;
use crate::chain::{Trust, climb, in_time};
use crate::extensions::usage;
use crate::format::{Claim, FORMATS, Format, Opened, Rules};
use crate::oid;
use crate::policy::Policy;
use crate::revocation::{Revocation, Status};
use crate::verdict::{Finding, Need, Reason, Signer, Valid, Verdict};

/// Verifies signatures against a set of anchors.
#[derive(Debug, Clone)]
pub struct Verifier {
    trust: Trust,
    policy: Policy,
    algorithms: &'static [&'static dyn Algorithm],
    formats: &'static [&'static dyn Format],
}

impl Verifier {
    /// A verifier with all algorithms and formats of this crate.
    pub fn new(trust: Trust, policy: Policy) -> Self {
        Self {
            trust,
            policy,
            algorithms: ALGORITHMS,
            formats: FORMATS,
        }
    }

    /// The same with other algorithms.
    #[must_use]
    pub fn with_algorithms(self, algorithms: &'static [&'static dyn Algorithm]) -> Self {
        Self { algorithms, ..self }
    }

    /// The same with other formats.
    #[must_use]
    pub fn with_formats(self, formats: &'static [&'static dyn Format]) -> Self {
        Self { formats, ..self }
    }

    /// Whom this verifier trusts.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// What a format needs to know to open an envelope for this verifier.
    pub fn rules(&self) -> Rules<'_> {
        Rules {
            policy: &self.policy,
            algorithms: self.algorithms,
        }
    }

    /// Is this signed, by whom, and what? `content` is needed by a detached signature; with an attached
    /// one it may be given, and must then be the same. `at` is the instant at which certificates must be
    /// valid and not revoked.
    pub fn verify<'a>(
        &self,
        signature: &'a [u8],
        content: Option<&'a [u8]>,
        at: Timestamp,
        revocation: &dyn Revocation,
    ) -> Verdict<'a> {
        let opened = match self.open(signature, content) {
            Ok(opened) => opened,
            Err(finding) => return Verdict::Invalid(finding),
        };
        self.judge(opened, at, revocation)
    }

    /// The same for an envelope that its format has opened already, by [`Verifier::rules`].
    pub fn judge<'a>(
        &self,
        opened: Opened<'a>,
        at: Timestamp,
        revocation: &dyn Revocation,
    ) -> Verdict<'a> {
        if opened.claims.is_empty() {
            return Verdict::Invalid(Reason::NoSigner.into());
        }
        let mut signers = Vec::with_capacity(opened.claims.len());
        let mut need = None;
        for (place, claim) in opened.claims.iter().enumerate() {
            match self.signer(claim, &opened.certificates, at, revocation) {
                Ok((signer, lacking)) => {
                    signers.push(signer);
                    need = need.or(lacking);
                }
                Err(reason) => {
                    return Verdict::Invalid(Finding {
                        reason,
                        signer: Some(place),
                    });
                }
            }
        }
        match need {
            Some(need) => Verdict::Undetermined(need),
            None => Verdict::Valid(Valid {
                signers,
                content: opened.content,
            }),
        }
    }

    fn open<'a>(
        &self,
        signature: &'a [u8],
        content: Option<&'a [u8]>,
    ) -> Result<Opened<'a>, Finding> {
        let bytes_max = self.policy.bytes_max;
        if signature.len() > bytes_max || content.is_some_and(|content| content.len() > bytes_max) {
            return Err(Reason::Malformed.into());
        }
        let format = self
            .formats
            .iter()
            .find(|format| format.recognises(signature))
            .ok_or(Reason::FormatUnknown)?;
        format.open(signature, content, &self.rules())
    }

    fn signer(
        &self,
        claim: &Claim,
        along: &[Certificate],
        at: Timestamp,
        revocation: &dyn Revocation,
    ) -> Result<(Signer, Option<Need>), Reason> {
        let certificate = along
            .get(claim.certificate)
            .ok_or(Reason::CertificateMissing)?;
        claim.algorithm.verify(
            certificate.key(),
            &claim.statement,
            &claim.signed,
            &claim.signature,
        )?;
        may_sign(certificate)?;
        in_time(certificate, at)?;
        let path = climb(
            certificate,
            along,
            &self.trust,
            self.algorithms,
            self.policy.authorities_max,
            at,
        )?;
        let need = not_revoked(&path, at, revocation)?;
        Ok((claim.signer(certificate), need))
    }
}

/// Whether the certificate is one for binding signatures (kz.md 1.4, 1.5).
fn may_sign(certificate: &Certificate) -> Result<(), Reason> {
    let extensions = certificate.extensions();
    if !extensions.unknown_critical.is_empty() {
        return Err(Reason::CriticalExtension);
    }
    if extensions
        .key_usage
        .is_none_or(|bits| bits & usage::NON_REPUDIATION == 0)
    {
        return Err(Reason::KeyUsageForbids);
    }
    let fits = |purpose: &Vec<u8>| {
        purpose == oid::EMAIL_PROTECTION
            || purpose == oid::ANY_PURPOSE
            || purpose.starts_with(oid::KZ_ROLES)
    };
    match &extensions.purposes {
        Some(purposes) if !purposes.iter().any(fits) => Err(Reason::PurposeForbids),
        _ => Ok(()),
    }
}

/// Asks for each certificate below the anchor. "Revoked" anywhere outweighs "unknown" elsewhere.
fn not_revoked(
    path: &[&Certificate],
    at: Timestamp,
    revocation: &dyn Revocation,
) -> Result<Option<Need>, Reason> {
    let mut need = None;
    for pair in path.windows(2) {
        let [certificate, issuer] = pair else {
            continue;
        };
        match revocation.status(certificate, issuer, at) {
            Status::Good => {}
            Status::Revoked { .. } => return Err(Reason::Revoked),
            Status::Unknown(lack) => {
                need = need.or_else(|| {
                    Some(Need {
                        lack,
                        issuer: issuer.subject().printed(),
                        authority: issuer.authority(),
                        urls: certificate.extensions().crl_urls.clone(),
                    })
                });
            }
        }
    }
    Ok(need)
}

impl From<Rejected> for Reason {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Wrong => Self::SignatureWrong,
            Rejected::WeakKey => Self::KeyUnsupported,
        }
    }
}

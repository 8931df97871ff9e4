//! The verifier: a signature, its content and an instant in; a [`Report`] out, and from it a [`Verdict`].
//!
//! The format opens the envelope and compares digests; then for each signer come the signature itself,
//! timestamps, the way to an anchor, the certificate's period and usage, and revocation of every
//! certificate below the anchor. What is wrong does not keep the rest from being looked at, as far as it still can be: a
//! person wants the whole picture. Pure: no clock, no network, no state.

use jiff::Timestamp;

use crate::algorithm::{ALGORITHMS, Algorithm, Rejected};
use crate::certificate::Certificate;
use crate::chain::{Budget, Ground, Links, Trust, climb, in_time, issued_by};
use crate::evidence::{Evidence, Kind};
use crate::extensions::usage;
use crate::format::{Claim, FORMATS, Format, Opened, Rules};
use crate::oid;
use crate::policy::Policy;
use crate::report::{Aspect, Examined, Report, Said};
use crate::revocation::{Revocation, Status};
use crate::tsp::{self, Token, TspError};
use crate::verdict::{Finding, Need, Reason, Verdict};

/// What is asked about one document.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The envelope: CMS, or a document of another format that the verifier knows.
    pub signature: &'a [u8],
    /// What a detached signature is about. With an attached one it may be given, and must be the same.
    pub content: Option<&'a [u8]>,
    /// The instant at which certificates must be valid and not revoked, unless a timestamp proves an
    /// earlier one.
    pub at: Timestamp,
    /// A token of RFC 3161 that is kept beside: over the whole envelope, or over the signature value of its
    /// only signer.
    pub timestamp: Option<&'a [u8]>,
}

/// Verifies signatures against a set of anchors.
#[derive(Debug, Clone)]
pub struct Verifier {
    trust: Trust,
    policy: Policy,
    algorithms: &'static [&'static dyn Algorithm],
    formats: &'static [&'static dyn Format],
    links: Links,
}

impl Verifier {
    /// A verifier with all algorithms and formats of this crate.
    pub fn new(trust: Trust, policy: Policy) -> Self {
        Self {
            trust,
            policy,
            algorithms: ALGORITHMS,
            formats: FORMATS,
            links: Links::default(),
        }
    }

    /// The same with other algorithms.
    #[must_use]
    pub fn with_algorithms(self, algorithms: &'static [&'static dyn Algorithm]) -> Self {
        Self {
            algorithms,
            links: Links::default(),
            ..self
        }
    }

    /// The same with other formats.
    #[must_use]
    pub fn with_formats(self, formats: &'static [&'static dyn Format]) -> Self {
        Self { formats, ..self }
    }

    /// The same with that one of its formats alone, if it has it.
    #[must_use]
    pub fn with_format(self, name: &str) -> Option<Self> {
        let place = self.formats.iter().position(|one| one.name() == name)?;
        let formats = self.formats.get(place..=place)?;
        Some(Self { formats, ..self })
    }

    /// The format by which this verifier reads a signature.
    pub fn format_of(&self, signature: &[u8]) -> Option<&'static dyn Format> {
        let mut formats = self.formats.iter().copied();
        formats.find(|format| format.recognises(signature))
    }

    /// Whom this verifier trusts.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// What this verifier demands.
    pub fn policy(&self) -> &Policy {
        &self.policy
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
    /// valid and not revoked, unless a timestamp proves an earlier one.
    pub fn verify<'a>(
        &self,
        signature: &'a [u8],
        content: Option<&'a [u8]>,
        at: Timestamp,
        revocation: &dyn Revocation,
    ) -> Verdict<'a> {
        let question = Question {
            content,
            ..Question::about(signature, at)
        };
        self.examine(&question, revocation).into_verdict()
    }

    /// The whole question, and everything that was found on the way.
    pub fn examine<'a>(&self, question: &Question<'a>, revocation: &dyn Revocation) -> Report<'a> {
        match self.open(question.signature, question.content) {
            Ok(opened) => self.report(opened, question, revocation),
            Err(finding) => Report::refused(finding),
        }
    }

    /// The same for an envelope that its format has opened already, by [`Verifier::rules`].
    pub fn judge<'a>(
        &self,
        opened: Opened<'a>,
        at: Timestamp,
        revocation: &dyn Revocation,
    ) -> Report<'a> {
        self.report(opened, &Question::about(&[], at), revocation)
    }

    /// Looks at a certificate by itself: who issued it, and whether it may be used at that instant. An anchor
    /// needs no word on revocation, and an authority none on whether it may sign documents.
    pub fn certificate(
        &self,
        certificate: &Certificate,
        at: Timestamp,
        revocation: &dyn Revocation,
    ) -> Examined {
        let mut examined = Examined::nothing_yet(at);
        examined.checks.set(Aspect::Integrity, Said::Valid);
        let mut looking = Looking {
            verifier: self,
            question: &Question::about(&[], at),
            along: &[],
            revocation,
            budget: Budget::of(1),
        };
        looking.at_certificate(&mut examined, certificate);
        if self.trust.anchors().contains(certificate) {
            examined.checks.set(Aspect::Chain, Said::Valid);
            examined.checks.set(Aspect::Revocation, Said::NotAsked);
            examined.evidence.clear();
            examined.need = None;
        }
        let signature = issued_by(certificate, self.trust.authorities(), self.algorithms);
        examined.checks.set(Aspect::Signature, signature);
        if certificate.extensions().is_authority {
            examined.checks.set(Aspect::Usage, Said::NotAsked);
        }
        examined
    }

    fn report<'a>(
        &self,
        opened: Opened<'a>,
        question: &Question<'_>,
        revocation: &dyn Revocation,
    ) -> Report<'a> {
        if opened.claims.is_empty() {
            return Report::refused(Reason::NoSigner.into());
        }
        let mut looking = Looking {
            verifier: self,
            question,
            along: &opened.certificates,
            revocation,
            budget: Budget::of(opened.claims.len()),
        };
        let signers = opened
            .claims
            .iter()
            .map(|claim| looking.at_signer(claim))
            .collect();
        Report {
            opened: Ok(opened.content),
            signers,
        }
    }

    fn ground(&self) -> Ground<'_> {
        Ground {
            trust: &self.trust,
            algorithms: self.algorithms,
            authorities_max: self.policy.authorities_max,
            links: Some(&self.links),
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
        let format = self.format_of(signature).ok_or(Reason::FormatUnknown)?;
        format.open(signature, content, &self.rules())
    }
}

// === impl Question ===

impl<'a> Question<'a> {
    /// About a signature that carries its content, or whose format does.
    pub fn about(signature: &'a [u8], at: Timestamp) -> Self {
        Self {
            signature,
            content: None,
            at,
            timestamp: None,
        }
    }
}

/// One document being looked at.
struct Looking<'q> {
    verifier: &'q Verifier,
    question: &'q Question<'q>,
    along: &'q [Certificate],
    revocation: &'q dyn Revocation,
    budget: Budget,
}

impl Looking<'_> {
    fn at_signer(&mut self, claim: &Claim) -> Examined {
        let mut examined = Examined::nothing_yet(self.question.at);
        examined.checks.set(Aspect::Integrity, claim.integrity);
        let Some((certificate, signature)) = claim.choose(self.along) else {
            let missing = Said::Invalid(Reason::CertificateMissing);
            examined.checks.set(Aspect::Signature, missing);
            return examined;
        };
        examined.signer = Some(claim.signer(certificate));
        examined.checks.set(Aspect::Signature, signature);
        self.at_time(&mut examined, claim);
        self.at_certificate(&mut examined, certificate);
        examined
    }

    /// The certificate's period, what it is for, its way to an anchor, and revocation on that way.
    fn at_certificate(&mut self, examined: &mut Examined, certificate: &Certificate) {
        let at = examined.judged_at;
        let checks = &mut examined.checks;
        checks.set(Aspect::Validity, in_time(certificate, at).into());
        checks.set(Aspect::Usage, may_sign(certificate).into());
        let ground = self.verifier.ground();
        let way = climb(certificate, self.along, ground, at, &mut self.budget);
        match way {
            Ok(path) => {
                let path: Vec<Certificate> = path.into_iter().cloned().collect();
                let said = not_revoked(examined, &path, at, self.revocation);
                examined.checks.set(Aspect::Chain, Said::Valid);
                examined.checks.set(Aspect::Revocation, said);
                examined.path = path;
            }
            Err(reason) => examined.checks.set(Aspect::Chain, Said::Invalid(reason)),
        }
    }

    /// When this signature existed, if tokens prove it: the earliest instant counts. A token that is there
    /// and does not hold is a finding; it moves nothing. The one inside is over the octets of the signature
    /// (CAdES-T); the one beside may be over the envelope as well.
    fn at_time(&mut self, examined: &mut Examined, claim: &Claim) {
        let (signature, envelope) = (claim.signature(), self.question.signature);
        if let Some(token) = &claim.timestamp {
            self.at_token(examined, token, [signature, None]);
        }
        if let Some(token) = self.question.timestamp {
            self.at_token(examined, token, [signature, Some(envelope)]);
        }
    }

    fn at_token(&mut self, examined: &mut Examined, token: &[u8], over: [Option<&[u8]>; 2]) {
        let said = match self.token(token, over) {
            Ok(token) => {
                let piece = Evidence::new(Kind::Timestamp, token.der().into(), token.at());
                examined.evidence.push(piece);
                let said = not_revoked(examined, token.way(), token.at(), self.revocation);
                if said == Said::Valid {
                    examined.judged_at = examined.judged_at.min(token.at());
                }
                said
            }
            Err(reason) => Said::Invalid(reason),
        };
        examined.checks.worsen(Aspect::Time, said);
    }

    fn token(&mut self, token: &[u8], over: [Option<&[u8]>; 2]) -> Result<Token, Reason> {
        let token = tsp::parse(token)
            .and_then(|token| token.check_within(self.verifier.ground(), &mut self.budget))
            .map_err(|error| match error {
                TspError::Wrong(Reason::UntrustedIssuer) => Reason::TimestampUntrusted,
                _ => Reason::TimestampWrong,
            })?;
        let mut over = over.into_iter().flatten();
        if over.any(|bytes| token.covers(bytes).is_ok()) {
            Ok(token)
        } else {
            Err(Reason::TimestampWrong)
        }
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

/// Asks for each certificate below the anchor, on the signer's way or that of a token's authority.
/// "Revoked" anywhere outweighs "unknown" elsewhere.
fn not_revoked(
    examined: &mut Examined,
    way: &[Certificate],
    at: Timestamp,
    revocation: &dyn Revocation,
) -> Said {
    let mut said = Said::Valid;
    for pair in way.windows(2) {
        let [certificate, issuer] = pair else {
            continue;
        };
        let answer = revocation.ask(certificate, issuer, at);
        examined.evidence.extend(answer.evidence);
        match answer.status {
            Status::Good => {}
            Status::Revoked { since } => {
                said = Said::Invalid(Reason::Revoked);
                examined.revoked_since.get_or_insert(since);
            }
            Status::Unknown(lack) => {
                if said == Said::Valid {
                    said = Said::Undetermined(lack);
                }
                examined.need.get_or_insert_with(|| Need {
                    lack,
                    issuer: issuer.subject().printed(),
                    authority: issuer.authority(),
                    urls: certificate.extensions().crl_urls.clone(),
                    about: Some(Box::new((certificate.clone(), issuer.clone()))),
                });
            }
        }
    }
    said
}

impl From<Rejected> for Reason {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Wrong => Self::SignatureWrong,
            Rejected::WeakKey => Self::KeyUnsupported,
        }
    }
}

//! What was examined about each signer, in a fixed order: the source from which a [`Verdict`] follows.
//!
//! Plain data. Every signer has one [`Check`] for each [`Aspect`]; what could not be looked at, because
//! something before it is missing, says so. One "invalid" makes the whole invalid; without one, a single
//! "undetermined" leaves the whole undetermined; only when neither is there is the document valid.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::certificate::Certificate;
use crate::evidence::Evidence;
use crate::revocation::Lack;
use crate::verdict::{Finding, Need, Reason, Signer, Valid, Verdict};

/// What is looked at, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// The content is the one that was signed, and the envelope is whole.
    Integrity,
    /// The key of the signer's certificate made the signature.
    Signature,
    /// The certificate leads to a configured anchor.
    Chain,
    /// The certificate was in its period.
    Validity,
    /// The certificate is one for binding signatures.
    Usage,
    /// The signer has a role that may sign this.
    Role,
    /// Neither the certificate nor an authority above it was revoked.
    Revocation,
    /// The signer is who has to sign.
    Identity,
    /// When it was signed is proven.
    Time,
}

/// What is said about one aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Said {
    Valid,
    Invalid(Reason),
    /// It cannot be told, or not any more after what was found before.
    Undetermined(Lack),
    /// Nobody asked, or there is nothing to look at.
    NotAsked,
}

/// One line of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Check {
    pub aspect: Aspect,
    pub said: Said,
}

/// All aspects of one signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checks([Said; Aspect::ALL.len()]);

/// One signer, examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// Who it is, if his certificate is there. Believed only if the checks say so.
    pub signer: Option<Signer>,
    pub checks: Checks,
    /// The instant at which certificates were judged: the proven one, or the one asked about.
    pub judged_at: Timestamp,
    /// Since when a certificate on the way is revoked, when one is.
    pub revoked_since: Option<Timestamp>,
    /// What must be had before revocation can be told.
    pub need: Option<Need>,
    /// From the signer's certificate up to the anchor, when there is a way.
    pub path: Vec<Certificate>,
    /// What the answers about revocation and time rest on.
    pub evidence: Vec<Evidence>,
}

/// Everything that was found about one document.
#[derive(Clone, PartialEq, Eq)]
pub struct Report<'a> {
    /// The signed bytes, or why the envelope could not be opened at all.
    pub(crate) opened: Result<Cow<'a, [u8]>, Finding>,
    /// One for each signer, in the order of the document. Empty if it could not be opened.
    pub signers: Vec<Examined>,
}

// === impl Aspect ===

impl Aspect {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::Integrity,
        Self::Signature,
        Self::Chain,
        Self::Validity,
        Self::Usage,
        Self::Role,
        Self::Revocation,
        Self::Identity,
        Self::Time,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::Signature => "signature",
            Self::Chain => "chain",
            Self::Validity => "validity",
            Self::Usage => "usage",
            Self::Role => "role",
            Self::Revocation => "revocation",
            Self::Identity => "identity",
            Self::Time => "time",
        }
    }
}

// === impl Said ===

impl Said {
    /// `valid`, `invalid`, `undetermined` or `not-asked`.
    pub fn outcome(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid(_) => "invalid",
            Self::Undetermined(_) => "undetermined",
            Self::NotAsked => "not-asked",
        }
    }

    /// The stable code: that of the reason or of what is lacking, else the outcome.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invalid(reason) => reason.as_str(),
            Self::Undetermined(lack) => lack.as_str(),
            Self::Valid | Self::NotAsked => self.outcome(),
        }
    }
}

impl From<Result<(), Reason>> for Said {
    fn from(result: Result<(), Reason>) -> Self {
        match result {
            Ok(()) => Self::Valid,
            Err(reason) => Self::Invalid(reason),
        }
    }
}

// === impl Checks ===

impl Checks {
    /// Nothing was looked at, and nobody asked about role, identity and time.
    pub(crate) fn unexamined() -> Self {
        let mut checks = Self([Said::Undetermined(Lack::NotExamined); Aspect::ALL.len()]);
        for aspect in [Aspect::Role, Aspect::Identity, Aspect::Time] {
            checks.set(aspect, Said::NotAsked);
        }
        checks
    }

    /// What is said about one aspect.
    pub fn of(&self, aspect: Aspect) -> Said {
        let [
            integrity,
            signature,
            chain,
            validity,
            usage,
            role,
            revocation,
            identity,
            time,
        ] = self.0;
        match aspect {
            Aspect::Integrity => integrity,
            Aspect::Signature => signature,
            Aspect::Chain => chain,
            Aspect::Validity => validity,
            Aspect::Usage => usage,
            Aspect::Role => role,
            Aspect::Revocation => revocation,
            Aspect::Identity => identity,
            Aspect::Time => time,
        }
    }

    pub(crate) fn set(&mut self, aspect: Aspect, said: Said) {
        if let Some(place) = self.0.get_mut(aspect as usize) {
            *place = said;
        }
    }

    /// Says it, unless something worse was said before: invalid, undetermined, valid, not asked.
    pub(crate) fn worsen(&mut self, aspect: Aspect, said: Said) {
        let weight = |said: Said| match said {
            Said::Invalid(_) => 3,
            Said::Undetermined(_) => 2,
            Said::Valid => 1,
            Said::NotAsked => 0,
        };
        if weight(said) > weight(self.of(aspect)) {
            self.set(aspect, said);
        }
    }

    /// One line for each aspect, in order.
    pub fn iter(&self) -> impl Iterator<Item = Check> {
        Aspect::ALL
            .into_iter()
            .zip(self.0)
            .map(|(aspect, said)| Check { aspect, said })
    }

    /// The first reason to refuse, if there is one.
    pub fn refused(&self) -> Option<Reason> {
        self.0.iter().find_map(|said| match said {
            Said::Invalid(reason) => Some(*reason),
            _ => None,
        })
    }

    /// The first thing that cannot be told, if there is one.
    pub fn lacking(&self) -> Option<Lack> {
        self.0.iter().find_map(|said| match said {
            Said::Undetermined(lack) => Some(*lack),
            _ => None,
        })
    }
}

// === impl Examined ===

impl Examined {
    pub(crate) fn nothing_yet(at: Timestamp) -> Self {
        Self {
            signer: None,
            checks: Checks::unexamined(),
            judged_at: at,
            revoked_since: None,
            need: None,
            path: Vec::new(),
            evidence: Vec::new(),
        }
    }
}

// === impl Report ===

impl<'a> Report<'a> {
    /// The envelope could not be opened.
    pub(crate) fn refused(finding: Finding) -> Self {
        Self {
            opened: Err(finding),
            signers: Vec::new(),
        }
    }

    /// Why the document is refused, if it is: the first reason of the first signer that has one.
    pub fn finding(&self) -> Option<Finding> {
        if let Err(finding) = &self.opened {
            return Some(finding.clone());
        }
        let mut signers = self.signers.iter().enumerate();
        signers.find_map(|(place, one)| {
            one.checks.refused().map(|reason| Finding {
                reason,
                signer: Some(place),
            })
        })
    }

    /// What is lacking, if nothing is wrong and something cannot be told.
    pub fn need(&self) -> Option<Need> {
        if self.finding().is_some() {
            return None;
        }
        self.signers.iter().find_map(|one| {
            let lack = one.checks.lacking()?;
            Some(one.need.clone().unwrap_or_else(|| Need::of(lack)))
        })
    }

    /// `valid`, `invalid` or `undetermined`.
    pub fn outcome(&self) -> &'static str {
        if self.finding().is_some() {
            "invalid"
        } else if self.need().is_some() {
            "undetermined"
        } else {
            "valid"
        }
    }

    /// The verdict that follows.
    pub fn into_verdict(self) -> Verdict<'a> {
        if let Some(finding) = self.finding() {
            return Verdict::Invalid(finding);
        }
        if let Some(need) = self.need() {
            return Verdict::Undetermined(need);
        }
        let signers: Option<Vec<Signer>> = self.signers.into_iter().map(|one| one.signer).collect();
        match (self.opened, signers) {
            (Ok(content), Some(signers)) if !signers.is_empty() => {
                Verdict::Valid(Valid { signers, content })
            }
            (Err(finding), _) => Verdict::Invalid(finding),
            // Every check holds and yet nobody is known: a fault of ours, so no verdict either way.
            (Ok(_), _) => Verdict::Undetermined(Need::of(Lack::Failed)),
        }
    }

    /// The lines of every signer, in order; of an envelope that could not be opened, one line.
    pub fn checks(&self) -> Vec<(Option<usize>, Check)> {
        match &self.opened {
            Err(finding) => {
                let check = Check {
                    aspect: Aspect::Integrity,
                    said: Said::Invalid(finding.reason),
                };
                vec![(finding.signer, check)]
            }
            Ok(_) => self
                .signers
                .iter()
                .enumerate()
                .flat_map(|(place, one)| one.checks.iter().map(move |check| (Some(place), check)))
                .collect(),
        }
    }

    /// What the report rests on, each piece once.
    pub fn evidence(&self) -> Vec<&Evidence> {
        let mut all: Vec<&Evidence> = Vec::new();
        for piece in self.signers.iter().flat_map(|one| &one.evidence) {
            if all.iter().all(|other| other.sha256 != piece.sha256) {
                all.push(piece);
            }
        }
        all
    }

    /// The same with bytes of its own.
    pub fn into_owned(self) -> Report<'static> {
        Report {
            opened: self.opened.map(|content| Cow::Owned(content.into_owned())),
            signers: self.signers,
        }
    }
}

impl std::fmt::Debug for Report<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Report")
            .field("refused", &self.opened.as_ref().err())
            .field("signers", &self.signers)
            .finish_non_exhaustive()
    }
}

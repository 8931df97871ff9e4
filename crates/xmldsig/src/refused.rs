//! Why a document is not taken: the finding of [`signatures`], and the same in words.

use std::borrow::Cow;

use signatures::{Finding, Need, Reason};

use crate::parse::{ParseError, Position};

/// A refusal. The finding is for programs, the words for the person who has to act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {why}", self.place(), .finding.reason)]
pub struct Refused {
    /// What is wrong; its signer is counted in document order.
    pub finding: Finding,
    /// Where and why, in English.
    pub why: Cow<'static, str>,
    /// Where in the document, when it is about a place.
    pub at: Option<Position>,
}

/// Why there is no verified document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// Something is wrong.
    #[error(transparent)]
    Invalid(#[from] Refused),
    /// Nothing is wrong, yet something needed is not at hand: hold it and ask again.
    #[error("undetermined: the revocation of a certificate of {} is not known", .0.issuer)]
    Undetermined(Need),
}

// === impl Refused ===

impl Refused {
    pub(crate) fn new(reason: Reason, why: impl Into<Cow<'static, str>>) -> Self {
        Self {
            finding: reason.into(),
            why: why.into(),
            at: None,
        }
    }

    pub(crate) fn at(self, at: Position) -> Self {
        Self {
            at: self.at.or(Some(at)),
            ..self
        }
    }

    pub(crate) fn of(mut self, signer: usize) -> Self {
        self.finding.signer = Some(signer);
        self
    }

    fn place(&self) -> String {
        let signer = self
            .finding
            .signer
            .map(|signer| format!("signature {}: ", signer + 1));
        let at = self.at.map(|at| format!("{at}: "));
        [signer, at].into_iter().flatten().collect()
    }
}

impl From<ParseError> for Refused {
    fn from(error: ParseError) -> Self {
        Self::new(Reason::Malformed, error.why.to_string()).at(error.at)
    }
}

//! OCSP answers at hand, and the order in which sources are asked: OCSP first, then lists.
//!
//! The caller fetches answers and opens them; here they only get a place, a freshness and a voice. An
//! authority whose own responder does not know a certificate outweighs a list that does not name it.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Crls, Lack, Revocation, Status};
use crate::certificate::Certificate;
use crate::evidence::{Evidence, Kind};
use crate::ocsp::{self, Ocsp};

/// How old an answer without `nextUpdate` may be, by default: the national authority never states one
/// (kz.md 1.6).
pub const OCSP_AGE_MAX: SignedDuration = SignedDuration::from_mins(5);

/// The answers at hand, one for each certificate.
#[derive(Debug, Clone)]
pub struct Ocsps {
    age_max: SignedDuration,
    /// By SHA-256 of the certificate and its issuer, see [`Certificate::authority`].
    answers: HashMap<([u8; 32], [u8; 32]), Held>,
}

#[derive(Debug, Clone)]
struct Held {
    answer: Ocsp,
    evidence: Evidence,
}

/// OCSP first, then lists: what the one source cannot tell, the other may.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    pub answers: Arc<Ocsps>,
    pub lists: Arc<Crls>,
}

// === impl Ocsps ===

impl Default for Ocsps {
    fn default() -> Self {
        Self::new(OCSP_AGE_MAX)
    }
}

impl Ocsps {
    /// No answers yet. Those without `nextUpdate` count for `age_max` after their `thisUpdate`.
    pub fn new(age_max: SignedDuration) -> Self {
        Self {
            age_max,
            answers: HashMap::new(),
        }
    }

    /// Puts in what was said about `certificate` of `issuer`. The newer of two answers stays.
    pub fn insert(&mut self, certificate: &Certificate, issuer: &Certificate, answer: Ocsp) {
        let place = (certificate.sha256(), issuer.authority());
        let earlier = self.answers.get(&place);
        if earlier.is_some_and(|held| held.answer.this_update() > answer.this_update()) {
            return;
        }
        let evidence = Evidence::new(Kind::Ocsp, answer.der().into(), answer.produced_at());
        self.answers.insert(place, Held { answer, evidence });
    }

    /// Forgets every answer that is too old for the instant `at`.
    pub fn forget(&mut self, at: Timestamp) {
        let age_max = self.age_max;
        self.answers
            .retain(|_, held| is_fresh(&held.answer, age_max, at));
    }

    /// How many answers are held.
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    fn says(&self, answer: &Ocsp, certificate: &Certificate, at: Timestamp) -> Status {
        match answer.status() {
            // "I never issued it", in the words of RFC 6960, 4.4.8, with the mark or without it.
            ocsp::Status::Unknown => Status::Unknown(Lack::NotKnown),
            ocsp::Status::Revoked {
                since,
                on_hold: true,
            } if since == Timestamp::UNIX_EPOCH => Status::Unknown(Lack::NotKnown),
            ocsp::Status::Revoked { since, .. } if since <= at => Status::Revoked { since },
            _ if !is_fresh(answer, self.age_max, at) => Status::Unknown(Lack::Stale),
            _ if answer.this_update() > certificate.not_after() => {
                Status::Unknown(Lack::AfterExpiry)
            }
            ocsp::Status::Good | ocsp::Status::Revoked { .. } => Status::Good,
        }
    }
}

/// Whether the answer speaks for the instant `at`: a later one does, an earlier one for a while.
fn is_fresh(answer: &Ocsp, age_max: SignedDuration, at: Timestamp) -> bool {
    match answer.next_update() {
        Some(next) => at <= next,
        None => at.duration_since(answer.this_update()) <= age_max,
    }
}

impl Revocation for Ocsps {
    fn ask(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) -> Answer {
        let place = (certificate.sha256(), issuer.authority());
        match self.answers.get(&place) {
            None => Lack::Missing.into(),
            Some(held) => Answer {
                status: self.says(&held.answer, certificate, at),
                evidence: vec![held.evidence.clone()],
            },
        }
    }
}

// === impl Sources ===

impl Revocation for Sources {
    fn ask(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) -> Answer {
        let said = self.answers.ask(certificate, issuer, at);
        let Status::Unknown(lack) = said.status else {
            return said;
        };
        let listed = self.lists.ask(certificate, issuer, at);
        let status = match (lack, &listed.status) {
            (Lack::NotKnown, Status::Good | Status::Unknown(_)) => Status::Unknown(lack),
            (Lack::Stale | Lack::AfterExpiry, Status::Unknown(Lack::Missing)) => {
                Status::Unknown(lack)
            }
            _ => return listed.with(said.evidence),
        };
        Answer { status, ..listed }.with(said.evidence)
    }
}

impl Answer {
    /// The same with what else was looked at; an answer that is decided rests on its own evidence alone.
    fn with(mut self, other: Vec<Evidence>) -> Self {
        if matches!(self.status, Status::Unknown(_)) {
            self.evidence.extend(other);
        }
        self
    }
}

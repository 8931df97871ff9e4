//! Answers and lists as bytes that somebody kept: whose they are is found out when somebody asks.
//!
//! For files on a command line and for stored evidence, where nobody says which certificate a response or
//! which authority a list belongs to. Each piece is tried for the certificate in question, and one that does
//! not hold for it says nothing about it. Every question opens the pieces anew: for a service, use
//! [`Sources`].

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Crls, Freshness, OCSP_AGE_MAX, Ocsps, Revocation, Sources, Status};
use crate::certificate::Certificate;
use crate::crl::{Crl, Delta};
use crate::ocsp::Ocsp;

/// Bytes of answers and lists (DER; lists in PEM too), in any order.
#[derive(Debug, Clone)]
pub struct Kept {
    pub pieces: Vec<Arc<[u8]>>,
    /// How old lists may be.
    pub freshness: Freshness,
    /// How old answers without `nextUpdate` may be.
    pub ocsp_age_max: SignedDuration,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            pieces: Vec::new(),
            freshness: Freshness::default(),
            ocsp_age_max: OCSP_AGE_MAX,
        }
    }
}

impl Revocation for Kept {
    fn ask(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) -> Answer {
        let mut answers = Ocsps::new(self.ocsp_age_max);
        let mut bases = Vec::new();
        let mut deltas = Vec::new();
        for piece in &self.pieces {
            if let Ok(answer) = Ocsp::open(piece, certificate, issuer) {
                answers.insert(certificate, issuer, answer);
            } else if let Ok(list) = Crl::open(piece, issuer) {
                bases.push(list);
            } else if let Ok(delta) = Delta::open(piece, issuer) {
                deltas.push(delta);
            }
        }
        let answers = Arc::new(answers);
        let ask = |list: Option<Crl>| {
            let mut lists = Crls::new(self.freshness);
            if let Some(list) = list {
                lists.insert(Arc::new(list));
            }
            let (answers, lists) = (Arc::clone(&answers), Arc::new(lists));
            Sources { answers, lists }.ask(certificate, issuer, at)
        };
        // The newest list that can tell: one made after a certificate expired cannot, an older one may.
        let mut said = None;
        for list in newest_first(bases, &deltas) {
            let answer = ask(Some(list));
            if !matches!(answer.status, Status::Unknown(_)) {
                return answer;
            }
            said.get_or_insert(answer);
        }
        said.unwrap_or_else(|| ask(None))
    }
}

/// Every list, and what the changes make of it; of two made at the same instant, the one with changes first.
fn newest_first(bases: Vec<Crl>, deltas: &[Delta]) -> Vec<Crl> {
    let changed = |base: &Crl| {
        let base = base.clone();
        deltas
            .iter()
            .filter_map(move |delta| base.with_delta(delta).ok())
    };
    let mut lists: Vec<Crl> = bases.iter().flat_map(changed).collect();
    lists.extend(bases);
    lists.sort_by_key(|list| std::cmp::Reverse(list.this_update()));
    lists
}

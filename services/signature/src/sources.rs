//! OCSP first, then lists: what is known about revocation, and what could still be asked for.
//!
//! One pass over a message's signatures asks [`Asking`] about each certificate. Where a responder is configured and
//! no fresh answer of it is at hand, the certificate is noted, so that it can be asked about before the next pass;
//! once that was tried, lists decide what it left open.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use signatures::{Answer, Certificate, Crls, Lack, Revocation, Sources};

use crate::responders::{Responders, lacks};

/// A certificate and its issuer.
pub type Pair = (Certificate, Certificate);

/// What is at hand for one pass.
#[derive(Debug)]
pub struct Asking {
    pub responders: Arc<Responders>,
    pub lists: Arc<Crls>,
    /// SHA-256 of the certificates that were asked about already.
    pub asked: HashSet<[u8; 32]>,
    wanted: Mutex<Vec<Pair>>,
}

impl Asking {
    pub fn new(responders: Arc<Responders>, lists: Arc<Crls>, asked: HashSet<[u8; 32]>) -> Self {
        Self {
            responders,
            lists,
            asked,
            wanted: Mutex::default(),
        }
    }

    /// The certificates that a responder should be asked about.
    pub fn wanted(self) -> Vec<Pair> {
        let wanted = self.wanted.into_inner();
        wanted.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Revocation for Asking {
    fn ask(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) -> Answer {
        let answers = self.responders.at_hand(certificate, issuer);
        if self.responders.answer_for(issuer)
            && !self.asked.contains(&certificate.sha256())
            && lacks(&answers, certificate, issuer, at)
        {
            let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
            let pair = (certificate.clone(), issuer.clone());
            if !wanted.contains(&pair) {
                wanted.push(pair);
            }
            return Lack::Missing.into();
        }
        let sources = Sources {
            answers: Arc::new(answers),
            lists: Arc::clone(&self.lists),
        };
        sources.ask(certificate, issuer, at)
    }
}

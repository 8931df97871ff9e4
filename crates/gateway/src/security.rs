//! The transport signature of a channel: WS-Security over the Body, off, signed or required, for one peer.
//!
//! What was verified is what is decoded: [`Guard::open`] gives the Body of its own accord, cut out of the verified
//! element, and the envelope that came is not looked at again. The other side's certificates are pinned by
//! the operator, who thereby trusts them; their period is looked at here, their revocation is his matter.

use std::fmt;

use jiff::Timestamp;
use signatures::algorithm::ALGORITHMS;
use signatures::format::Rules;
use signatures::sign::Identity;
use signatures::{Certificate, Policy};
use xmldsig::sign::SignError;
use xmldsig::wsse::{self, Naming};
use xmldsig::{Document, Limits, Refused};

use crate::codec;
use crate::fault::Refusal;
use crate::names::code;

/// What is signed between us and a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// Nothing; a signature that comes is not looked at.
    #[default]
    Off,
    /// We sign. What comes may be unsigned; a signature that comes must be good.
    Signed,
    /// We sign, and so must the peer.
    Required,
}

/// Guards the channel with one peer.
#[derive(Default)]
pub struct Guard {
    security: Security,
    ours: Option<(Identity, Naming)>,
    theirs: Vec<Certificate>,
}

/// What came, fit to be read by [`crate::read_call`] and [`crate::read_reply`].
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// The Body alone, as it stood.
    pub body: String,
    /// Whose certificate signed it: one of the pinned ones. None where nothing was verified.
    pub signer: Option<Certificate>,
}

/// A guard cannot keep what it is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unguarded {
    #[error("a certificate and key of our own are needed to sign")]
    NoIdentity,
    #[error("certificates of the other side are needed to verify what it signs")]
    NoCertificates,
}

// === impl Security ===

impl Security {
    /// By its word in a configuration: `off`, `signed`, `required`.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "off" => Some(Self::Off),
            "signed" => Some(Self::Signed),
            "required" => Some(Self::Required),
            _ => None,
        }
    }
}

// === impl Guard ===

impl Guard {
    /// Nothing is signed.
    pub fn off() -> Self {
        Self::default()
    }

    /// Signs as `ours`, takes the signatures of `theirs`. `Required` needs both, `Signed` needs `ours`.
    pub fn new(
        security: Security,
        ours: Option<(Identity, Naming)>,
        theirs: Vec<Certificate>,
    ) -> Result<Self, Unguarded> {
        if security != Security::Off && ours.is_none() {
            return Err(Unguarded::NoIdentity);
        }
        if security == Security::Required && theirs.is_empty() {
            return Err(Unguarded::NoCertificates);
        }
        Ok(Self {
            security,
            ours,
            theirs,
        })
    }

    pub fn security(&self) -> Security {
        self.security
    }

    /// Opens what came, as of now. Refused with the code that the gateway has for it: unsigned, wrong, or the
    /// certificate not in its period.
    pub fn open(
        &self,
        envelope: &[u8],
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Opened, Refusal> {
        let document = codec::parse(envelope, limits)?;
        if self.security == Security::Off || !is_signed(&document) {
            if self.security == Security::Required {
                let why = "the Body is not signed, and must be: a wsse:Security header with its signature";
                return Err(Refusal::new(code::TRANSPORT_UNSIGNED, why));
            }
            let body = codec::body(&document.unverified())?;
            return Ok(Opened {
                body: body.alone(),
                signer: None,
            });
        }
        self.verified(&document, now)
    }

    fn verified(&self, document: &Document<'_>, now: Timestamp) -> Result<Opened, Refusal> {
        let policy = Policy::default();
        let rules = Rules {
            policy: &policy,
            algorithms: ALGORITHMS,
        };
        let opened = wsse::open(document, &self.theirs, &rules);
        let verified = opened.and_then(|opened| opened.pinned(&self.theirs));
        let verified = verified.map_err(|refused| wrong(&refused))?;
        let signer = verified.signers().first();
        let signer = signer.and_then(|signer| {
            let mut theirs = self.theirs.iter();
            theirs.find(|one| one.sha256() == signer.certificate_sha256)
        });
        let Some(signer) = signer else {
            return Err(Refusal::new(code::TRANSPORT_WRONG, "nobody signed"));
        };
        if !signer.is_in_time(now) {
            let why = "the certificate of the signature is not valid at this time";
            return Err(Refusal::new(code::TRANSPORT_TIME, why));
        }
        Ok(Opened {
            body: verified.element().alone(),
            signer: Some(signer.clone()),
        })
    }

    /// Signs an envelope to go out, where this channel is signed. `id` becomes the Body's: `id-` and a UUID.
    pub fn seal(&self, envelope: String, id: &str) -> Result<Vec<u8>, SignError> {
        match &self.ours {
            Some((identity, naming)) if self.security != Security::Off => {
                wsse::sign(envelope.as_bytes(), id, identity, *naming)
            }
            _ => Ok(envelope.into_bytes()),
        }
    }
}

impl fmt::Debug for Guard {
    /// Keys do not show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("security", &self.security)
            .field("pinned", &self.theirs.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("body_bytes", &self.body.len())
            .field("verified", &self.signer.is_some())
            .finish_non_exhaustive()
    }
}

/// Whether any signature stands in the header, by local names: one in the wrong place is refused as wrong, and
/// not taken for none.
fn is_signed(document: &Document<'_>) -> bool {
    let mut headers = document.unverified().children();
    headers.any(|header| {
        header.name() == "Header"
            && header.children().any(|security| {
                security.name() == "Security"
                    && security.children().any(|one| one.name() == "Signature")
            })
    })
}

fn wrong(refused: &Refused) -> Refusal {
    // The reason is a word of ours; what stands beside it may quote names of the document.
    let why = format!("the signature is not taken: {}", refused.finding.reason);
    Refusal::new(code::TRANSPORT_WRONG, why)
}

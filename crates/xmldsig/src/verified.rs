//! From an open document to a verified one. [`Verified`] is the only way to the signed element: it
//! cannot be made but by verifying, and nothing of the document beside what was signed hangs on it.

use jiff::Timestamp;
use roxmltree::{Node, NodeId};
use signatures::format::Opened as Envelope;
use signatures::{Certificate, Reason, Revocation, Signer, Valid, Verdict, Verifier};

use crate::element::Element;
use crate::refused::{Refused, Unverified};

/// An open document: its signatures are in their place, their digests are right, and nobody has
/// looked at keys yet. So nothing of its content is given away.
pub struct Opened<'d> {
    pub(crate) element: Node<'d, 'd>,
    pub(crate) hidden: Vec<NodeId>,
    pub(crate) envelope: Envelope<'static>,
}

/// What was signed and verified.
pub struct Verified<'d> {
    element: Node<'d, 'd>,
    hidden: Vec<NodeId>,
    content: Vec<u8>,
    signers: Vec<Signer>,
}

// === impl Opened ===

impl<'d> Opened<'d> {
    /// The certificates that came along, each signer's before those that he sent with it. Untrusted.
    pub fn certificates(&self) -> &[Certificate] {
        &self.envelope.certificates
    }

    /// Verifies signatures, certificates, chains and revocation at the instant `at`.
    pub fn judge(
        self,
        verifier: &Verifier,
        at: Timestamp,
        revocation: &dyn Revocation,
    ) -> Result<Verified<'d>, Unverified> {
        match verifier.judge(self.envelope, at, revocation).into_verdict() {
            Verdict::Valid(Valid { signers, content }) => Ok(Verified {
                element: self.element,
                hidden: self.hidden,
                content: content.into_owned(),
                signers,
            }),
            Verdict::Invalid(finding) => Err(Unverified::Invalid(Refused {
                finding,
                why: "the signer or his certificate".into(),
                at: None,
            })),
            Verdict::Undetermined(need) => Err(Unverified::Undetermined(need)),
        }
    }

    /// Verifies that each signature was made by the key of one of these certificates, which are trusted
    /// for the caller's own reasons: a gateway's certificate in the configuration. Their periods and
    /// their revocation are the caller's matter too.
    pub fn pinned(self, trusted: &[Certificate]) -> Result<Verified<'d>, Refused> {
        let mut signers = Vec::with_capacity(self.envelope.claims.len());
        for (number, claim) in self.envelope.claims.iter().enumerate() {
            let candidates = claim.candidates.iter();
            let certificate = candidates
                .filter_map(|place| self.envelope.certificates.get(*place))
                .find(|one| trusted.contains(one))
                .ok_or_else(|| {
                    let why = "the certificate is none of the pinned ones";
                    Refused::new(Reason::UntrustedIssuer, why).of(number)
                })?;
            claim.verify(certificate).map_err(|reason| {
                let why = "the key of the certificate did not make this signature";
                Refused::new(reason, why).of(number)
            })?;
            signers.push(claim.signer(certificate));
        }
        Ok(Verified {
            element: self.element,
            hidden: self.hidden,
            content: self.envelope.content.into_owned(),
            signers,
        })
    }
}

impl std::fmt::Debug for Opened<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Opened")
            .field("signatures", &self.envelope.claims.len())
            .finish_non_exhaustive()
    }
}

// === impl Verified ===

impl Verified<'_> {
    /// The signed element. The document element, when the whole document was signed.
    pub fn element(&self) -> Element<'_> {
        Element {
            node: self.element,
            hidden: &self.hidden,
        }
    }

    /// The very octets whose digest is signed: the canonical form, without the signatures.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Who signed, in the order of the document, at least one.
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }
}

impl std::fmt::Debug for Verified<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Verified")
            .field("element", &self.element())
            .field("content_bytes", &self.content.len())
            .field("signers", &self.signers)
            .finish()
    }
}

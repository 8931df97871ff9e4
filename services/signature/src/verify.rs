//! The stage `signature.verify`: a message in; signers, a reasoned refusal, or "cannot tell yet" out.
//!
//! Certificates are judged at the instant the message was received, so the same message twice ends the same
//! way however long it waited. The arithmetic runs on threads for blocking work. When a revocation list is
//! lacking it is fetched at once, and the question asked again; if that does not help, the message waits.

use std::sync::Arc;

use async_trait::async_trait;
use fault::{Fault, Refusal, inside, signing};
use jiff::Timestamp;
use message::{Bin, Detail, Event, Iin, Message, Signer};
use signatures::{Lack, Need, Verdict as Finding, Verifier};
use stage::{Next, Stage, Verdict};

use crate::lists::Lists;
use crate::rules::{self, Rights};

const DOING: &str = "tell whether the certificate is revoked";

/// What is thought of a message.
#[derive(Debug)]
pub enum Opinion {
    /// All signatures hold, and the right person signed.
    Signed(Vec<Signer>),
    /// A reasoned refusal (G3).
    Refused(Refusal),
}

/// Verifies messages.
#[derive(Debug)]
pub struct Verify {
    verifier: Arc<Verifier>,
    lists: Arc<Lists>,
    rights: Rights,
    now: fn() -> Timestamp,
}

/// One pass over all signatures of a message, with the lists at hand.
enum Pass {
    Valid(Vec<signatures::Signer>),
    Refused(Refusal),
    Lacking(Need),
}

impl Verify {
    pub fn new(
        verifier: Verifier,
        lists: Arc<Lists>,
        rights: Rights,
        now: fn() -> Timestamp,
    ) -> Self {
        Self {
            verifier: Arc::new(verifier),
            lists,
            rights,
            now,
        }
    }

    /// Forms an opinion. Changes nothing; a fault means that it cannot be told just now.
    pub async fn examine(&self, message: &Message) -> Result<Opinion, Fault> {
        if message.signatures.is_empty() {
            return Ok(Opinion::Refused(Refusal::new(
                &signing::SIGNATURE_MISSING,
                "",
            )));
        }
        let mut renewed = Vec::new();
        let signers = loop {
            match self.pass(message).await? {
                Pass::Valid(signers) => break signers,
                Pass::Refused(refusal) => return Ok(Opinion::Refused(refusal)),
                Pass::Lacking(need) => {
                    let tried = renewed.contains(&need.authority);
                    if tried || !self.lists.renew(&need.authority).await {
                        return Err(self.cannot_tell(&need, tried, message.received_at));
                    }
                    renewed.push(need.authority);
                }
            }
        };
        Ok(match rules::right_person(message, &signers, &self.rights) {
            Ok(()) => Opinion::Signed(signers.iter().map(told).collect()),
            Err(refusal) => Opinion::Refused(refusal),
        })
    }

    async fn pass(&self, message: &Message) -> Result<Pass, Fault> {
        let (verifier, lists) = (Arc::clone(&self.verifier), self.lists.at_hand());
        let signatures: Vec<Vec<u8>> = message
            .signatures
            .iter()
            .map(|signature| signature.content.clone())
            .collect();
        let (document, at) = (message.document.content.clone(), message.received_at);
        let working = tokio::task::spawn_blocking(move || {
            let mut all = Vec::new();
            let mut lacking = None;
            for (place, signature) in signatures.iter().enumerate() {
                match verifier.verify(signature, Some(&document), at, &*lists) {
                    Finding::Valid(valid) => all.extend(valid.signers),
                    Finding::Invalid(finding) => {
                        return Pass::Refused(rules::refusal(place, &finding));
                    }
                    Finding::Undetermined(need) => lacking = lacking.or(Some(need)),
                }
            }
            lacking.map_or(Pass::Valid(all), Pass::Lacking)
        });
        working
            .await
            .map_err(|error| Fault::never(&inside::INTERNAL, DOING).from_source(error))
    }

    /// The message waits. If no list of any authority can be had, all messages do: the lane closes.
    fn cannot_tell(&self, need: &Need, configured: bool, at: Timestamp) -> Fault {
        let lack = match need.lack {
            _ if !configured => "no address is configured for the list",
            Lack::Missing => "the list cannot be had",
            Lack::Stale => "the list is too old",
            Lack::NotCovered => "the list does not cover this kind of certificate",
            Lack::NotKnown => "the authority does not know the certificate",
            Lack::AfterExpiry => "the list was made after the certificate expired",
            Lack::NotExamined | Lack::Failed => "the check failed",
        };
        let fault = if configured && !self.lists.any_fresh(at) {
            Fault::outage(&signing::REVOCATION_UNKNOWN, DOING)
        } else {
            Fault::later(&signing::REVOCATION_UNKNOWN, DOING)
        };
        fault.because(format!("{lack}: {}", need.issuer))
    }
}

#[async_trait]
impl Stage for Verify {
    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        let Some(message) = &event.message else {
            return Err(Fault::never(
                &inside::MESSAGE_UNREADABLE,
                "read the message",
            ));
        };
        let opinion = self.examine(message).await?;
        let mut message = message.clone();
        Ok(match opinion {
            Opinion::Signed(signers) => {
                message.signers.clone_from(&signers);
                let facts = vec![Detail::Verified { signers }];
                Verdict::Pass {
                    message,
                    facts,
                    next: Next::Plan,
                }
            }
            Opinion::Refused(refusal) => Verdict::Refuse {
                message,
                facts: vec![],
                refusal,
            },
        })
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.lists.renew_all().await;
        if self.lists.any_fresh((self.now)()) {
            Ok(())
        } else {
            Err(Fault::outage(&signing::REVOCATION_UNKNOWN, DOING))
        }
    }
}

/// A signer as the message carries him. A number with a wrong check digit is none.
fn told(signer: &signatures::Signer) -> Signer {
    let subject = &signer.subject;
    let digits = |number: &Option<signatures::Private>| {
        number.as_ref().map(|number| number.reveal().to_owned())
    };
    Signer {
        name: digits(&subject.common_name).unwrap_or_default(),
        iin: digits(&subject.iin).and_then(|iin| Iin::new(&iin).ok()),
        bin: digits(&subject.bin).and_then(|bin| Bin::new(&bin).ok()),
        roles: signer
            .roles
            .iter()
            .map(|role| role.as_str().to_owned())
            .collect(),
        certificate_serial: hex::encode(&signer.certificate_serial),
        algorithm: signer.algorithm.to_owned(),
        signed_at: signer.signing_time,
    }
}

//! The stage `signature.verify`: a message in; signers, a reasoned refusal, or "cannot tell yet" out.
//!
//! Certificates are judged at the instant the message was received, so the same message twice ends the same
//! way however long it waited. The arithmetic runs on threads for blocking work. Responders are asked first where
//! there are any; when a revocation list is lacking it is fetched at once. Then the question is asked again; if
//! that does not help, the message waits. What the verdict about a verified message rests on is kept, where a store is
//! configured, before the message goes on.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use fault::{Fault, Refusal, inside, signing};
use jiff::Timestamp;
use message::{Bin, Detail, Event, Iin, Message, Signer};
use signatures::{Check, Evidence, Finding, Lack, Need, Question, Report, Verifier, expect};
use stage::{Next, Stage, Verdict};

use crate::evidence::{self, Bundled, Keeper, Terms};
use crate::lists::Lists;
use crate::responders::Responders;
use crate::rules::{self, Rights, Then};
use crate::sources::{Asking, Pair};

const DOING: &str = "tell whether the certificate is revoked";
const KEEPING: &str = "keep what the verdict rests on";

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
    responders: Arc<Responders>,
    rights: Rights,
    evidence: Option<Keeper>,
    now: fn() -> Timestamp,
}

/// All signatures of a message, looked at with what was at hand.
#[derive(Debug)]
pub struct Looked {
    signatures: Vec<Seen>,
    /// What responders should be asked about before this counts.
    wanted: Vec<Pair>,
    /// Whether what is lacking has a configured address, and was asked for in vain.
    asked_in_vain: bool,
    /// Their evidence, if it was asked for and they all hold.
    bundles: Vec<Bundled>,
}

/// What signatures are looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To tell somebody.
    Telling,
    /// To let a message pass, and keep why.
    Keeping,
}

/// What is kept of the report about one signature: everything but the content.
#[derive(Debug)]
struct Seen {
    finding: Option<Finding>,
    need: Option<Need>,
    checks: Vec<(Option<usize>, Check)>,
    signers: Vec<signatures::Signer>,
    evidence: Vec<Evidence>,
}

// === impl Looked ===

impl Looked {
    /// What was found, by place of the signature and of its signer, each from 0.
    pub fn checks(&self) -> impl Iterator<Item = (usize, Option<usize>, Check)> {
        let signatures = self.signatures.iter().enumerate();
        signatures.flat_map(|(place, seen)| {
            let checks = seen.checks.iter();
            checks.map(move |(signer, check)| (place, *signer, *check))
        })
    }

    /// What it rests on, each piece once.
    pub fn evidence(&self) -> Vec<&Evidence> {
        let mut all: Vec<&Evidence> = Vec::new();
        for piece in self.signatures.iter().flat_map(|seen| &seen.evidence) {
            if all.iter().all(|other| other.sha256 != piece.sha256) {
                all.push(piece);
            }
        }
        all
    }

    /// What to ask for, if nothing is wrong and something is lacking.
    fn need(&self) -> Option<&Need> {
        let is_wrong = self.signatures.iter().any(|seen| seen.finding.is_some());
        let mut needs = self.signatures.iter().filter_map(|seen| seen.need.as_ref());
        needs.next().filter(|_| !is_wrong)
    }
}

impl Seen {
    fn of(report: &Report<'_>) -> Self {
        let signers = report.signers.iter();
        Self {
            finding: report.finding(),
            need: report.need(),
            checks: report.checks(),
            signers: signers.filter_map(|one| one.signer.clone()).collect(),
            evidence: report.evidence().into_iter().cloned().collect(),
        }
    }
}

// === impl Verify ===

impl Verify {
    pub fn new(
        verifier: Verifier,
        (lists, responders): (Arc<Lists>, Arc<Responders>),
        rights: Rights,
        now: fn() -> Timestamp,
    ) -> Self {
        Self {
            verifier: Arc::new(verifier),
            lists,
            responders,
            rights,
            evidence: None,
            now,
        }
    }

    /// The same, keeping there what its verdicts rest on.
    #[must_use]
    pub fn keeping(self, evidence: Option<Keeper>) -> Self {
        Self { evidence, ..self }
    }

    /// Forms an opinion. Changes nothing; a fault means that it cannot be told just now.
    pub async fn examine(&self, message: &Message) -> Result<Opinion, Fault> {
        let looked = self.look(message).await?;
        self.conclude(message, &looked)
    }

    /// Looks at all signatures; what is lacking is asked for and fetched once, if an address is configured.
    pub async fn look(&self, message: &Message) -> Result<Looked, Fault> {
        self.look_for(message, Purpose::Telling).await
    }

    async fn look_for(&self, message: &Message, purpose: Purpose) -> Result<Looked, Fault> {
        let (mut renewed, mut asked) = (Vec::new(), HashSet::new());
        loop {
            let mut looked = self.pass(message, asked.clone(), purpose).await?;
            let Some(need) = looked.need() else {
                return Ok(looked);
            };
            if !looked.wanted.is_empty() {
                for (certificate, issuer) in &looked.wanted {
                    let at = message.received_at;
                    self.responders.ask(certificate, issuer, at).await;
                    asked.insert(certificate.sha256());
                }
                continue;
            }
            let authority = need.authority;
            let tried = renewed.contains(&authority);
            if tried || !self.lists.renew(&authority).await {
                looked.asked_in_vain = tried;
                return Ok(looked);
            }
            renewed.push(authority);
        }
    }

    /// The opinion that follows from what was seen.
    pub fn conclude(&self, message: &Message, looked: &Looked) -> Result<Opinion, Fault> {
        if looked.signatures.is_empty() {
            let refusal = Refusal::new(&signing::SIGNATURE_MISSING, "");
            return Ok(Opinion::Refused(refusal));
        }
        for (place, seen) in looked.signatures.iter().enumerate() {
            if let Some(finding) = &seen.finding {
                return Ok(Opinion::Refused(rules::refusal(place, finding)));
            }
        }
        if let Some(need) = looked.need() {
            return match self.rights.then(message.kind) {
                Then::Hold => {
                    Err(self.cannot_tell(need, looked.asked_in_vain, message.received_at))
                }
                Then::Refuse => {
                    let refusal = Refusal::new(&signing::REVOCATION_UNPROVEN, need.lack.as_str());
                    Ok(Opinion::Refused(refusal))
                }
            };
        }
        let signers = looked.signatures.iter().flat_map(|seen| &seen.signers);
        let unsigned = rules::consent_unsigned(message, &self.rights, signers.clone());
        if let Some(refusal) = unsigned {
            return Ok(Opinion::Refused(refusal));
        }
        Ok(Opinion::Signed(signers.map(told).collect()))
    }

    async fn pass(
        &self,
        message: &Message,
        asked: HashSet<[u8; 32]>,
        purpose: Purpose,
    ) -> Result<Looked, Fault> {
        let verifier = Arc::clone(&self.verifier);
        let asking = Asking::new(Arc::clone(&self.responders), self.lists.at_hand(), asked);
        let parties = rules::parties(message, &self.rights);
        let signatures = message.signatures.clone();
        let (document, at) = (message.document.content.clone(), message.received_at);
        let terms = Terms {
            freshness: self.lists.freshness(),
            ocsp_age_max: self.responders.age_max(),
        };
        let is_kept = purpose == Purpose::Keeping && self.evidence.is_some();
        let working = tokio::task::spawn_blocking(move || {
            let each = signatures.iter().map(|signature| Question {
                content: Some(&document),
                timestamp: signature.timestamp.as_deref(),
                ..Question::about(&signature.content, at)
            });
            let questions: Vec<Question<'_>> = each.collect();
            let examined = questions.iter().map(|one| verifier.examine(one, &asking));
            let mut reports: Vec<Report<'_>> = examined.collect();
            expect(&mut reports, &parties);
            let bundles = if is_kept && reports.iter().all(|one| one.outcome() == "valid") {
                let asked: Vec<_> = questions.into_iter().zip(&reports).collect();
                evidence::bundle(&verifier, &asked, &parties, terms)
            } else {
                Ok(Vec::new())
            };
            let signatures = reports.iter().map(Seen::of).collect();
            (signatures, asking.wanted(), bundles)
        });
        // A thread that broke off says nothing about the signature, neither good nor bad.
        let (signatures, wanted, bundles) = working
            .await
            .map_err(|error| Fault::never(&inside::INTERNAL, DOING).from_source(error))?;
        let bundles =
            bundles.map_err(|error| Fault::never(&inside::INTERNAL, KEEPING).from_source(error))?;
        Ok(Looked {
            signatures,
            wanted,
            asked_in_vain: false,
            bundles,
        })
    }

    /// Sees to it that the evidence of a verified message is kept. All messages need the store: without it the
    /// lane closes.
    async fn keep(&self, message: &Message, bundles: Vec<Bundled>) -> Result<(), Fault> {
        let Some(keeper) = &self.evidence else {
            return Ok(());
        };
        let keeping = keeper.keep(message.id, bundles).await;
        keeping
            .map_err(|error| Fault::outage(&signing::EVIDENCE_NOT_KEPT, KEEPING).from_source(error))
    }

    /// The message waits. If no list of any authority can be had and no responder answers, all messages do: the
    /// lane closes.
    fn cannot_tell(&self, need: &Need, configured: bool, at: Timestamp) -> Fault {
        let lack = match need.lack {
            _ if !configured => "no address is configured for the list",
            Lack::Missing => "the list cannot be had",
            Lack::Stale => "the list is too old",
            Lack::NotCovered => "the list does not cover this kind of certificate",
            Lack::NotKnown => "the authority does not know the certificate",
            Lack::AfterExpiry => "the list was made after the certificate expired",
            Lack::IssuerMissing | Lack::NotExamined | Lack::Failed => "the check failed",
        };
        let fault = if configured && !self.lists.any_fresh(at) && !self.responders.any_answers() {
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
        let looked = self.look_for(message, Purpose::Keeping).await?;
        let opinion = self.conclude(message, &looked)?;
        let mut message = message.clone();
        Ok(match opinion {
            Opinion::Signed(signers) => {
                self.keep(&message, looked.bundles).await?;
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
        if let Some(keeper) = &self.evidence {
            let well = keeper.probe().await;
            well.map_err(|error| {
                Fault::outage(&signing::EVIDENCE_NOT_KEPT, KEEPING).from_source(error)
            })?;
        }
        self.lists.renew_all().await;
        self.responders.probe().await;
        if self.lists.any_fresh((self.now)()) || self.responders.any_answers() {
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

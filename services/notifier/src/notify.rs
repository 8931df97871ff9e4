//! Notify: an event comes in, the applicant is told of it once, and how that went is a fact.
//!
//! An applicant without an address is an outcome, and so is an address that is refused for good; a server
//! that is away is a fault. This stage never decides what happened, and never looks into documents.

use async_trait::async_trait;
use fault::{Fault, delivery, inside};
use message::{Detail, Event, Fact, Message, NotificationOutcome};
use regulations::Regulations;
use stage::{Next, Stage, Verdict};
use std::sync::Arc;
use telemetry::{names, span};
use tracing::Instrument;

use crate::{
    channels::{Answer, Channel, Note},
    letter::{self, Letter},
    texts::Texts,
    told::{Claim, Told},
};

/// The stage of the lane `notifier.<name>`.
#[derive(Debug)]
pub struct Notify {
    /// Name of the channel, as in the configuration.
    pub name: String,
    pub channel: Box<dyn Channel>,
    pub texts: Arc<Texts>,
    pub regulations: Arc<Regulations>,
    pub told: Told,
}

#[async_trait]
impl Stage for Notify {
    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        let nothing = |why| Fault::never(&inside::INTERNAL, "tell the applicant").because(why);
        let message = event
            .message
            .as_ref()
            .ok_or_else(|| nothing("there is no message"))?;
        let mut notified = Vec::new();
        for fact in event
            .facts
            .iter()
            .filter(|fact| letter::is_told(fact.name()))
        {
            notified.push(self.tell(message, fact).await?);
        }
        if notified.is_empty() {
            return Err(nothing("no fact is one that applicants are told of"));
        }
        Ok(Verdict::Pass {
            message: message.clone(),
            facts: notified,
            next: Next::End,
        })
    }

    async fn probe(&self) -> Result<(), Fault> {
        self.channel.probe().await
    }
}

impl Notify {
    async fn tell(&self, message: &Message, fact: &Fact) -> Result<Detail, Fault> {
        let applicant = message.applicant.as_ref();
        let applicant = applicant.filter(|_| letter::concerns_applicant(fact.name(), message));
        let address = applicant.and_then(|applicant| self.channel.address(applicant));
        let letter = letter::write(&self.texts, &self.regulations, message, fact);
        let (Some(address), Some(letter)) = (address, letter) else {
            return Ok(self.notified(fact, NotificationOutcome::NoAddress, String::new()));
        };
        let outcome = self.once(fact, address, &letter).await?;
        Ok(self.notified(fact, outcome, self.channel.mask(address)))
    }

    /// Sends the letter unless it was sent before.
    async fn once(
        &self,
        fact: &Fact,
        address: &str,
        letter: &Letter,
    ) -> Result<NotificationOutcome, Fault> {
        let id = format!("{}.{}", fact.id, self.name);
        match self.told.claim(&id).await {
            Claim::Ours | Claim::Unknown => {}
            Claim::Done(outcome) => return Ok(outcome),
            Claim::Others => {
                return Err(Fault::later(&delivery::MAIL_FAILED, "tell the applicant")
                    .because("another attempt is under way"));
            }
        }
        let note = Note {
            id: &id,
            address,
            letter,
        };
        let span = span::notify(&self.name);
        let outcome = match self.channel.send(note).instrument(span.clone()).await {
            Ok(Answer::Taken) => NotificationOutcome::Sent,
            Ok(Answer::Rejected) => NotificationOutcome::Rejected,
            Err(fault) => {
                span.record(names::ERROR_CODE, fault.code.name);
                span::failed(&span, fault.code.name);
                self.told.release(&id).await;
                return Err(fault);
            }
        };
        self.told.keep(&id, outcome).await;
        Ok(outcome)
    }

    fn notified(&self, of: &Fact, outcome: NotificationOutcome, recipient: String) -> Detail {
        Detail::Notified {
            of: of.id,
            channel: self.name.clone(),
            outcome,
            recipient_masked: recipient,
        }
    }
}

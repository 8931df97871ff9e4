//! Notify: an event comes in, those concerned are told of it once, and how that went is a fact.
//!
//! Somebody without an address is an outcome, and so is an address that is refused for good; a server that is
//! away is a fault. Events for which a channel has nobody to tell pass it by. This stage never decides what
//! happened, and never looks into documents.

use std::sync::Arc;

use async_trait::async_trait;
use fault::{Fault, delivery, inside};
use jiff::Timestamp;
use message::{Detail, Event, Fact, Message, NotificationOutcome};
use regulations::Regulations;
use stage::{Next, Stage, Verdict};
use telemetry::{names, span};
use tracing::Instrument;

use crate::{
    channels::{Answer, Channel, Note},
    letter::{self, Case},
    occasion::Occasion,
    texts::Texts,
    told::{Claim, Told},
};

const DOING: &str = "tell the applicant";

/// The stage of the lane `notifier.<name>`.
#[derive(Debug)]
pub struct Notify {
    /// Name of the channel, as in the configuration.
    pub name: String,
    pub channel: Box<dyn Channel>,
    pub texts: Arc<Texts>,
    pub regulations: Arc<Regulations>,
    pub told: Told,
    pub now: fn() -> Timestamp,
}

#[async_trait]
impl Stage for Notify {
    /// What this stage cannot make sense of concerns it too: it is parked for a person.
    fn concerns(&self, event: &Event) -> bool {
        let Some(message) = &event.message else {
            return true;
        };
        let mut told = occasions(event).peekable();
        self.channel.is_missed()
            || told.peek().is_none()
            || told.any(|(_, occasion)| self.addressee(message, occasion).is_some())
    }

    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        let nothing = |why| Fault::never(&inside::INTERNAL, DOING).because(why);
        let message = event
            .message
            .as_ref()
            .ok_or_else(|| nothing("there is no message"))?;
        let mut notified = Vec::new();
        for (fact, occasion) in occasions(event) {
            match self.addressee(message, occasion) {
                Some(address) => notified.push(self.tell(message, fact, address).await?),
                None if self.channel.is_missed() => {
                    let nobody = NotificationOutcome::NoAddress;
                    notified.push(self.notified(fact, nobody, String::new()));
                }
                None => {}
            }
        }
        if notified.is_empty() {
            return Err(nothing("no fact is one that anybody is told of this way"));
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

/// The facts of an event that people are told of.
fn occasions(event: &Event) -> impl Iterator<Item = (&Fact, Occasion)> {
    let facts = event.facts.iter();
    facts.filter_map(|fact| Some((fact, Occasion::of(&fact.detail)?)))
}

impl Notify {
    /// Where the one is reached who is to be told of `occasion` this way.
    fn addressee<'a>(&'a self, message: &'a Message, occasion: Occasion) -> Option<&'a str> {
        let is_told =
            occasion.concerns_applicant(message) && !occasion.is_silent(self.channel.form());
        is_told.then(|| self.channel.address(message)).flatten()
    }

    async fn tell(&self, message: &Message, fact: &Fact, address: &str) -> Result<Detail, Fault> {
        let case = Case::of(message);
        let form = self.channel.form();
        let letter = letter::write(&self.texts, &self.regulations, &case, fact, form);
        let letter = letter.ok_or_else(|| {
            Fault::never(&inside::INTERNAL, DOING).because("there are no words for it")
        })?;
        let note = Note {
            id: &format!("{}.{}", fact.id, self.name),
            at: (self.now)(),
            address,
            letter: &letter,
            fact,
            case: &case,
        };
        let outcome = self.once(note).await?;
        Ok(self.notified(fact, outcome, self.channel.mask(address)))
    }

    /// Sends the letter unless it was sent before.
    async fn once(&self, note: Note<'_>) -> Result<NotificationOutcome, Fault> {
        match self.told.claim(note.id).await {
            Claim::Ours | Claim::Unknown => {}
            Claim::Done(outcome) => return Ok(outcome),
            Claim::Others => return Err(Fault::later(&delivery::NOTIFICATION_UNDER_WAY, DOING)),
        }
        let span = span::notify(&self.name);
        let outcome = match self.channel.send(note).instrument(span.clone()).await {
            Ok(Answer::Taken) => NotificationOutcome::Sent,
            Ok(Answer::Rejected) => NotificationOutcome::Rejected,
            Err(fault) => {
                span.record(names::ERROR_CODE, fault.code.name);
                span::failed(&span, fault.code.name);
                self.told.release(note.id).await;
                return Err(fault);
            }
        };
        self.told.keep(note.id, outcome).await;
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

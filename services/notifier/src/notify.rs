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
        told.peek().is_none() || told.any(|(_, occasion)| self.tells(message, occasion))
    }

    async fn handle(&self, event: &Event) -> Result<Verdict, Fault> {
        let nothing = |why| Fault::never(&inside::INTERNAL, DOING).because(why);
        let message = event
            .message
            .as_ref()
            .ok_or_else(|| nothing("there is no message"))?;
        let mut notified = Vec::new();
        let told = occasions(event).filter(|(_, occasion)| self.tells(message, *occasion));
        for (fact, _) in told {
            notified.push(match self.channel.address(message) {
                Some(address) => self.tell(message, fact, address).await?,
                None => self.notified(fact, NotificationOutcome::NoAddress, String::new()),
            });
        }
        if notified.is_empty() {
            return Err(nothing("no fact is one that anybody is told of this way"));
        }
        Ok(Verdict::Pass {
            message: message.clone(),
            facts: notified,
            next: Next::Journal,
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
    /// Whether somebody is to be told of `occasion` this way; an address that is missed counts.
    fn tells(&self, message: &Message, occasion: Occasion) -> bool {
        let reached = || self.channel.address(message).is_some() || self.channel.is_missed();
        occasion.concerns_applicant(message)
            && !occasion.is_silent(self.channel.form())
            && reached()
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
        let under_way = || Fault::later(&delivery::NOTIFICATION_UNDER_WAY, DOING);
        let id = note.id;
        let sent = match self.told.claim(id).await {
            Claim::Done(outcome) => return Ok(outcome),
            Claim::Others => return Err(under_way()),
            Claim::Unknown => self.send(note).await?,
            Claim::Ours(lease) => {
                let sent = self.told.hold(&lease, self.send(note)).await;
                let sent = sent.ok_or_else(under_way)?;
                if sent.is_err() {
                    self.told.release(&lease).await;
                }
                sent?
            }
        };
        self.told.keep(id, sent).await;
        Ok(sent)
    }

    async fn send(&self, note: Note<'_>) -> Result<NotificationOutcome, Fault> {
        let span = span::notify(&self.name);
        match self.channel.send(note).instrument(span.clone()).await {
            Ok(Answer::Taken) => Ok(NotificationOutcome::Sent),
            Ok(Answer::Rejected) => Ok(NotificationOutcome::Rejected),
            Err(fault) => {
                span.record(names::ERROR_CODE, fault.code.name);
                span::failed(&span, fault.code.name);
                Err(fault)
            }
        }
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

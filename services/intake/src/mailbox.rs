//! The mailbox of a participant's system: what it comes for, and what it has confirmed.
//!
//! In: who comes. Out: the oldest entries, which stay until they are confirmed one by one; each confirming is
//! registered as `notified` (X11). Keeps nothing: the broker does, and every instance can answer. The trait lets
//! tests stand in for the broker; [`InBroker`] is what runs.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use broker::{ConfirmError, Mailbox, MailboxEntry, Publisher, Wish};
use fault::asking;
use flow::Map;
use jiff::Timestamp;
use message::{
    Detail, Event, Fact, FactId, Kind, Message, NotificationOutcome, Number, ParticipantId,
    ServiceCode,
};
use stage::Publication;

use crate::{accept::SERVICE, problem::Problem};

/// How mailboxes are called in `notified`.
const CHANNEL: &str = "mailbox";

/// Why a mailbox did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    #[error("the participant has no mailbox")]
    None,
    #[error("there is no such entry")]
    NotThere,
    /// With what is beneath, for the log.
    #[error("the mailbox cannot be reached: {0}")]
    Away(String),
}

/// Which entries are wanted: those of which everything holds that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// About this application or query.
    pub number: Option<Number>,
    /// This entry.
    pub entry: Option<FactId>,
    /// About what the system sent under this id.
    pub reference: Option<String>,
    /// About this service.
    pub service: Option<ServiceCode>,
}

/// The mailboxes of all participants.
#[async_trait]
pub trait Mailboxes: Send + Sync {
    /// The oldest entries that wait for `participant`, up to `amount_max`, of those that are wanted. They stay.
    async fn look(
        &self,
        participant: &ParticipantId,
        amount_max: usize,
        wanted: Wanted,
    ) -> Result<Vec<MailboxEntry>, Unopened>;

    /// Takes the entry out for good; returns once that is registered.
    async fn confirm(&self, participant: &ParticipantId, id: FactId) -> Result<(), Unopened>;
}

/// Mailboxes on the broker.
#[derive(Debug, Clone)]
pub struct InBroker {
    mailboxes: Arc<BTreeMap<ParticipantId, Mailbox>>,
    publisher: Publisher,
    clock: fn() -> Timestamp,
}

impl InBroker {
    /// The mailboxes of `map`. The broker need not be there yet.
    pub fn on(
        map: &Map,
        config: &broker::Config,
        publisher: Publisher,
        clock: fn() -> Timestamp,
    ) -> Self {
        let mailboxes = map.lanes.iter().filter_map(|lane| {
            let whose = lane.mailbox_of()?;
            Some((whose.clone(), Mailbox::new(config, lane)))
        });
        Self {
            mailboxes: Arc::new(mailboxes.collect()),
            publisher,
            clock,
        }
    }

    fn of(&self, participant: &ParticipantId) -> Result<&Mailbox, Unopened> {
        self.mailboxes.get(participant).ok_or(Unopened::None)
    }
}

#[async_trait]
impl Mailboxes for InBroker {
    async fn look(
        &self,
        participant: &ParticipantId,
        amount_max: usize,
        wanted: Wanted,
    ) -> Result<Vec<MailboxEntry>, Unopened> {
        let mailbox = self.of(participant)?;
        let looked = mailbox.look(amount_max, |event| wish(event, &wanted)).await;
        looked.map_err(|away| Unopened::Away(away.to_string()))
    }

    async fn confirm(&self, participant: &ParticipantId, id: FactId) -> Result<(), Unopened> {
        let mailbox = self.of(participant)?;
        let registered = |event: &Event| notified(event, participant, (self.clock)());
        match mailbox.confirm(&self.publisher, id, registered).await {
            Ok(()) => Ok(()),
            Err(ConfirmError::NotThere { .. }) => Err(Unopened::NotThere),
            Err(away) => Err(Unopened::Away(away.to_string())),
        }
    }
}

/// That a provider's own report was refused does not concern who filed the application: only what it reports.
fn wish(event: &Event, wanted: &Wanted) -> Wish {
    let Some(fact) = event.facts.last() else {
        return Wish::Drop;
    };
    let is_report = |message: &Message| matches!(message.kind, Kind::Status | Kind::Result);
    let concerns_the_reporter = matches!(fact.detail, Detail::Refused { .. })
        && event.message.as_ref().is_some_and(is_report);
    if concerns_the_reporter {
        return Wish::Drop;
    }
    if wanted.are_met_by(event, fact) {
        Wish::Tell
    } else {
        Wish::Leave
    }
}

impl Wanted {
    /// Whether the entry, whose fact is `fact`, is wanted.
    pub fn are_met_by(&self, event: &Event, fact: &Fact) -> bool {
        let message = event.message.as_ref();
        let is = |wanted: bool, met: bool| !wanted || met;
        is(self.number.is_some(), fact.about.number() == self.number)
            && is(self.entry.is_some(), Some(fact.id) == self.entry)
            && is(
                self.reference.is_some(),
                message.and_then(reference) == self.reference,
            )
            && is(
                self.service.is_some(),
                message.map(|message| &message.service) == self.service.as_ref(),
            )
    }
}

/// The id under which the system sent what the entry is about.
pub fn reference(message: &Message) -> Option<String> {
    message.filing().map(|filing| filing.reference)
}

/// The fact that the participant was told, without the message, which the journal has.
pub fn notified(event: &Event, participant: &ParticipantId, at: Timestamp) -> Option<Publication> {
    let fact = event.facts.last()?;
    let detail = Detail::Notified {
        of: fact.id,
        channel: CHANNEL.to_owned(),
        outcome: NotificationOutcome::Sent,
        // The name of a system is nobody's secret.
        recipient_masked: participant.to_string(),
    };
    let told = Fact::new(fact.about.clone(), at, SERVICE, detail);
    Publication::end(Event {
        facts: vec![told],
        message: None,
    })
}

impl From<Unopened> for Problem {
    fn from(unopened: Unopened) -> Self {
        match unopened {
            Unopened::None => Self::new(&asking::NO_MAILBOX, ""),
            Unopened::NotThere => Self::new(&asking::NOT_IN_MAILBOX, "").at("id"),
            Unopened::Away(cause) => Self::new(&asking::MAILBOX_UNAVAILABLE, "").because(&cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use message::About;

    use super::*;

    fn event(detail: Detail) -> Event {
        let id = message::MessageId::from_uuid(uuid::Uuid::from_u128(7));
        let about = About::Message {
            id,
            number: Number::of(id),
        };
        let fact = Fact::new(about, Timestamp::UNIX_EPOCH, "router", detail);
        Event {
            facts: vec![fact],
            message: None,
        }
    }

    #[test]
    fn what_was_confirmed_twice_is_one_fact_without_the_message() {
        let portal = ParticipantId::new("portal").unwrap();
        let received = event(Detail::Received);
        let told = |at| notified(&received, &portal, at).unwrap();
        let first = told(Timestamp::UNIX_EPOCH);
        assert_eq!(first.key, "notified");
        assert_eq!(first.event.message, None);
        assert_eq!(
            first.event.facts[0].id,
            told(Timestamp::MAX).event.facts[0].id
        );
    }

    #[test]
    fn only_what_is_asked_for_is_told() {
        let received = event(Detail::Received);
        let fact = &received.facts[0];
        let of = |change: fn(&mut Wanted, &Fact)| {
            let mut wanted = Wanted::default();
            change(&mut wanted, fact);
            wish(&received, &wanted)
        };
        assert_eq!(of(|_, _| ()), Wish::Tell);
        assert_eq!(of(|w, fact| w.number = fact.about.number()), Wish::Tell);
        assert_eq!(of(|w, fact| w.entry = Some(fact.id)), Wish::Tell);
        for change in [
            |w: &mut Wanted, _: &Fact| w.number = "00000000000000000000".parse().ok(),
            |w: &mut Wanted, _: &Fact| w.entry = Some(FactId::derive("a", "b", "c")),
            |w: &mut Wanted, _: &Fact| w.reference = Some("7".to_owned()),
            |w: &mut Wanted, _: &Fact| w.service = ServiceCode::new("apostille").ok(),
        ] {
            assert_eq!(of(change), Wish::Leave);
        }
    }
}

//! What a step publishes: one event under one routing key.
//!
//! The key follows from the last fact of the event and from where the message goes next; nobody writes it by
//! hand. The exchange is always [`flow::EXCHANGE`], which copies the event to the journal as well.

use flow::{Delay, end_key, failed_key, filed_key, parked_key, pass_key};
use message::{Event, FactName, LaneName, Message};

/// An event and the routing key it is published under.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// Routing key on [`flow::EXCHANGE`].
    pub key: String,
    /// A second key, for the lanes that hear only of what one participant filed. A queue that both lead to gets
    /// one copy.
    pub also: Option<String>,
    pub event: Event,
}

impl Publication {
    /// On to `lane`, under the name of the event's last fact. An event without facts has no name and leads
    /// nowhere: `None`.
    pub fn pass(event: Event, lane: &LaneName) -> Option<Self> {
        let key = pass_key(last(&event)?, lane);
        let also = filed(&event);
        Some(Self { key, also, event })
    }

    /// The end of the road: only the journal and those who listen for the event's last fact hear of it.
    /// An event without facts: `None`.
    pub fn end(event: Event) -> Option<Self> {
        let key = end_key(last(&event)?);
        let also = filed(&event);
        Some(Self { key, also, event })
    }

    /// Back to `lane` when `delay` is over.
    pub(crate) fn again(event: Event, delay: &Delay, lane: &LaneName) -> Self {
        Self {
            key: failed_key(delay, lane),
            also: None,
            event,
        }
    }

    /// Set aside for a person.
    pub(crate) fn parked(event: Event, lane: &LaneName) -> Self {
        Self {
            key: parked_key(lane),
            also: None,
            event,
        }
    }

    /// All its keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        [Some(self.key.as_str()), self.also.as_deref()]
            .into_iter()
            .flatten()
    }
}

fn filed(event: &Event) -> Option<String> {
    let filing = event.message.as_ref().and_then(Message::filing)?;
    Some(filed_key(last(event)?, &filing.participant))
}

fn last(event: &Event) -> Option<FactName> {
    event.facts.last().map(message::Fact::name)
}

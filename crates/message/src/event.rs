//! What a stage publishes: what happened, and the message it happened to.

use crate::{Fact, Message};

/// The body of every AMQP message: the facts that are new, and the message they are about. Facts about a lane
/// have no message.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What happened, in the order it happened; the last one names the routing key.
    pub facts: Vec<Fact>,
    /// The message as it is after these facts.
    pub message: Option<Message>,
}

impl Event {
    pub fn new(facts: Vec<Fact>, message: Message) -> Self {
        Self {
            facts,
            message: Some(message),
        }
    }
}

//! Dead letters: what the broker itself moved aside, and why.
//!
//! The broker's own `x-death` header says it all, but the stream of RabbitMQ 3.10 drops it (it keeps only what
//! is text). So the reason is told from the body: we reject what we cannot read, and nothing else.

use fault::{Code, inside};
use flow::DEAD;
use jiff::Timestamp;
use lapin::{
    BasicProperties,
    types::{AMQPValue, FieldTable},
};

/// Why and when the broker gave a message up.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// The lane it was in.
    pub lane: String,
    /// `message-unreadable` if we rejected it, `delivery-limit` if it was handed out too often.
    pub code: &'static Code,
    /// To the second, by the broker's clock; not known to the journal.
    pub at: Option<Timestamp>,
}

/// `exchange` and `key` are those the message was last published with; a message that came another way is no
/// dead letter, though an old header may still be on it.
pub(crate) fn dead_letter(
    exchange: &str,
    key: &str,
    properties: &BasicProperties,
    is_readable: bool,
) -> Option<DeadLetter> {
    (exchange == DEAD).then(|| DeadLetter {
        lane: key.to_owned(),
        code: if is_readable {
            &inside::DELIVERY_LIMIT
        } else {
            &inside::MESSAGE_UNREADABLE
        },
        at: last_death(properties).and_then(time),
    })
}

fn last_death(properties: &BasicProperties) -> Option<&FieldTable> {
    let headers = properties.headers().as_ref()?.inner();
    let AMQPValue::FieldArray(deaths) = headers.get("x-death")? else {
        return None;
    };
    match deaths.as_slice().first()? {
        AMQPValue::FieldTable(death) => Some(death),
        _ => None,
    }
}

fn time(death: &FieldTable) -> Option<Timestamp> {
    match death.inner().get("time")? {
        AMQPValue::Timestamp(seconds) => Timestamp::from_second(i64::try_from(*seconds).ok()?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_came_through_the_dead_letter_exchange_is_dead() {
        let properties = BasicProperties::default();
        assert_eq!(dead_letter("kezek", "a.b", &properties, true), None);
        let code = |readable| {
            dead_letter(DEAD, "a.b", &properties, readable)
                .unwrap()
                .code
        };
        assert_eq!(code(true), &inside::DELIVERY_LIMIT);
        assert_eq!(code(false), &inside::MESSAGE_UNREADABLE);
    }
}

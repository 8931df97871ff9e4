//! Dead letters: what the broker itself moved aside, and why.

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
    /// `message-unreadable` if it was rejected, `delivery-limit` if it was handed out too often.
    pub code: &'static Code,
    /// To the second, by the broker's clock.
    pub at: Timestamp,
}

/// Reads the broker's own `x-death` header, newest first. `exchange` and `key` are those the message was last
/// published with; a message that came another way is no dead letter, though an old header may still be on it.
pub(crate) fn dead_letter(
    exchange: &str,
    key: &str,
    properties: &BasicProperties,
) -> Option<DeadLetter> {
    if exchange != DEAD {
        return None;
    }
    let death =
        properties
            .headers()
            .as_ref()
            .and_then(|headers| match headers.inner().get("x-death") {
                Some(AMQPValue::FieldArray(deaths)) => deaths.as_slice().first(),
                _ => None,
            });
    let (reason, at) = match death {
        Some(AMQPValue::FieldTable(death)) => (text(death, "reason"), time(death)),
        _ => (None, None),
    };
    Some(DeadLetter {
        lane: key.to_owned(),
        code: match reason.as_deref() {
            Some("rejected") => &inside::MESSAGE_UNREADABLE,
            _ => &inside::DELIVERY_LIMIT,
        },
        at: at.unwrap_or(Timestamp::UNIX_EPOCH),
    })
}

fn text(table: &FieldTable, name: &str) -> Option<String> {
    match table.inner().get(name)? {
        AMQPValue::LongString(text) => Some(text.to_string()),
        _ => None,
    }
}

fn time(table: &FieldTable) -> Option<Timestamp> {
    match table.inner().get("time")? {
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
        assert_eq!(dead_letter("kezek", "a.b", &properties), None);
        let dead = dead_letter(DEAD, "a.b", &properties).unwrap();
        assert_eq!(
            (dead.lane.as_str(), dead.code.name),
            ("a.b", "delivery-limit")
        );
    }
}

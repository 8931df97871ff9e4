//! Exchanges, queues, bindings and routing keys, as data.
//!
//! One topic exchange carries everything. A publish is copied by the broker to the next lane's queue *and* to
//! the journal, so there is no dual write. The first word of a routing key is the fact; what follows leads:
//!
//! | routing key                      | leads to                                                        |
//! |----------------------------------|-----------------------------------------------------------------|
//! | `<fact>.<lane>`                  | the lane's queue                                                |
//! | `<fact>`                         | the journal (and lanes that hear of the fact)                   |
//! | `<fact>.for.<participant>`       | lanes that hear of what this participant filed; never alone: a second key, in the header `CC` |
//! | `attempt-failed.<delay>.<lane>`  | the delay's queue, and from there by TTL back to the lane       |
//! | `parked.at.<lane>`               | the lane's parked queue                                         |
//!
//! Only what RabbitMQ 3.10 has and 4.x kept is used (X12, X20).

use message::{FactName, LaneName, ParticipantId};

use crate::{Delay, Lane, LaneKind, Map};

/// The exchange every stage publishes to (topic).
pub const EXCHANGE: &str = "kezek";
/// Where delays expire into (topic): back to the lanes, past the journal.
pub const RETURN: &str = "kezek.return";
/// Where the broker puts messages past their delivery limit (direct, key = lane).
pub const DEAD: &str = "kezek.dead";
/// The stream of everything that happened.
pub const JOURNAL: &str = "journal";

/// How many bytes of facts the journal stream keeps before the oldest segments go: 20 GB.
const JOURNAL_BYTES_MAX: u64 = 20_000_000_000;
/// Parked queues are worked by people, who look without taking; looking must never make a dead letter.
const LOOKS_MAX: u32 = 1_000_000;
/// Into a mailbox a machine looks, once a second for thirty years. A queue without a limit is no choice: RabbitMQ
/// 3.10 puts what comes back into it behind all others, and 4.x takes a limit of 20.
const MAILBOX_LOOKS_MAX: u32 = 1_000_000_000;

/// Key of a fact that leads on to `lane`.
pub fn pass_key(fact: FactName, lane: &LaneName) -> String {
    format!("{fact}.{lane}")
}

/// Key of a fact that leads nowhere but to those who listen.
pub fn end_key(fact: FactName) -> String {
    fact.to_string()
}

/// The second key of a fact about an application that `filed_by` filed: for the lanes that hear of his alone.
pub fn filed_key(fact: FactName, filed_by: &ParticipantId) -> String {
    format!("{fact}.for.{filed_by}")
}

/// Key of a failed attempt: waits `delay`, then returns to `lane`.
pub fn failed_key(delay: &Delay, lane: &LaneName) -> String {
    format!("{}.{delay}.{lane}", FactName::AttemptFailed)
}

/// Key of a message set aside for a person; one word longer than [`pass_key`], so that the lane itself does not
/// hear it.
pub fn parked_key(lane: &LaneName) -> String {
    format!("{}.at.{lane}", FactName::Parked)
}

/// Key, on [`RETURN`], of a message handed back to its own lane unworked: nothing happened, so the journal
/// does not hear of it.
pub fn again_key(lane: &LaneName) -> String {
    format!("handed.back.{lane}")
}

/// The lane that stands in a key: the one it leads to, or in which something failed or was set aside. None for
/// a fact that leads nowhere.
pub fn lane_of_key(key: &str) -> Option<&str> {
    let (fact, rest) = key.split_once('.')?;
    let has_word_before = [FactName::AttemptFailed, FactName::Parked]
        .iter()
        .any(|name| name.as_str() == fact);
    match rest.split_once('.') {
        Some((_, lane)) if has_word_before => Some(lane),
        _ => Some(rest),
    }
}

/// A queue that must be there, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDeclaration {
    pub name: String,
    pub arguments: QueueArguments,
    /// Exchange and pattern of each binding.
    pub bindings: Vec<(&'static str, String)>,
}

/// The arguments a queue is declared with; a queue declared otherwise is not safe to run on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueArguments {
    /// Work: quorum, dead letters at least once, publishes refused when full.
    Lane {
        delivery_limit: u32,
        length_max: u64,
        dead_letter_key: String,
    },
    /// Waiting: quorum, expires into [`RETURN`] at least once.
    Delay { ttl_ms: u64 },
    /// Set aside: quorum, nothing leaves by itself.
    Parked { delivery_limit: u32 },
    /// The journal: a stream, replicated, kept up to a size.
    Stream { bytes_max: u64 },
}

/// An argument's value, as AMQP tells numbers from text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    Text(String),
    Number(u64),
}

impl QueueArguments {
    /// The `x-` arguments of `queue.declare`, sorted by name.
    pub fn table(&self) -> Vec<(&'static str, Argument)> {
        let text = |value: &str| Argument::Text(value.to_owned());
        match self {
            Self::Lane {
                delivery_limit,
                length_max,
                dead_letter_key,
            } => vec![
                ("x-dead-letter-exchange", text(DEAD)),
                ("x-dead-letter-routing-key", text(dead_letter_key)),
                ("x-dead-letter-strategy", text("at-least-once")),
                (
                    "x-delivery-limit",
                    Argument::Number(u64::from(*delivery_limit)),
                ),
                ("x-max-length", Argument::Number(*length_max)),
                ("x-overflow", text("reject-publish")),
                ("x-queue-type", text("quorum")),
            ],
            Self::Delay { ttl_ms } => vec![
                ("x-dead-letter-exchange", text(RETURN)),
                ("x-dead-letter-strategy", text("at-least-once")),
                ("x-message-ttl", Argument::Number(*ttl_ms)),
                ("x-overflow", text("reject-publish")),
                ("x-queue-type", text("quorum")),
            ],
            Self::Parked { delivery_limit } => vec![
                (
                    "x-delivery-limit",
                    Argument::Number(u64::from(*delivery_limit)),
                ),
                ("x-overflow", text("reject-publish")),
                ("x-queue-type", text("quorum")),
            ],
            Self::Stream { bytes_max } => vec![
                ("x-max-length-bytes", Argument::Number(*bytes_max)),
                ("x-queue-type", text("stream")),
            ],
        }
    }
}

impl Lane {
    /// The lane's own queue.
    pub fn queue(&self) -> QueueDeclaration {
        let name = self.name.to_string();
        let mut bindings = vec![
            (EXCHANGE, format!("*.{name}")),
            (RETURN, format!("*.*.{name}")),
        ];
        // A fact that ends a road is told under its bare name, one that leads on under a longer key.
        let heard = |fact: &FactName| match &self.filed_by {
            Some(filed_by) => filed_key(*fact, filed_by),
            None => format!("{fact}.#"),
        };
        bindings.extend(self.facts.iter().map(|fact| (EXCHANGE, heard(fact))));
        QueueDeclaration {
            arguments: QueueArguments::Lane {
                delivery_limit: match self.kind {
                    LaneKind::Mailbox => MAILBOX_LOOKS_MAX,
                    _ => self.delivery_limit,
                },
                length_max: self.length_max,
                dead_letter_key: name.clone(),
            },
            name,
            bindings,
        }
    }

    /// The queue for messages set aside, by us or by the broker.
    pub fn parked_queue(&self) -> QueueDeclaration {
        QueueDeclaration {
            name: self.parked(),
            arguments: QueueArguments::Parked {
                delivery_limit: LOOKS_MAX,
            },
            bindings: vec![
                (EXCHANGE, parked_key(&self.name)),
                (DEAD, self.name.to_string()),
            ],
        }
    }
}

impl Delay {
    pub fn declaration(&self) -> QueueDeclaration {
        QueueDeclaration {
            name: self.queue(),
            arguments: QueueArguments::Delay {
                ttl_ms: u64::try_from(self.pause().as_millis()).unwrap_or(u64::MAX),
            },
            bindings: vec![(EXCHANGE, format!("{}.{self}.#", FactName::AttemptFailed))],
        }
    }
}

impl Map {
    /// The journal stream: hears everything, dead letters too.
    pub fn journal() -> QueueDeclaration {
        QueueDeclaration {
            name: JOURNAL.to_owned(),
            arguments: QueueArguments::Stream {
                bytes_max: JOURNAL_BYTES_MAX,
            },
            bindings: vec![(EXCHANGE, "#".to_owned())],
        }
    }

    /// The queues that a service depends on: its own lanes and what they lead to besides other services' lanes.
    pub fn queues_of(&self, service: &str) -> Vec<QueueDeclaration> {
        let others: Vec<String> = self
            .lanes
            .iter()
            .filter(|lane| lane.service() != service)
            .flat_map(|lane| [lane.name.to_string(), lane.parked()])
            .collect();
        let mut queues = self.queues();
        queues.retain(|queue| !others.contains(&queue.name));
        queues
    }

    /// Every queue of the map.
    pub fn queues(&self) -> Vec<QueueDeclaration> {
        let mut journal = Self::journal();
        journal
            .bindings
            .extend(self.lanes.iter().map(|lane| (DEAD, lane.name.to_string())));
        let mut queues = vec![journal];
        queues.extend(self.delays.iter().map(Delay::declaration));
        queues.extend(
            self.lanes
                .iter()
                .flat_map(|lane| [lane.queue(), lane.parked_queue()]),
        );
        queues
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployed() -> Map {
        Map::parse(include_str!("../../../deploy/flow.toml")).unwrap()
    }

    #[test]
    fn every_publish_reaches_the_journal_and_exactly_the_queue_it_is_meant_for() {
        let map = deployed();
        for lane in map.lanes.iter().filter(|lane| lane.facts.is_empty()) {
            let name = lane.name.to_string();
            let on = |exchange, key: String| map.reached(exchange, &key);
            assert_eq!(
                on(EXCHANGE, pass_key(FactName::Verified, &lane.name)),
                [JOURNAL, &name]
            );
            assert_eq!(
                on(EXCHANGE, parked_key(&lane.name)),
                [JOURNAL, &lane.parked()]
            );
            assert_eq!(on(DEAD, name.clone()), [JOURNAL, &lane.parked()]);
            assert_eq!(on(RETURN, again_key(&lane.name)), [name.as_str()]);
            for delay in &map.delays {
                let key = failed_key(delay, &lane.name);
                assert_eq!(on(EXCHANGE, key.clone()), [JOURNAL, &delay.queue()]);
                assert_eq!(
                    on(RETURN, key),
                    [name.as_str()],
                    "the delay leads back, and the journal does not hear twice"
                );
            }
        }
    }

    #[test]
    fn the_lane_is_read_back_from_every_key() {
        let map = deployed();
        for lane in map.lanes.iter().map(|lane| &lane.name) {
            let keys = [
                pass_key(FactName::Verified, lane),
                failed_key(&map.delays[0], lane),
                parked_key(lane),
            ];
            for key in keys {
                assert_eq!(lane_of_key(&key), Some(lane.as_str()), "{key}");
            }
        }
        assert_eq!(lane_of_key(&end_key(FactName::Delivered)), None);
    }

    #[test]
    fn a_fact_that_leads_on_is_heard_by_those_who_listen_for_it_too() {
        let map = deployed();
        let verify = LaneName::new("signature.verify").unwrap();
        let key = pass_key(FactName::Received, &verify);
        assert_eq!(
            map.reached(EXCHANGE, &key),
            [
                JOURNAL,
                "signature.verify",
                "notifier.email",
                "notifier.sms",
            ]
        );
        assert_eq!(
            map.reached(EXCHANGE, &end_key(FactName::Delivered)),
            [JOURNAL, "notifier.email"]
        );
        let portal = message::ParticipantId::new("portal").unwrap();
        for fact in [FactName::Received, FactName::Delivered] {
            let all = map.reached(EXCHANGE, &filed_key(fact, &portal));
            assert!(all.contains(&"notifier.webhook-portal".to_owned()));
            assert!(!all.contains(&"notifier.webhook-front-office".to_owned()));
        }
    }

    #[test]
    fn no_work_queue_can_lose_a_message_when_it_is_full_or_a_message_is_poison() {
        for queue in deployed().queues() {
            let table = queue.arguments.table();
            let get = |name: &str| {
                table
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, v)| v.clone())
            };
            let text = |value: &str| Some(Argument::Text(value.to_owned()));
            if queue.name == JOURNAL {
                assert_eq!(get("x-queue-type"), text("stream"));
                continue;
            }
            assert_eq!(get("x-queue-type"), text("quorum"), "{}", queue.name);
            assert_eq!(get("x-overflow"), text("reject-publish"), "{}", queue.name);
            if get("x-dead-letter-exchange").is_some() {
                assert_eq!(
                    get("x-dead-letter-strategy"),
                    text("at-least-once"),
                    "{}",
                    queue.name
                );
            }
        }
    }
}

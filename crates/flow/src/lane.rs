//! A lane: a queue for one step or one outside system, and how fast it may be worked.

use std::{fmt, time::Duration};

use message::{FactName, LaneName, ParticipantId};
use serde::{Deserialize, Serialize};

/// A lane of the map. Every field but the first two has a default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// `<service>.<what>`: also the name of the queue.
    pub name: LaneName,
    pub kind: LaneKind,
    /// Facts that this lane hears of wherever they are told, besides the messages sent to it. Default: none.
    #[serde(default)]
    pub facts: Vec<FactName>,
    /// Of these facts, only those about applications that this participant filed. Default: of all.
    #[serde(default)]
    pub filed_by: Option<ParticipantId>,
    /// Messages taken from the queue and not yet acknowledged (AMQP prefetch), 1 to 2000. Default 200.
    #[serde(default = "window")]
    pub window: u16,
    /// Messages worked on at the same time, 1 to `window`. Default 32.
    #[serde(default = "concurrency_max")]
    pub concurrency_max: u16,
    /// Messages begun per second, 1 to 100,000. Default: no limit.
    #[serde(default)]
    pub rate_max_per_s: Option<u32>,
    /// How long one step may take, milliseconds, 10 to 300,000. Default 10,000.
    #[serde(default = "handle_ms_max")]
    pub handle_ms_max: u64,
    /// Failures blamed on one message before it is parked, 1 to 100. Default 8.
    #[serde(default = "attempts_max")]
    pub attempts_max: u32,
    /// How long a message may keep failing in this lane before it is parked, seconds, 60 to 2,592,000.
    /// Default 259,200 (three days).
    #[serde(default = "failing_s_max")]
    pub failing_s_max: u64,
    /// Failures in a row blamed on the lane that close it, 1 to 100. Default 3.
    #[serde(default = "outages_to_close")]
    pub outages_to_close: u32,
    /// Pause between probes of a closed lane, milliseconds, 10 to 600,000. Default 2,000.
    #[serde(default = "probe_ms")]
    pub probe_ms: u64,
    /// Times the broker hands a message out again before it is a dead letter, 1 to 1000. Default 20.
    #[serde(default = "delivery_limit")]
    pub delivery_limit: u32,
    /// Messages the queue holds before it refuses more (`reject-publish`), 1000 to 100,000,000.
    /// Default 1,000,000.
    #[serde(default = "length_max")]
    pub length_max: u64,
}

/// What stands behind a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaneKind {
    /// A step of our own.
    Stage,
    /// A state register or the payment gateway.
    Register,
    /// A provider's system.
    Provider,
    /// A way to tell people.
    Notification,
    /// What waits for one participant's system until it comes for it. Nobody works it: intake lends it out.
    Mailbox,
}

fn window() -> u16 {
    200
}
fn concurrency_max() -> u16 {
    32
}
fn handle_ms_max() -> u64 {
    10_000
}
fn attempts_max() -> u32 {
    8
}
fn failing_s_max() -> u64 {
    259_200
}
fn outages_to_close() -> u32 {
    3
}
fn probe_ms() -> u64 {
    2_000
}
fn delivery_limit() -> u32 {
    20
}
fn length_max() -> u64 {
    1_000_000
}

impl Lane {
    /// The service that works this lane, the first word of its name, or that lends it out: intake.
    pub fn service(&self) -> &str {
        if self.kind == LaneKind::Mailbox {
            return "intake";
        }
        self.name.as_str().split('.').next().unwrap_or_default()
    }

    /// Whose mailbox this lane is, if it is one.
    pub fn mailbox_of(&self) -> Option<&ParticipantId> {
        let is_mailbox = self.kind == LaneKind::Mailbox;
        self.filed_by.as_ref().filter(|_| is_mailbox)
    }

    /// A mailbox is called after its participant, and nothing else is called like a mailbox.
    pub(crate) fn is_named_as_its_kind(&self) -> bool {
        let whose = self.name.as_str().strip_prefix("mailbox.");
        match self.kind {
            LaneKind::Mailbox => {
                whose.is_some() && whose == self.filed_by.as_ref().map(ParticipantId::as_str)
            }
            _ => whose.is_none(),
        }
    }

    /// Whether this lane hears of `fact` about an application that `filed_by` filed, if that is known.
    pub fn hears(&self, fact: FactName, filed_by: Option<&ParticipantId>) -> bool {
        let is_meant = |wanted| filed_by == Some(wanted);
        self.facts.contains(&fact) && self.filed_by.as_ref().is_none_or(is_meant)
    }

    /// Where messages of this lane are set aside for a person.
    pub fn parked(&self) -> String {
        format!("{}.parked", self.name)
    }

    /// The first field that is out of its bounds, and the bounds.
    pub(crate) fn out_of_bounds(&self) -> Option<(&'static str, String)> {
        let bounds: [(&str, u64, u64, u64); 10] = [
            ("window", u64::from(self.window), 1, 2000),
            (
                "concurrency_max",
                u64::from(self.concurrency_max),
                1,
                u64::from(self.window),
            ),
            (
                "rate_max_per_s",
                u64::from(self.rate_max_per_s.unwrap_or(1)),
                1,
                100_000,
            ),
            ("handle_ms_max", self.handle_ms_max, 10, 300_000),
            ("attempts_max", u64::from(self.attempts_max), 1, 100),
            ("failing_s_max", self.failing_s_max, 60, 2_592_000),
            ("outages_to_close", u64::from(self.outages_to_close), 1, 100),
            ("probe_ms", self.probe_ms, 10, 600_000),
            ("delivery_limit", u64::from(self.delivery_limit), 1, 1000),
            ("length_max", self.length_max, 1000, 100_000_000),
        ];
        bounds
            .into_iter()
            .find(|(_, value, low, high)| !(low..=high).contains(&value))
            .map(|(field, value, low, high)| {
                (field, format!("{value} is not within {low} to {high}"))
            })
    }
}

/// A pause between tries, written like `5s`, `2m`, `1h`; also the name of its queue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Delay {
    pause: Duration,
    name: String,
}

impl Delay {
    pub fn pause(&self) -> Duration {
        self.pause
    }

    /// One word of a routing key, for example `5s`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The queue where messages wait, for example `delay.5s`.
    pub fn queue(&self) -> String {
        format!("delay.{}", self.name)
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl TryFrom<String> for Delay {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let bad =
            || format!("`{name}` is not a pause: write 1s to 24h as a whole number with s, m or h");
        let unit = match name.bytes().last() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3600,
            _ => return Err(bad()),
        };
        let count: u64 = name[..name.len() - 1].parse().map_err(|_| bad())?;
        let seconds = count.saturating_mul(unit);
        if !(1..=86_400).contains(&seconds) || name.starts_with(['+', '0']) {
            return Err(bad());
        }
        Ok(Self {
            pause: Duration::from_secs(seconds),
            name,
        })
    }
}

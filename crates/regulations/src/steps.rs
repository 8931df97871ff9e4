//! The step tables of S4: who does what, how it ends, how long it may take, what comes next, and which facts
//! of the platform tell that a step has begun and ended.

use message::{About, Detail, Fact, FactName, Number};
use serde::Deserialize;

use crate::{Allowed, Text};

/// One step of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number in the table, from 1.
    pub number: u16,
    /// Who acts: a word of `words.toml`, `[units]`.
    pub unit: String,
    pub action: Text,
    /// What it leaves behind: a word of `words.toml`, `[completions]`.
    pub completes_with: String,
    /// How long it may take (X17).
    pub allowed: Allowed,
    /// Shorter terms for some forms, for example when the result is collected in person.
    #[serde(default)]
    pub allowed_when: Vec<AllowedWhen>,
    /// True: it happens before the message reaches the platform, which therefore cannot measure it.
    #[serde(default)]
    pub outside: bool,
    /// Facts that tell it has begun; the earliest counts.
    #[serde(default)]
    pub begins: Vec<FactPattern>,
    /// Facts that tell it has ended; the earliest counts.
    #[serde(default)]
    pub completes: Vec<FactPattern>,
    /// Present on a step after which nothing comes.
    pub end: Option<End>,
    /// What comes next: one step, or two that a condition chooses between.
    #[serde(default)]
    pub next: Vec<Next>,
}

/// A term that holds for forms whose `field` is `is`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowedWhen {
    pub field: String,
    pub is: String,
    pub allowed: Allowed,
}

/// How an application ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// A reasoned refusal (G3).
    Refusal,
    /// The applicant has what he asked for.
    Result,
}

/// The way to the next step.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Next {
    pub step: u16,
    /// Taken where this condition holds.
    pub when: Option<String>,
    /// Taken where this condition does not hold.
    pub unless: Option<String>,
}

/// Facts of one name, perhaps only those about one thing: `received`, `refused.registry.gbd-fl`,
/// `result-issued.granted`, `notified.refused`. What comes after the name is the lane (`refused`), the
/// register (`enriched`, `query-made`), the provider (`routed`, `delivered`), the status, the outcome, the name
/// of the fact told (`notified`), or the step (`deadline-passed`); a lane may be given by its first words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FactPattern {
    pub name: FactName,
    /// What the fact has to be about; any, if empty.
    pub about: String,
}

impl TryFrom<String> for FactPattern {
    type Error = message::UnknownWord;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (name, about) = text.split_once('.').unwrap_or((&text, ""));
        Ok(Self {
            name: name.parse()?,
            about: about.to_owned(),
        })
    }
}

impl FactPattern {
    /// Whether a fact called `name` about `about` is meant.
    pub fn covers(&self, name: FactName, about: &str) -> bool {
        name == self.name
            && (self.about.is_empty()
                || about
                    .strip_prefix(&self.about)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }

    /// Whether `fact` of application `number` is meant. `all` are the facts known of the application.
    ///
    /// Of the facts about a provider's report only what it reported counts: that the report itself was
    /// received, verified or refused is no step of the application.
    pub(crate) fn matches(&self, fact: &Fact, all: &[Fact]) -> bool {
        let own = match &fact.about {
            About::Message { id, number } => Number::of(*id) == *number,
            About::Lane(_) => return false,
        };
        let reported = matches!(
            fact.name(),
            FactName::StatusReported | FactName::ResultIssued | FactName::Notified
        );
        (own || reported) && self.covers(fact.name(), &about(&fact.detail, all))
    }
}

fn about(detail: &Detail, all: &[Fact]) -> String {
    match detail {
        Detail::QueryMade { register, .. }
        | Detail::QueryAnswered { register, .. }
        | Detail::Enriched { register }
        | Detail::CheckOpened { register, .. } => register.to_string(),
        Detail::Routed { provider, .. } | Detail::Delivered { provider, .. } => {
            provider.to_string()
        }
        Detail::Refused { lane, .. } => lane.as_ref().map(ToString::to_string).unwrap_or_default(),
        Detail::AttemptFailed { lane, .. }
        | Detail::Parked { lane, .. }
        | Detail::Released { lane } => lane.to_string(),
        Detail::StatusReported { status, .. } => status.clone(),
        Detail::ResultIssued { outcome, .. } => outcome.as_str().to_owned(),
        Detail::Notified { of, .. } => all
            .iter()
            .find(|fact| fact.id == *of)
            .map(|fact| fact.name().to_string())
            .unwrap_or_default(),
        Detail::DeadlineNear { step, .. } | Detail::DeadlinePassed { step, .. } => step.to_string(),
        Detail::Received
        | Detail::Verified { .. }
        | Detail::LaneClosed { .. }
        | Detail::LaneOpened
        | Detail::CheckAnswered { .. }
        | Detail::CheckClosed { .. } => String::new(),
    }
}

//! The ways to reach an applicant, and the roll of those that this program knows.
//!
//! A channel is one file in `channels/`, a line on the roll, and a section `[channels.<name>]` of the
//! configuration; its lane is `notifier.<name>`. A channel never retries, logs or remembers: the stage does.

mod smtp;

use async_trait::async_trait;
use fault::Fault;
use message::Applicant;

use crate::letter::Letter;

/// A way to reach an applicant.
#[async_trait]
pub trait Channel: std::fmt::Debug + Send + Sync + 'static {
    /// Where the applicant can be reached this way, if he said so.
    fn address<'a>(&self, applicant: &'a Applicant) -> Option<&'a str>;

    /// The address made unreadable, for the journal.
    fn mask(&self, address: &str) -> String;

    /// Hands the letter over. A [`Fault`] says whether the system is down or this letter failed; it never
    /// repeats the address.
    async fn send(&self, note: Note<'_>) -> Result<Answer, Fault>;

    /// Asks whether the system is back.
    async fn probe(&self) -> Result<(), Fault>;
}

/// A letter to somebody.
#[derive(Debug, Clone, Copy)]
pub struct Note<'a> {
    /// The same for the same notification, however often it is sent: lets the receiver see a double.
    pub id: &'a str,
    pub address: &'a str,
    pub letter: &'a Letter,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The other side has it.
    Taken,
    /// The address is refused for good.
    Rejected,
}

/// A kind of channel, known by its name in the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Adapter {
    pub name: &'static str,
    /// Makes a channel of this kind from its settings. Opens no connection.
    pub build: fn(&toml::Table) -> Result<Box<dyn Channel>, BadSettings>,
}

const ROLL: &[Adapter] = &[smtp::ADAPTER];

/// Why settings are refused; names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct BadSettings {
    pub field: String,
    pub problem: String,
}

impl BadSettings {
    fn new(field: &str, problem: impl std::fmt::Display) -> Self {
        Self {
            field: field.to_owned(),
            problem: problem.to_string(),
        }
    }
}

/// Makes a channel of the kind `adapter`.
pub fn open(adapter: &str, settings: &toml::Table) -> Result<Box<dyn Channel>, BadSettings> {
    let Some(found) = ROLL.iter().find(|known| known.name == adapter) else {
        let names: Vec<_> = ROLL.iter().map(|known| known.name).collect();
        let problem = format!(
            "there is none called `{adapter}`; known: {}",
            names.join(", ")
        );
        return Err(BadSettings::new("adapter", problem));
    };
    (found.build)(settings)
}

//! The ways to reach people and their systems, and the roll of those that this program knows.
//!
//! A channel is one file in `channels/`, a line on the roll, and a section `[channels.<name>]` of the
//! configuration; its lane is `notifier.<name>`. A channel never retries, logs or remembers: the stage does.

mod sms_http;
mod smtp;
mod webhook;

use async_trait::async_trait;
use fault::Fault;
use jiff::Timestamp;
use message::{Fact, Message, ParticipantId};
pub use outside::BadSettings;

use crate::{
    letter::{Case, Letter},
    occasion::Form,
};

/// A way to reach those who are concerned.
#[async_trait]
pub trait Channel: std::fmt::Debug + Send + Sync + 'static {
    /// How things are put on this way.
    fn form(&self) -> Form;

    /// Where the one who is concerned by `message` can be reached this way, if he can.
    fn address<'a>(&'a self, message: &'a Message) -> Option<&'a str>;

    /// The participant that this way leads to, who hears of what he filed and of nothing else.
    fn filed_by(&self) -> Option<&ParticipantId> {
        None
    }

    /// Whether it is worth a fact that somebody cannot be reached this way. It is on one way, so that the
    /// journal shows of every application that nobody was forgotten.
    fn is_missed(&self) -> bool {
        false
    }

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
    /// When it is sent.
    pub at: Timestamp,
    pub address: &'a str,
    pub letter: &'a Letter,
    /// What the letter is about, for those who read by machine.
    pub fact: &'a Fact,
    pub case: &'a Case,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The other side has it.
    Taken,
    /// It is refused for good.
    Rejected,
}

/// A kind of channel, known by its name in the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Adapter {
    pub name: &'static str,
    /// Makes a channel of this kind from its settings. Opens no connection.
    pub build: fn(&toml::Table) -> Result<Box<dyn Channel>, BadSettings>,
}

const ROLL: &[Adapter] = &[
    sms_http::ADAPTER,
    smtp::ADAPTER,
    webhook::ADAPTER, //
];

/// Every adapter there is, by name.
pub fn roll() -> &'static [Adapter] {
    ROLL
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

/// The fields called `names`, and the others: those of the connection.
fn own_settings(table: &toml::Table, names: &[&str]) -> (toml::Table, toml::Table) {
    let all = table.clone().into_iter();
    all.partition(|(name, _)| names.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_on_the_roll_and_the_roll_is_sorted() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/channels");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let stem = path.file_stem().unwrap();
                stem.to_str().unwrap().replace('_', "-")
            })
            .collect();
        files.sort();
        let names: Vec<&str> = roll().iter().map(|adapter| adapter.name).collect();
        assert_eq!(names, files);
    }
}

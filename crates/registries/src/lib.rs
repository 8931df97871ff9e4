//! How a state register is asked.
//!
//! In goes a [`Question`] with its purpose (X15); out comes an [`Answer`], or a [`Fault`] that says whether
//! asking again helps. Each kind of register is an *adapter*: one file in `adapters/`, two lines on the roll
//! in `adapters.rs`, one folder of recorded cases; `tests/conformance.rs` holds all of them to one law. An
//! adapter never retries, logs, counts or caches: that is done once, for all, by whoever asks.

mod adapters;
mod channel;
mod mapped;
mod question;
mod record;
mod seal;

use std::fmt;

use async_trait::async_trait;
use fault::Fault;
pub use outside::BadSettings;

pub use question::{Purpose, Question, Subject};
pub use record::{Answer, Record, Source};

/// A register that can be asked.
#[async_trait]
pub trait Registry: fmt::Debug + Send + Sync + 'static {
    /// Asks the register. Changes nothing there, so the same question may be asked any number of times.
    /// "Not found" is [`Answer::Unknown`], not a fault.
    async fn ask(&self, question: &Question) -> Result<Answer, Fault>;

    /// Asks whether the register is up, about nobody.
    async fn probe(&self) -> Result<(), Fault>;
}

/// A kind of register, known by its name in the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Adapter {
    pub name: &'static str,
    /// Makes a register of this kind from its settings. Opens no connection.
    pub build: fn(&toml::Table) -> Result<Box<dyn Registry>, BadSettings>,
}

/// Every adapter there is, by name.
pub fn roll() -> &'static [Adapter] {
    adapters::ROLL
}

/// Makes a register of the kind `adapter` from its settings.
pub fn open(adapter: &str, settings: &toml::Table) -> Result<Box<dyn Registry>, BadSettings> {
    let found = roll().iter().find(|known| known.name == adapter);
    let known = || {
        let names: Vec<_> = roll().iter().map(|known| known.name).collect();
        format!(
            "there is none called `{adapter}`; known: {}",
            names.join(", ")
        )
    };
    let found = found.ok_or_else(|| BadSettings::new("adapter", known()))?;
    (found.build)(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_that_is_not_on_the_roll_is_refused_with_those_that_are() {
        let said = open("fax", &toml::Table::new()).unwrap_err().to_string();
        assert!(
            said.contains("`adapter`") && said.contains("http-json"),
            "{said}"
        );
    }
}

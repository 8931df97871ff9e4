//! How an application is handed to its provider.
//!
//! In goes a [`Handover`]; out comes the provider's [`Acceptance`] with its registration number, or a
//! [`Fault`] that says whether trying again helps. The same rooms as `registries`: one file per adapter in
//! `adapters/`, two lines on the roll in `adapters.rs`, one folder of recorded cases, one law for all in
//! `tests/conformance.rs`. An adapter never retries, logs or counts: whoever runs the step does that.

mod adapters;
mod channel;
mod handed;
mod handover;

use std::fmt;

use async_trait::async_trait;
use fault::Fault;
pub use outside::BadSettings;

pub use handover::{Acceptance, Handover};

/// A provider's system that takes applications.
#[async_trait]
pub trait Provider: fmt::Debug + Send + Sync + 'static {
    /// Hands the application over. The message's id is the idempotency key: handed over twice, it is one
    /// order at the provider, and both times the same acceptance comes back.
    async fn hand_over(&self, handover: &Handover<'_>) -> Result<Acceptance, Fault>;

    /// Asks whether the system is up, handing over nothing.
    async fn probe(&self) -> Result<(), Fault>;
}

/// A kind of provider's system, known by its name in the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Adapter {
    pub name: &'static str,
    /// Makes a provider of this kind from its settings. Opens no connection.
    pub build: fn(&toml::Table) -> Result<Box<dyn Provider>, BadSettings>,
}

/// Every adapter there is, by name.
pub fn roll() -> &'static [Adapter] {
    adapters::ROLL
}

/// Makes a provider of the kind `adapter` from its settings.
pub fn open(adapter: &str, settings: &toml::Table) -> Result<Box<dyn Provider>, BadSettings> {
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
    fn the_sample_of_the_readme_is_taken_once_its_files_are_there() {
        let sample = include_str!("../README.md").split("```toml").nth(1);
        let sample = sample.and_then(|text| text.split("```").next()).unwrap();
        let config: toml::Table = toml::from_str(sample).unwrap();
        let mut settings = config["provider"]["committee"].as_table().unwrap().clone();
        let adapter = settings.remove("adapter").unwrap();
        let said = open(adapter.as_str().unwrap(), &settings).unwrap_err();
        assert_eq!(said.field, "password_file", "all fields are known: {said}");
        settings.retain(|field, _| !field.contains("file") && field != "peer_certificates");
        settings.insert("security".to_owned(), "off".into());
        open(adapter.as_str().unwrap(), &settings).unwrap();
    }

    #[test]
    fn an_adapter_that_is_not_on_the_roll_is_refused_with_those_that_are() {
        let said = open("fax", &toml::Table::new()).unwrap_err().to_string();
        assert!(
            said.contains("`adapter`") && said.contains("http-json"),
            "{said}"
        );
    }
}

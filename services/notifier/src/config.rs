//! Configuration of the notifier: strict, checked before anything is opened.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

use crate::{channels, told};

/// The whole file; the sample is `deploy/config/notifier.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub chassis: chassis::Config,
    #[serde(default)]
    pub telemetry: telemetry::Config,
    pub broker: broker::Config,
    /// The flow map.
    pub flow: PathBuf,
    /// Folder of the regulations: names of services and results.
    pub regulations: PathBuf,
    /// Where it is remembered what was sent.
    pub redis: told::Config,
    /// The ways to reach applicants, by name; each has the lane `notifier.<name>`.
    pub channels: BTreeMap<String, ChannelConfig>,
}

/// One section `[channels.<name>]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ChannelConfig {
    /// What kind of system it is: `smtp`, `sms-http`, `webhook`.
    pub adapter: String,
    /// The other fields of the section; the adapter says which, and refuses others.
    #[serde(flatten)]
    pub settings: toml::Table,
}

impl chassis::Common for Config {
    fn chassis(&self) -> &chassis::Config {
        &self.chassis
    }

    fn telemetry(&self) -> &telemetry::Config {
        &self.telemetry
    }

    fn check(&self) -> Result<(), String> {
        self.broker.check().map_err(|e| e.to_string())?;
        self.redis.check()?;
        if self.channels.is_empty() {
            return Err("channels: is empty: nobody could be told anything".to_owned());
        }
        for (name, channel) in &self.channels {
            channels::open(&channel.adapter, &channel.settings)
                .map_err(|e| format!("channels.{name}.{}: {}", e.field, e.problem))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const SAMPLE: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../deploy/config/notifier.toml"
    );

    fn read(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notifier.toml");
        std::fs::write(&path, text).unwrap();
        chassis::read(&path).map_err(|e| e.to_string())
    }

    #[test]
    fn the_sample_is_good() {
        let config: Config = chassis::read(Path::new(SAMPLE)).unwrap();
        assert_eq!(config.channels["email"].adapter, "smtp");
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let sample = std::fs::read_to_string(SAMPLE).unwrap();
        for (from, to, says) in [
            (
                "adapter = \"smtp\"",
                "adapter = \"pigeon\"",
                "channels.email.adapter: there is none",
            ),
            ("tls = ", "port = 25\ntls = ", "unknown field `port`"),
            (
                "127.0.0.1:18120",
                "127.0.0.1",
                "channels.email.address: must be host:port",
            ),
            ("from = \"", "from = \"@", "channels.email.from: "),
            ("redis://", "http://", "redis.url: "),
            (
                "[channels.email]",
                "[channels.email]\nuser = \"kezek\"",
                "password_file: must be given",
            ),
            (
                "[channels.email]",
                "[channels.email]\ntimeout_ms = 1",
                "timeout_ms: must be 100",
            ),
        ] {
            assert!(sample.contains(from), "{from}");
            let said = read(&sample.replacen(from, to, 1)).unwrap_err();
            assert!(said.contains(says), "{says}: {said}");
        }
    }
}

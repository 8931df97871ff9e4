//! Reading configuration: a TOML file, overridden by `KEZEK__SECTION__FIELD` in the environment.

use std::{net::SocketAddr, path::Path};

use serde::{Deserialize, de::DeserializeOwned};

/// The `[chassis]` section of every service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where `/live`, `/ready` and `/metrics` are served; for the platform, not for the world.
    pub listen: SocketAddr,
    /// How long work in hand may take after SIGTERM, milliseconds, 100 to 600,000. Default 20,000.
    #[serde(default = "drain_ms_max")]
    pub drain_ms_max: u64,
}

fn drain_ms_max() -> u64 {
    20_000
}

/// A service's whole configuration.
pub trait Common: DeserializeOwned {
    fn chassis(&self) -> &Config;
    fn telemetry(&self) -> &telemetry::Config;
    /// Checks what parsing alone cannot. The message names the field, what is wrong and what is allowed.
    fn check(&self) -> Result<(), String>;
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}: {why}")]
    Read { path: String, why: String },
    #[error("the configuration is wrong at `{field}`: {why}")]
    Field { field: String, why: String },
    #[error("the configuration is wrong: {0}")]
    Check(String),
}

/// Reads and checks a configuration file. Unknown fields are refused; errors name the field.
pub fn read<C: Common>(path: &Path) -> Result<C, ConfigError> {
    let environment = config::Environment::with_prefix("KEZEK")
        .prefix_separator("__")
        .separator("__")
        .try_parsing(true);
    let unreadable = |why: config::ConfigError| ConfigError::Read {
        path: path.display().to_string(),
        why: why.to_string(),
    };
    let sources = config::Config::builder()
        .add_source(config::File::from(path).format(config::FileFormat::Toml))
        .add_source(environment)
        .build()
        .map_err(unreadable)?;
    let read: C =
        serde_path_to_error::deserialize(sources).map_err(|error| ConfigError::Field {
            field: error.path().to_string(),
            why: error.inner().to_string(),
        })?;
    let chassis = read.chassis();
    if !(100..=600_000).contains(&chassis.drain_ms_max) {
        return Err(ConfigError::Check(format!(
            "chassis.drain_ms_max: {} is not within 100 to 600000",
            chassis.drain_ms_max
        )));
    }
    read.telemetry()
        .check()
        .map_err(|error| ConfigError::Check(error.to_string()))?;
    read.check().map_err(ConfigError::Check)?;
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        chassis: Config,
        #[serde(default)]
        telemetry: telemetry::Config,
        window: u16,
    }

    impl Common for Sample {
        fn chassis(&self) -> &Config {
            &self.chassis
        }
        fn telemetry(&self) -> &telemetry::Config {
            &self.telemetry
        }
        fn check(&self) -> Result<(), String> {
            if self.window == 0 {
                Err("window: 0 is not within 1 to 65535".to_owned())
            } else {
                Ok(())
            }
        }
    }

    fn said(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample.toml");
        std::fs::write(&path, text).unwrap();
        read::<Sample>(&path).unwrap_err().to_string()
    }

    const GOOD: &str = "window = 1\n[chassis]\nlisten = '127.0.0.1:0'\n";

    #[test]
    fn a_good_file_is_read_with_its_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample.toml");
        std::fs::write(&path, GOOD).unwrap();
        let sample: Sample = read(&path).unwrap();
        assert_eq!(sample.chassis.drain_ms_max, 20_000);
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        assert!(said("[").contains("cannot read"));
        assert!(said(&format!("{GOOD}windows = 2")).contains("windows"));
        assert!(said(&GOOD.replace("127.0.0.1:0", "here")).contains("chassis.listen"));
        assert!(said(&GOOD.replace("= 1", "= 0")).contains("window: 0"));
        assert!(said(&format!("{GOOD}drain_ms_max = 5")).contains("chassis.drain_ms_max: 5"));
        assert!(said(&format!("{GOOD}[telemetry]\nsample_ratio = 2.0")).contains("sample_ratio"));
    }
}

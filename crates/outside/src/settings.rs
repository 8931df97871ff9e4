//! Settings of an adapter: a TOML table in, a checked struct out, or the field that is wrong.
//!
//! Strict: unknown fields and values out of bounds are refused before anything is opened.

use std::path::PathBuf;

use serde::{Deserialize, de::DeserializeOwned};

/// Why settings cannot be used. Names the field, never repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {problem}")]
pub struct BadSettings {
    /// The field; `.` where the table as a whole is meant.
    pub field: String,
    pub problem: String,
}

impl BadSettings {
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
        }
    }
}

/// Reads the settings of an adapter; `T` refuses unknown fields by `#[serde(deny_unknown_fields)]`.
pub fn read<T: DeserializeOwned>(table: &toml::Table) -> Result<T, BadSettings> {
    serde_path_to_error::deserialize(toml::Value::Table(table.clone()))
        .map_err(|e| BadSettings::new(e.path().to_string(), e.inner().message()))
}

/// Settings of every adapter that speaks JSON over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Where the system is, for example `https://gbd-fl.example.kz/v1`, without query, user or password.
    pub endpoint: String,
    /// How long one question may take from its first byte to the last of the answer, milliseconds, 10 to
    /// 300,000. Default 5,000.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    /// The longest answer that is read, bytes, 16 to 67,108,864. Default 1,048,576.
    #[serde(default = "answer_bytes_max")]
    pub answer_bytes_max: usize,
    /// A file with the bearer token (RFC 6750) that lets us in, read at start. Default: none is sent.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// A PEM file with the only certification authorities trusted for this system. Default: those of the
    /// machine.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

fn timeout_ms() -> u64 {
    5_000
}
fn answer_bytes_max() -> usize {
    1_048_576
}

impl HttpSettings {
    pub(crate) fn check(&self) -> Result<(), BadSettings> {
        if !(10..=300_000).contains(&self.timeout_ms) {
            return Err(BadSettings::new("timeout_ms", "must be 10 to 300000"));
        }
        if !(16..=67_108_864).contains(&self.answer_bytes_max) {
            return Err(BadSettings::new(
                "answer_bytes_max",
                "must be 16 to 67108864",
            ));
        }
        Ok(())
    }
}

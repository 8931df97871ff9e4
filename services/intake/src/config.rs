//! The configuration of intake: `deploy/config/intake.toml`, strictly read and checked before any port is bound.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use serde::Deserialize;

use crate::{
    answers, attachments, query, receipts, registers, soap::systems, stamps, tls, verdicts,
};

/// The whole configuration. Paths are relative to where the process is started.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The map of lanes, for example `deploy/flow.toml`.
    pub flow: PathBuf,
    /// The folder of regulations, for example `deploy/regulations`.
    pub regulations: PathBuf,
    /// Who may send what, for example `deploy/participants.toml`.
    pub participants: PathBuf,
    pub chassis: chassis::Config,
    #[serde(default)]
    pub telemetry: telemetry::Config,
    pub broker: broker::Config,
    pub redis: answers::Config,
    pub door: DoorConfig,
    pub tls: tls::Config,
    pub store: attachments::Config,
    /// Absent: `Prefer: wait` is not honoured.
    pub signature: Option<verdicts::Config>,
    /// Absent: no query is answered at once.
    pub registry: Option<registers::Config>,
    #[serde(default)]
    pub query: query::Config,
    /// What we are on the channels of the gateway.
    #[serde(default)]
    pub soap: systems::Config,
    /// Absent: while Redis is away, nobody is asked for earlier answers.
    pub monitor: Option<receipts::Config>,
    /// Absent: signatures get no timestamps.
    pub tsa: Option<stamps::Config>,
    #[serde(default)]
    pub limits: Limits,
}

/// The `[door]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorConfig {
    /// Where participants' systems come in, by HTTPS.
    pub listen: SocketAddr,
}

/// The `[limits]` section: how much, how many, how long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Length of a message's JSON, bytes, 1024 to 16,777,216. Default 4,194,304.
    pub message_bytes_max: usize,
    /// Length of one attachment, bytes, 1024 to 5,368,709,120. Default 52,428,800.
    pub attachment_bytes_max: u64,
    /// Attachments of one message, 0 to 1000. Default 50; a regulation may allow fewer.
    pub attachments_max: usize,
    /// Signatures of one message, 1 to 100. Default 8.
    pub signatures_max: usize,
    /// Requests handled at the same time, 1 to 100,000; one more is told to come again. Default 512.
    pub requests_max: usize,
    /// How long a TLS handshake may take, milliseconds, 100 to 60,000. Default 10,000.
    pub handshake_ms_max: u64,
    /// How long the headers of a request may take, milliseconds, 100 to 60,000. Default 10,000.
    pub headers_ms_max: u64,
    /// How long a message's body may take, milliseconds, 100 to 600,000. Default 30,000.
    pub body_ms_max: u64,
    /// How long an attachment's body may take, milliseconds, 100 to 3,600,000. Default 300,000.
    pub upload_ms_max: u64,
    /// How long the broker may take to confirm a message, milliseconds, 100 to 60,000; past it the
    /// answer is 503. Default 8,000.
    pub confirm_ms_max: u64,
    /// The longest `Prefer: wait` that is honoured, seconds, 0 to 60. Default 10.
    pub wait_s_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes_max: 4 * 1024 * 1024,
            attachment_bytes_max: 50 * 1024 * 1024,
            attachments_max: 50,
            signatures_max: 8,
            requests_max: 512,
            handshake_ms_max: 10_000,
            headers_ms_max: 10_000,
            body_ms_max: 30_000,
            upload_ms_max: 300_000,
            confirm_ms_max: 8_000,
            wait_s_max: 10,
        }
    }
}

impl Limits {
    fn check(&self) -> Result<(), String> {
        let count = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
        for (field, value, low, high) in [
            (
                "message_bytes_max",
                count(self.message_bytes_max),
                1024,
                16_777_216,
            ),
            (
                "attachment_bytes_max",
                self.attachment_bytes_max,
                1024,
                5_368_709_120,
            ),
            ("attachments_max", count(self.attachments_max), 0, 1000),
            ("signatures_max", count(self.signatures_max), 1, 100),
            ("requests_max", count(self.requests_max), 1, 100_000),
            ("handshake_ms_max", self.handshake_ms_max, 100, 60_000),
            ("headers_ms_max", self.headers_ms_max, 100, 60_000),
            ("body_ms_max", self.body_ms_max, 100, 600_000),
            ("upload_ms_max", self.upload_ms_max, 100, 3_600_000),
            ("confirm_ms_max", self.confirm_ms_max, 100, 60_000),
            ("wait_s_max", self.wait_s_max, 0, 60),
        ] {
            if !(low..=high).contains(&value) {
                return Err(format!(
                    "limits.{field}: {value} is not within {low} to {high}"
                ));
            }
        }
        Ok(())
    }

    pub fn body_max(&self) -> Duration {
        Duration::from_millis(self.body_ms_max)
    }

    pub fn upload_max(&self) -> Duration {
        Duration::from_millis(self.upload_ms_max)
    }

    pub fn confirm_max(&self) -> Duration {
        Duration::from_millis(self.confirm_ms_max)
    }
}

impl chassis::Common for Config {
    fn chassis(&self) -> &chassis::Config {
        &self.chassis
    }

    fn telemetry(&self) -> &telemetry::Config {
        &self.telemetry
    }

    fn check(&self) -> Result<(), String> {
        self.limits.check()?;
        self.query.check()?;
        self.broker.check().map_err(|error| error.to_string())?;
        self.tls.check().map_err(|error| error.to_string())?;
        self.redis.check().map_err(|error| error.to_string())?;
        if let Some(tsa) = &self.tsa {
            tsa.check().map_err(|error| error.to_string())?;
        }
        self.monitor
            .as_ref()
            .map_or(Ok(()), |m| m.check().map_err(|error| error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use chassis::Common as _;

    use super::*;

    fn sample() -> Config {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../deploy/config/intake.toml"
        );
        chassis::read(path.as_ref()).unwrap()
    }

    #[test]
    fn the_sample_is_valid_and_takes_the_default_limits() {
        assert_eq!(sample().limits, Limits::default());
    }

    #[test]
    fn a_value_out_of_its_bounds_is_named() {
        let mut config = sample();
        config.limits.wait_s_max = 61;
        assert_eq!(
            config.check(),
            Err("limits.wait_s_max: 61 is not within 0 to 60".to_owned())
        );
        let mut config = sample();
        config.redis.timeout_ms = 1;
        assert!(config.check().unwrap_err().contains("redis.timeout_ms"));
        let mut config = sample();
        config.tls.client_authorities.clear();
        assert!(
            config
                .check()
                .unwrap_err()
                .contains("tls.client_authorities")
        );
    }
}

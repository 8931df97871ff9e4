//! The `[broker]` section of every service's configuration.

use std::{fmt, time::Duration};

use lapin::uri::AMQPUri;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// Where the broker is and how patient we are with it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `amqp://user:password@host:port/vhost` (`%2f` is the virtual host `/`). A secret.
    pub url: SecretString,
    /// How long a publish may stay unconfirmed before it is repeated on a new channel, milliseconds, 100 to
    /// 60,000. Default 5,000.
    #[serde(default = "confirm_ms_max")]
    pub confirm_ms_max: u64,
    /// Publishes under way at the same time, 64 to 256: more only adds latency. Default 128.
    #[serde(default = "unconfirmed_max")]
    pub unconfirmed_max: u16,
    /// A connection that stays silent for twice this long is dead, seconds, 1 to 60. Default 10.
    #[serde(default = "heartbeat_s")]
    pub heartbeat_s: u16,
    /// How long connecting, or one question to the broker, may take, milliseconds, 100 to 60,000.
    /// Default 10,000.
    #[serde(default = "connect_ms_max")]
    pub connect_ms_max: u64,
    /// Pause before the first try to connect again, milliseconds, 10 to 10,000; it doubles at each. Default 100.
    #[serde(default = "reconnect_ms_min")]
    pub reconnect_ms_min: u64,
    /// The longest such pause, milliseconds, `reconnect_ms_min` to 60,000. Default 5,000.
    #[serde(default = "reconnect_ms_max")]
    pub reconnect_ms_max: u64,
    /// How long a lane may finish what it has in hand when the process stops, milliseconds, 100 to 600,000;
    /// keep it below `chassis.drain_ms_max`. Default 15,000.
    #[serde(default = "drain_ms_max")]
    pub drain_ms_max: u64,
    /// How long a closed lane holds what it was given before it hands it back, seconds, 1 to 1,200: below the
    /// broker's own `consumer_timeout` (30 minutes). Default 600.
    #[serde(default = "hold_s_max")]
    pub hold_s_max: u64,
}

fn confirm_ms_max() -> u64 {
    5_000
}
fn unconfirmed_max() -> u16 {
    128
}
fn heartbeat_s() -> u16 {
    10
}
fn connect_ms_max() -> u64 {
    10_000
}
fn reconnect_ms_min() -> u64 {
    100
}
fn reconnect_ms_max() -> u64 {
    5_000
}
fn drain_ms_max() -> u64 {
    15_000
}
fn hold_s_max() -> u64 {
    600
}

/// A field of `[broker]` is out of its bounds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("broker.{field}: {why}")]
pub struct InvalidConfig {
    pub field: &'static str,
    pub why: String,
}

impl Config {
    /// The broker at `url`, everything else by default.
    pub fn new(url: &str) -> Self {
        Self {
            url: SecretString::from(url),
            confirm_ms_max: confirm_ms_max(),
            unconfirmed_max: unconfirmed_max(),
            heartbeat_s: heartbeat_s(),
            connect_ms_max: connect_ms_max(),
            reconnect_ms_min: reconnect_ms_min(),
            reconnect_ms_max: reconnect_ms_max(),
            drain_ms_max: drain_ms_max(),
            hold_s_max: hold_s_max(),
        }
    }

    /// Checks what parsing alone cannot. Never repeats the URL.
    pub fn check(&self) -> Result<(), InvalidConfig> {
        let bounds: [(&'static str, u64, u64, u64); 8] = [
            ("confirm_ms_max", self.confirm_ms_max, 100, 60_000),
            ("unconfirmed_max", u64::from(self.unconfirmed_max), 64, 256),
            ("heartbeat_s", u64::from(self.heartbeat_s), 1, 60),
            ("connect_ms_max", self.connect_ms_max, 100, 60_000),
            ("reconnect_ms_min", self.reconnect_ms_min, 10, 10_000),
            (
                "reconnect_ms_max",
                self.reconnect_ms_max,
                self.reconnect_ms_min,
                60_000,
            ),
            ("drain_ms_max", self.drain_ms_max, 100, 600_000),
            ("hold_s_max", self.hold_s_max, 1, 1_200),
        ];
        for (field, value, low, high) in bounds {
            if !(low..=high).contains(&value) {
                let why = format!("{value} is not within {low} to {high}");
                return Err(InvalidConfig { field, why });
            }
        }
        self.uri().map(drop)
    }

    /// The address for lapin, with our heartbeat and patience.
    pub(crate) fn uri(&self) -> Result<AMQPUri, InvalidConfig> {
        let mut uri: AMQPUri = self.url.expose_secret().parse().map_err(|_| {
            let why = "is not of the form amqp://user:password@host:port/vhost".to_owned();
            InvalidConfig { field: "url", why }
        })?;
        uri.query.heartbeat = Some(self.heartbeat_s);
        uri.query.connection_timeout = Some(self.connect_ms_max);
        Ok(uri)
    }

    pub(crate) fn confirm_max(&self) -> Duration {
        Duration::from_millis(self.confirm_ms_max)
    }

    pub(crate) fn connect_max(&self) -> Duration {
        Duration::from_millis(self.connect_ms_max)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("url", &"(secret)")
            .field("confirm_ms_max", &self.confirm_ms_max)
            .field("unconfirmed_max", &self.unconfirmed_max)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        let tuple = |c: &Self| {
            (
                c.url.expose_secret().to_owned(),
                (c.confirm_ms_max, c.unconfirmed_max, c.heartbeat_s),
                (c.connect_ms_max, c.reconnect_ms_min, c.reconnect_ms_max),
                (c.drain_ms_max, c.hold_s_max),
            )
        };
        tuple(self) == tuple(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_debug_nor_an_error_shows_the_password() {
        let config = Config::new("amqp://guest:hunter2@localhost:5672/%2f");
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(config.check(), Ok(()));
        let error = Config::new("http://guest:hunter2@localhost").check();
        let said = error.unwrap_err().to_string();
        assert!(
            said.contains("broker.url") && !said.contains("hunter2"),
            "{said}"
        );
    }

    #[test]
    fn a_field_out_of_its_bounds_is_named() {
        let mut config = Config::new("amqp://localhost");
        config.unconfirmed_max = 1000;
        let said = config.check().unwrap_err().to_string();
        assert_eq!(said, "broker.unconfirmed_max: 1000 is not within 64 to 256");
    }
}

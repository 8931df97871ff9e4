//! Lists and answers shared through Redis, so that a restart or another copy of this service need not fetch.
//!
//! Takes and gives bytes; whoever reads them checks the signature again, so Redis need not be trusted. It may
//! lose everything, be slow or away: then everything is fetched, and nothing else changes.

use std::time::Duration;

use redis::{
    Client, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use serde::Deserialize;

/// The `[redis]` section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// For example `redis://127.0.0.1:6379`.
    pub url: String,
    /// How long one command may take before we go on without it, milliseconds, 10 to 10,000. Default 500.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    /// How long a list is kept, and an answer at most, seconds, 60 to 31,536,000. Default 604,800 (seven days).
    #[serde(default = "keep_s")]
    pub keep_s: u64,
}

fn timeout_ms() -> u64 {
    500
}
fn keep_s() -> u64 {
    604_800
}

impl Config {
    /// Checks what parsing alone cannot; the message names the field.
    pub fn check(&self) -> Result<(), String> {
        for (field, value, low, high) in [
            ("timeout_ms", self.timeout_ms, 10, 10_000),
            ("keep_s", self.keep_s, 60, 31_536_000),
        ] {
            if !(low..=high).contains(&value) {
                return Err(format!(
                    "redis.{field}: {value} is not within {low} to {high}"
                ));
            }
        }
        Client::open(self.url.as_str())
            .map(drop)
            .map_err(|error| format!("redis.url: {error}"))
    }
}

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The list of an authority, by its [`signatures::Certificate::authority`].
    List,
    /// What changed since that list.
    Delta,
    /// What a responder said about a certificate, by the certificate's SHA-256.
    Answer,
}

/// Lists and answers in Redis.
#[derive(Clone)]
pub struct Cache {
    redis: ConnectionManager,
    keep_s: u64,
}

impl Cache {
    /// Connects when first used, and again by itself whenever the connection is lost.
    pub fn new(config: &Config) -> RedisResult<Self> {
        let limit = Some(Duration::from_millis(config.timeout_ms));
        let settings = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(limit)
            .set_response_timeout(limit);
        let client = Client::open(config.url.as_str())?;
        let redis = ConnectionManager::new_lazy_with_config(client, settings)?;
        Ok(Self {
            redis,
            keep_s: config.keep_s,
        })
    }

    /// What is kept under this name, if anything is.
    pub async fn get(&self, kind: Kind, id: &[u8; 32]) -> Option<Vec<u8>> {
        let mut get = redis::cmd("GET");
        let kept: RedisResult<Option<Vec<u8>>> = get
            .arg(key(kind, id))
            .query_async(&mut self.redis.clone())
            .await;
        kept.unwrap_or_else(|error| {
            tracing::debug!(%error, "redis does not answer: everything is only fetched");
            None
        })
    }

    /// Keeps bytes for `redis.keep_s`, or for so many seconds if that is less.
    pub async fn put(&self, kind: Kind, id: &[u8; 32], bytes: &[u8], seconds_max: u64) {
        let keep_s = self.keep_s.min(seconds_max);
        let mut set = redis::cmd("SET");
        set.arg(key(kind, id)).arg(bytes).arg("EX").arg(keep_s);
        let done: RedisResult<()> = set.query_async(&mut self.redis.clone()).await;
        if let Err(error) = done {
            tracing::debug!(%error, "redis does not answer: what was fetched is not shared");
        }
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").finish_non_exhaustive()
    }
}

impl Kind {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "crl",
            Self::Delta => "delta-crl",
            Self::Answer => "ocsp",
        }
    }
}

fn key(kind: Kind, id: &[u8; 32]) -> String {
    let kind = kind.as_str();
    format!("kezek:signature:{kind}:{}", hex::encode(id))
}

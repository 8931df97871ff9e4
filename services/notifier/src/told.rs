//! What was told already: a note in Redis for each notification, so that each is sent once.
//!
//! A short-lived claim stands while a letter is being sent; the outcome replaces it once the other side has
//! the letter. Redis may lose all of it without harm: then a letter that is handled again is sent again,
//! which is better than not at all. The keys are ids; nothing personal is kept.

use std::time::Duration;

use message::NotificationOutcome;
use redis::{
    Client, ExistenceCheck, RedisResult, SetExpiry, SetOptions,
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
    /// How long a letter may be under way before another attempt may send it, milliseconds, 1,000 to
    /// 600,000. Longer than the lane's `handle_ms_max`. Default 20,000.
    #[serde(default = "claim_ms")]
    pub claim_ms: u64,
    /// How long it is remembered that a letter was sent, seconds, 60 to 31,536,000. Default 2,592,000
    /// (thirty days).
    #[serde(default = "keep_s")]
    pub keep_s: u64,
}

fn timeout_ms() -> u64 {
    500
}
fn claim_ms() -> u64 {
    20_000
}
fn keep_s() -> u64 {
    2_592_000
}

impl Config {
    /// Checks what parsing alone cannot; the message names the field.
    pub fn check(&self) -> Result<(), String> {
        for (field, value, low, high) in [
            ("timeout_ms", self.timeout_ms, 10, 10_000),
            ("claim_ms", self.claim_ms, 1000, 600_000),
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
            .map_err(|e| format!("redis.url: {e}"))
    }
}

/// Whether a letter may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has sent it: send it.
    Ours,
    /// Somebody is sending it just now.
    Others,
    /// It was sent before, with this outcome.
    Done(NotificationOutcome),
    /// Redis does not answer: send it, at the risk of sending it twice.
    Unknown,
}

/// The notes of one channel.
#[derive(Clone)]
pub struct Told {
    redis: ConnectionManager,
    claim_ms: u64,
    keep_s: u64,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Told").finish_non_exhaustive()
    }
}

/// The value of a claim; an outcome's name replaces it.
const CLAIMED: &str = "claimed";

impl Told {
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
            claim_ms: config.claim_ms,
            keep_s: config.keep_s,
        })
    }

    /// Asks to send the notification `id`.
    pub async fn claim(&self, id: &str) -> Claim {
        self.try_claim(&key(id)).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "redis does not answer: a letter may be sent twice");
            Claim::Unknown
        })
    }

    async fn try_claim(&self, key: &str) -> RedisResult<Claim> {
        let mut redis = self.redis.clone();
        let claim = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(self.claim_ms));
        let mut set = redis::cmd("SET");
        let ours: Option<String> = set
            .arg(key)
            .arg(CLAIMED)
            .arg(claim)
            .query_async(&mut redis)
            .await?;
        if ours.is_some() {
            return Ok(Claim::Ours);
        }
        let value: Option<String> = redis::cmd("GET").arg(key).query_async(&mut redis).await?;
        let outcome = value.and_then(|value| value.parse().ok());
        Ok(outcome.map_or(Claim::Others, Claim::Done))
    }

    /// Notes that the notification `id` was sent. Without the note it is sent again if it is handled again.
    pub async fn keep(&self, id: &str, outcome: NotificationOutcome) {
        let mut set = redis::cmd("SET");
        set.arg(key(id))
            .arg(outcome.as_str())
            .arg("EX")
            .arg(self.keep_s);
        self.run(&set).await;
    }

    /// Gives back a claim: the letter was not sent. Without that the claim ends by itself.
    pub async fn release(&self, id: &str) {
        self.run(redis::cmd("DEL").arg(key(id))).await;
    }

    async fn run(&self, command: &redis::Cmd) {
        let done: RedisResult<()> = command.query_async(&mut self.redis.clone()).await;
        if let Err(error) = done {
            tracing::warn!(%error, "redis does not answer: a letter may be sent twice");
        }
    }
}

fn key(id: &str) -> String {
    format!("kezek:notified:{id}")
}

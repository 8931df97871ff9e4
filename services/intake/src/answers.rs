//! What was answered before, so that the same message gets the same answer, and no number is given twice.
//!
//! Kept in Redis, for as long as an id may come again; what is lost there costs nothing but this courtesy: a
//! message that is published again has the same ids and is absorbed further on. A message is *reserved* before
//! its publish and *confirmed* after the broker's confirm, so that neither a crash nor a second copy at the same
//! instant can let other content in under the same id. Holds hashes and times, no content and no person.

use std::time::Duration;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use jiff::Timestamp;
use message::{MessageId, Number};
use redis::{
    Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use serde::{Deserialize, Serialize};

/// The `[redis]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// For example `redis://127.0.0.1:6379`.
    pub url: secrecy::SecretString,
    /// How long Redis may take to answer, milliseconds, 10 to 5000. Default 200.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    /// How long answers are kept, hours, 1 to 8760. Default 744 (31 days), a day longer than an id may come
    /// again; about 300 bytes for each message.
    #[serde(default = "keep_hours")]
    pub keep_hours: u64,
}

fn timeout_ms() -> u64 {
    200
}

fn keep_hours() -> u64 {
    744
}

/// An answer, given or about to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// SHA-256 of the body that was sent, hexadecimal.
    pub digest: String,
    /// When the message was first taken.
    pub accepted_at: Timestamp,
    /// Whether the broker has confirmed it.
    pub confirmed: bool,
}

/// What stands after a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The answer under the message's id: the one that was offered, or one from before.
    pub answer: Answer,
    /// The message that has the number; `None` where no number was asked for.
    pub owner: Option<MessageId>,
}

/// Redis did not answer in time; nothing is known.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the memory of answers is away: {0}")]
pub struct Away(pub String);

/// Remembers answers.
#[async_trait]
pub trait Answers: Send + Sync {
    /// The answer under this id, if there is one.
    async fn find(&self, id: MessageId) -> Result<Option<Answer>, Away>;

    /// Puts `offered` under the id, and the id under the number that a new application takes, where nothing is
    /// there yet.
    async fn reserve(
        &self,
        id: MessageId,
        number: Option<Number>,
        offered: &Answer,
    ) -> Result<Standing, Away>;

    /// Marks the answer as confirmed.
    async fn confirm(&self, id: MessageId, answer: &Answer) -> Result<(), Away>;
}

/// Answers in Redis.
#[derive(Clone)]
pub struct InRedis {
    connection: ConnectionManager,
    keep_s: u64,
}

impl Config {
    /// Checks what parsing alone cannot.
    pub fn check(&self) -> Result<()> {
        for (field, value, low, high) in [
            ("timeout_ms", self.timeout_ms, 10, 5000),
            ("keep_hours", self.keep_hours, 1, 8760),
        ] {
            anyhow::ensure!(
                (low..=high).contains(&value),
                "redis.{field}: {value} is not within {low} to {high}"
            );
        }
        Ok(())
    }
}

impl InRedis {
    /// Connects at the first question; Redis need not be there yet.
    pub fn open(config: &Config) -> Result<Self> {
        use secrecy::ExposeSecret as _;
        let timeout = Duration::from_millis(config.timeout_ms);
        let patience = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout))
            .set_number_of_retries(1)
            .set_min_delay(Duration::from_millis(10));
        let client = Client::open(config.url.expose_secret()).context("redis.url")?;
        let connection = ConnectionManager::new_lazy_with_config(client, patience)?;
        Ok(Self {
            connection,
            keep_s: config.keep_hours * 3600,
        })
    }
}

fn answer_key(id: MessageId) -> String {
    format!("intake:answer:{id}")
}

fn number_key(number: Number) -> String {
    format!("intake:number:{number}")
}

fn away(error: impl std::fmt::Display) -> Away {
    Away(format!("{error}"))
}

#[async_trait]
impl Answers for InRedis {
    async fn find(&self, id: MessageId) -> Result<Option<Answer>, Away> {
        let mut connection = self.connection.clone();
        let mut get = redis::cmd("GET");
        let kept: Option<String> = get
            .arg(answer_key(id))
            .query_async(&mut connection)
            .await
            .map_err(away)?;
        kept.map(|text| serde_json::from_str(&text).map_err(away))
            .transpose()
    }

    async fn reserve(
        &self,
        id: MessageId,
        number: Option<Number>,
        offered: &Answer,
    ) -> Result<Standing, Away> {
        let mut connection = self.connection.clone();
        let offered = serde_json::to_string(offered).map_err(away)?;
        let mut steps = redis::pipe();
        let mut keep = |key: String, value: String| {
            steps
                .cmd("SET")
                .arg(&key)
                .arg(value)
                .arg("NX")
                .arg("EX")
                .arg(self.keep_s)
                .ignore();
            steps.cmd("GET").arg(key);
        };
        keep(answer_key(id), offered);
        if let Some(number) = number {
            keep(number_key(number), id.to_string());
        }
        let kept: Vec<String> = steps.query_async(&mut connection).await.map_err(away)?;
        let mut kept = kept.into_iter();
        let answer = kept.next().ok_or_else(|| away("it kept nothing"))?;
        let owner = kept
            .next()
            .map(|id| id.parse().map(MessageId::from_uuid).map_err(away));
        Ok(Standing {
            answer: serde_json::from_str(&answer).map_err(away)?,
            owner: owner.transpose()?,
        })
    }

    async fn confirm(&self, id: MessageId, answer: &Answer) -> Result<(), Away> {
        let mut connection = self.connection.clone();
        let confirmed = Answer {
            confirmed: true,
            ..answer.clone()
        };
        let confirmed = serde_json::to_string(&confirmed).map_err(away)?;
        let mut set = redis::cmd("SET");
        set.arg(answer_key(id))
            .arg(confirmed)
            .arg("EX")
            .arg(self.keep_s);
        set.query_async(&mut connection).await.map_err(away)
    }
}

//! Answers kept for a while: so that a copy of a message gets the same one, and, where the register's
//! configuration allows it, for other questions about the same subject.
//!
//! They live in Redis, by register, message and subject, and may be lost without harm: whoever finds none asks
//! the register again. No failure of Redis leaves this file.

use std::time::Duration;

use redis::{
    AsyncTypedCommands, Client, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use registries::Question;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use tracing::debug;

use crate::{ask::Kept, config::Redis};

/// The answers of the last while. Cheap to clone.
#[derive(Clone)]
pub struct Answers {
    redis: Option<ConnectionManager>,
    keep_s: u64,
}

impl Answers {
    /// Nothing is kept.
    pub fn forgotten() -> Self {
        Self {
            redis: None,
            keep_s: 0,
        }
    }

    /// Answers are kept in Redis. Connects at the first question, so that a Redis that is away stops nothing.
    /// Fails if the URL is none.
    pub fn kept_in(redis: &Redis) -> RedisResult<Self> {
        let limit = Some(Duration::from_millis(redis.timeout_ms));
        let patience = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(limit)
            .set_response_timeout(limit);
        let client = Client::open(redis.url.expose_secret())?;
        Ok(Self {
            redis: Some(client.get_connection_manager_lazy(patience)?),
            keep_s: redis.keep_s,
        })
    }

    /// The answer that was given to the same question of the same message.
    pub(crate) async fn find(&self, question: &Question) -> Option<Kept> {
        self.read(own_key(question)).await
    }

    /// What the register said lately about the same subject, whoever asked.
    pub(crate) async fn find_shared(&self, question: &Question) -> Option<Kept> {
        self.read(shared_key(question)).await
    }

    /// Keeps an answer for copies of the same message.
    pub(crate) async fn keep(&self, question: &Question, kept: &Kept) {
        self.write(own_key(question), kept, self.keep_s).await;
    }

    /// Keeps an answer for other questions about the same subject, so many seconds.
    pub(crate) async fn share(&self, question: &Question, kept: &Kept, cache_s: u64) {
        self.write(shared_key(question), kept, cache_s).await;
    }

    async fn read(&self, key: String) -> Option<Kept> {
        let text = self.redis.clone()?.get(key).await;
        let text = text.inspect_err(|e| debug!(error = e.category(), "no kept answers"));
        serde_json::from_str(&text.ok()??).ok()
    }

    async fn write(&self, key: String, kept: &Kept, keep_s: u64) {
        let Some(mut redis) = self.redis.clone() else {
            return;
        };
        let Ok(text) = serde_json::to_string(kept) else {
            return;
        };
        let kept = redis.set_ex(key, text, keep_s).await;
        if let Err(error) = kept {
            debug!(error = error.category(), "an answer was not kept");
        }
    }
}

/// Where the answer to a question of one message stands.
fn own_key(question: &Question) -> String {
    let Question {
        register,
        request_id,
        ..
    } = question;
    format!(
        "kezek:answered:{register}:{request_id}:{}",
        subject(question)
    )
}

/// Where the answer about a subject stands.
fn shared_key(question: &Question) -> String {
    let register = &question.register;
    format!("kezek:known:{register}:{}", subject(question))
}

/// The subject as a hash, so that no personal number stands in a key. Everything that is asked for is in it: a
/// payment of another amount is another subject.
fn subject(question: &Question) -> String {
    hex::encode(Sha256::digest(question.subject_bytes()))
}

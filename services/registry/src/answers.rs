//! Answers kept for a while, so that a copy of a message gets the same one.
//!
//! They live in Redis, by register, message and subject, and may be lost without harm: whoever finds none asks
//! the register again. No failure of Redis leaves this file.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use redis::{
    AsyncTypedCommands, Client, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use registries::{Answer, Question};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use tracing::debug;

use crate::config::Redis;

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
    pub(crate) async fn find(&self, question: &Question) -> Option<Answer> {
        let text = self.redis.clone()?.get(key(question)).await;
        let text = text.inspect_err(|e| debug!(error = e.category(), "no kept answers"));
        let record: Option<Map<String, Value>> = serde_json::from_str(&text.ok()??).ok()?;
        Some(record.map_or(Answer::Unknown, Answer::Known))
    }

    /// Keeps an answer.
    pub(crate) async fn keep(&self, question: &Question, answer: &Answer) {
        let Some(mut redis) = self.redis.clone() else {
            return;
        };
        let text = match answer {
            Answer::Known(record) => serde_json::to_string(record),
            Answer::Unknown => Ok("null".to_owned()),
        };
        let Ok(text) = text else { return };
        let kept = redis.set_ex(key(question), text, self.keep_s).await;
        if let Err(error) = kept {
            debug!(error = error.category(), "an answer was not kept");
        }
    }
}

/// The subject stands in it as a hash, so that no personal number does. Another build may hash otherwise; then
/// nothing is found.
fn key(question: &Question) -> String {
    let mut subject = DefaultHasher::new();
    question.subject.hash(&mut subject);
    let Question {
        register,
        request_id,
        ..
    } = question;
    format!(
        "kezek:answer:{register}:{request_id}:{:016x}",
        subject.finish()
    )
}

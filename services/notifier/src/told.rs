//! What was told already: a note in Redis for each notification, so that each is sent once.
//!
//! A claim stands while a letter is being sent, and the outcome replaces it once the other side has the letter.
//! A claim is short and renewed for as long as the sending takes: when its owner is killed, the next attempt
//! waits seconds, and a slow receiver does not make a second sender. An owner that was held up for longer than
//! its claim asks whether the letter is still its own before it does anything more. Redis may lose all of it
//! without harm: then a letter that is handled again is sent again, which is better than not at all. The keys
//! are ids; nothing personal is kept.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use message::NotificationOutcome;
use redis::{
    Client, ExistenceCheck, RedisResult, SetExpiry, SetOptions,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use serde::Deserialize;
use tokio::{
    select,
    time::{Instant, sleep, sleep_until},
};
use uuid::Uuid;

/// The `[redis]` section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// For example `redis://127.0.0.1:6379`.
    pub url: String,
    /// How long one command may take before we go on without it, milliseconds, 10 to 10,000. Default 500.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    /// How long a letter stays claimed by an attempt that gives no sign of life, milliseconds, 500 to 60,000:
    /// so long is a letter late whose sender was killed. While it is being sent, the claim is renewed each
    /// third of this. Default 3,000.
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
    3_000
}
fn keep_s() -> u64 {
    2_592_000
}

impl Config {
    /// Checks what parsing alone cannot; the message names the field.
    pub fn check(&self) -> Result<(), String> {
        for (field, value, low, high) in [
            ("timeout_ms", self.timeout_ms, 10, 10_000),
            ("claim_ms", self.claim_ms, 500, 60_000),
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
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has sent it: send it, within [`Told::hold`].
    Ours(Lease),
    /// Somebody is sending it just now, and is alive.
    Others,
    /// It was sent before, with this outcome.
    Done(NotificationOutcome),
    /// Redis does not answer: send it, at the risk of sending it twice.
    Unknown,
}

/// The right to send one letter, for as long as it is renewed.
#[derive(Debug, PartialEq, Eq)]
pub struct Lease {
    key: String,
    /// Tells this claim from any other on the same letter.
    value: String,
    good_until: Instant,
}

/// The notes of one channel.
#[derive(Clone)]
pub struct Told {
    redis: ConnectionManager,
    claim: Duration,
    keep_s: u64,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Told").finish_non_exhaustive()
    }
}

/// Renews a claim, or takes it again where it has ended and nobody else has it; 0 if somebody else has.
const RENEW: &str = "local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1";

/// Gives a claim back, if it is still this one.
const RELEASE: &str = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])";

/// Looks at another's claim within the time in which it has to be renewed.
const LOOKS: u32 = 10;

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
            claim: Duration::from_millis(config.claim_ms),
            keep_s: config.keep_s,
        })
    }

    /// Asks to send the notification `id`. Waits while another has claimed it, but no longer than a claim
    /// stands whose owner was killed.
    pub async fn claim(&self, id: &str) -> Claim {
        let looking_until = Instant::now() + self.claim + self.claim / LOOKS;
        loop {
            let claim = self.try_claim(key(id)).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "redis does not answer: a letter may be sent twice");
                Claim::Unknown
            });
            if claim != Claim::Others || Instant::now() > looking_until {
                return claim;
            }
            sleep(self.claim / LOOKS).await;
        }
    }

    async fn try_claim(&self, key: String) -> RedisResult<Claim> {
        let mut redis = self.redis.clone();
        let lease = Lease {
            value: format!("claimed:{}", Uuid::now_v7()),
            good_until: Instant::now() + self.claim,
            key,
        };
        let claim = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(self.claim_ms()));
        let mut set = redis::cmd("SET");
        let ours: Option<String> = set
            .arg(&lease.key)
            .arg(&lease.value)
            .arg(claim)
            .query_async(&mut redis)
            .await?;
        if ours.is_some() {
            return Ok(Claim::Ours(lease));
        }
        let mut get = redis::cmd("GET");
        let value: Option<String> = get.arg(&lease.key).query_async(&mut redis).await?;
        let outcome = value.and_then(|value| value.parse().ok());
        Ok(outcome.map_or(Claim::Others, Claim::Done))
    }

    /// Does `sending` and renews the lease meanwhile. `None` if another has taken the letter over, which can
    /// only be when this process was held up for longer than a claim stands; what is left to do is not done then.
    pub async fn hold<T>(&self, lease: &Lease, sending: impl Future<Output = T>) -> Option<T> {
        let mut sending = pin!(sending);
        let mut good_until = lease.good_until;
        loop {
            let renew_at = good_until - self.claim * 2 / 3;
            // The clock is asked at each move: after a standstill the letter may be another's.
            let moving = poll_fn(|context| {
                if Instant::now() < good_until {
                    sending.as_mut().poll(context)
                } else {
                    Poll::Pending
                }
            });
            select! {
                biased;
                () = sleep_until(renew_at) => {}
                sent = moving => return Some(sent),
            }
            good_until = Instant::now() + self.claim;
            let mut renew = redis::cmd("EVAL");
            renew.arg(RENEW).arg(1).arg(&lease.key).arg(&lease.value);
            let asked = renew.arg(self.claim_ms());
            match asked.query_async(&mut self.redis.clone()).await {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "redis does not answer: a letter may be sent twice");
                }
            }
        }
    }

    fn claim_ms(&self) -> u64 {
        u64::try_from(self.claim.as_millis()).unwrap_or(u64::MAX)
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
    pub async fn release(&self, lease: &Lease) {
        let mut release = redis::cmd("EVAL");
        release
            .arg(RELEASE)
            .arg(1)
            .arg(&lease.key)
            .arg(&lease.value);
        self.run(&release).await;
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

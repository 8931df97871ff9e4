//! What the authorities' OCSP responders say (RFC 6960): asked at configured addresses, checked, kept.
//!
//! Takes a certificate with its issuer and an instant; gives an answer that speaks for that instant, or none, and
//! then the lists decide. One question at a time for each certificate; an answer is used, here and by way of
//! Redis, until its freshness ends; a responder that failed is not asked about the same certificate again before
//! `retry_ms`. No address is ever taken from a certificate.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, header};
use serde::Deserialize;
use signatures::{Certificate, Lack, Ocsp, OcspError, Ocsps, Revocation, Status, ocsp};
use telemetry::authority::{Asked, AuthorityMeter};
use tokio::{sync::Mutex, time::Instant};

use crate::cache::{Cache, Kind};
use crate::fetch::{self, FetchError, fetch};

/// A number used once.
pub type Nonce = [u8; 16];

/// The `[ocsp]` section: how responders are asked and how long their answers are used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How long an answer without `nextUpdate` is used after its `thisUpdate`, seconds, 1 to 86,400. The national
    /// authority's answers have none. Default 300.
    pub age_s_max: u32,
    /// Pause after a question in vain before the same is asked again, milliseconds, 0 to 600,000. Default 2,000.
    pub retry_ms: u64,
    /// Answers in memory, at most, 100 to 1,000,000; each takes 3 to 5 KiB. Default 20,000.
    pub answers_max: usize,
}

/// A responder.
#[derive(Debug)]
pub struct Source {
    pub issuer: Certificate,
    pub url: String,
    pub timeout: Duration,
    /// Send a nonce, and take no answer without it.
    pub nonce: bool,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error("{0}")]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Refused(#[from] OcspError),
    #[error("the answer is to another question: it has another nonce")]
    Nonce,
    #[error("the answer is too old")]
    Stale,
    #[error("the answer is of the future: compare the clocks")]
    Future,
}

#[derive(Debug)]
struct Responder {
    source: Source,
    client: Client,
    /// Whether the last question was answered.
    answers: AtomicBool,
}

/// SHA-256 of a certificate, which has its issuer's signature inside.
type Place = [u8; 32];
/// Held while a question is under way; says when the last one was in vain.
type Turn = Arc<Mutex<Option<Instant>>>;

/// All responders and what they said.
pub struct Responders {
    config: Config,
    all: Vec<Responder>,
    cache: Option<Cache>,
    held: RwLock<HashMap<Place, Ocsp>>,
    turns: Mutex<HashMap<Place, Turn>>,
    nonce: fn() -> Nonce,
    now: fn() -> Timestamp,
    meter: AuthorityMeter,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            age_s_max: 300,
            retry_ms: 2_000,
            answers_max: 20_000,
        }
    }
}

impl Config {
    /// Checks what parsing alone cannot; the message names the field.
    pub fn check(&self) -> Result<(), String> {
        for (field, value, low, high) in [
            ("age_s_max", u64::from(self.age_s_max), 1, 86_400),
            ("retry_ms", self.retry_ms, 0, 600_000),
            ("answers_max", self.answers_max as u64, 100, 1_000_000),
        ] {
            if !(low..=high).contains(&value) {
                return Err(format!(
                    "ocsp.{field}: {value} is not within {low} to {high}"
                ));
            }
        }
        Ok(())
    }

    fn age_max(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.age_s_max))
    }
}

/// Clocks of a responder and of ours may differ by so much.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(1);

// === impl Responders ===

impl Responders {
    /// Nothing was asked yet. `nonce` makes a fresh one each time.
    pub fn new(
        config: Config,
        sources: Vec<Source>,
        cache: Option<Cache>,
        nonce: fn() -> Nonce,
        now: fn() -> Timestamp,
    ) -> reqwest::Result<Self> {
        let responders = sources.into_iter().map(|source| {
            Ok(Responder {
                client: fetch::client(source.timeout)?,
                source,
                answers: AtomicBool::new(true),
            })
        });
        Ok(Self {
            all: responders.collect::<reqwest::Result<_>>()?,
            config,
            cache,
            held: RwLock::default(),
            turns: Mutex::default(),
            nonce,
            now,
            meter: AuthorityMeter::new(),
        })
    }

    /// How long an answer without `nextUpdate` is used.
    pub fn age_max(&self) -> SignedDuration {
        self.config.age_max()
    }

    /// Whether there is one for certificates of this issuer.
    pub fn answer_for(&self, issuer: &Certificate) -> bool {
        self.responder(issuer).is_some()
    }

    /// Whether any responder answered the last question it was asked.
    pub fn any_answers(&self) -> bool {
        let mut all = self.all.iter();
        all.any(|responder| responder.answers.load(Ordering::Relaxed))
    }

    /// What is held about a certificate, fresh or not, ready to be asked.
    pub fn at_hand(&self, certificate: &Certificate, issuer: &Certificate) -> Ocsps {
        let mut one = Ocsps::new(self.config.age_max());
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = held.get(&certificate.sha256()) {
            one.insert(certificate, issuer, answer.clone());
        }
        one
    }

    /// Sees to it that an answer about the certificate is at hand that speaks for the instant `at`, if one can be
    /// had: from memory, from Redis, from the responder.
    pub async fn ask(&self, certificate: &Certificate, issuer: &Certificate, at: Timestamp) {
        let Some(responder) = self.responder(issuer) else {
            return;
        };
        let place = certificate.sha256();
        let turn = self.turn(place).await;
        let mut in_vain = turn.lock().await;
        let pause = Duration::from_millis(self.config.retry_ms);
        if !lacks(&self.at_hand(certificate, issuer), certificate, issuer, at)
            || in_vain.is_some_and(|last| last.elapsed() < pause)
        {
            return;
        }
        if self.take_from_cache(certificate, issuer, at).await {
            self.meter.shared(Asked::Ocsp);
            return;
        }
        let start = Instant::now();
        let asked = self.question(responder, certificate, issuer).await;
        self.meter
            .asked(Asked::Ocsp, asked.is_ok(), start.elapsed());
        responder.answers.store(asked.is_ok(), Ordering::Relaxed);
        match asked {
            Ok(answer) => {
                self.share(&place, &answer).await;
                self.hold(place, answer);
                *in_vain = None;
            }
            Err(error) => {
                let issuer = issuer.subject().printed();
                tracing::warn!(issuer, %error, "an OCSP responder gave no answer; the lists decide");
                *in_vain = Some(Instant::now());
            }
        }
    }

    /// Asks every responder about the certificate of its own authority, to see whether it is there: any answer
    /// that comes is a sign of life.
    pub async fn probe(&self) {
        for responder in &self.all {
            let issuer = &responder.source.issuer;
            let lives = !matches!(
                self.question(responder, issuer, issuer).await,
                Err(AskError::Fetch(_))
            );
            responder.answers.store(lives, Ordering::Relaxed);
        }
    }

    fn responder(&self, issuer: &Certificate) -> Option<&Responder> {
        let authority = issuer.authority();
        let mut all = self.all.iter();
        all.find(|responder| responder.source.issuer.authority() == authority)
    }

    async fn turn(&self, place: Place) -> Turn {
        let mut turns = self.turns.lock().await;
        if turns.len() >= self.config.answers_max {
            // Those that nobody waits for; a question may be asked once more for it.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(turns.entry(place).or_default())
    }

    async fn question(
        &self,
        responder: &Responder,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<Ocsp, AskError> {
        let source = &responder.source;
        let nonce = source.nonce.then(self.nonce);
        let question = ocsp::request(certificate, issuer, nonce.as_ref().map(Nonce::as_slice));
        let request = responder
            .client
            .post(&source.url)
            .header(header::CONTENT_TYPE, "application/ocsp-request")
            .header(header::ACCEPT, "application/ocsp-response")
            .body(question);
        let bytes = fetch(&responder.client, request, ocsp::RESPONSE_BYTES_MAX).await?;
        let answer = Ocsp::open(&bytes, certificate, issuer)?;
        if let Some(nonce) = nonce
            && answer.nonce() != Some(nonce.as_slice())
        {
            return Err(AskError::Nonce);
        }
        let now = (self.now)();
        if answer.this_update() > now + AHEAD_MAX {
            return Err(AskError::Future);
        }
        if self.left(&answer, now).is_negative() {
            return Err(AskError::Stale);
        }
        Ok(answer)
    }

    /// For how long the answer is still fresh.
    fn left(&self, answer: &Ocsp, now: Timestamp) -> SignedDuration {
        match answer.next_update() {
            Some(next) => next.duration_since(now),
            None => self.config.age_max() - now.duration_since(answer.this_update()),
        }
    }

    async fn take_from_cache(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: Timestamp,
    ) -> bool {
        let Some(cache) = &self.cache else {
            return false;
        };
        let place = certificate.sha256();
        let Some(bytes) = cache.get(Kind::Answer, &place).await else {
            return false;
        };
        match Ocsp::open(&bytes, certificate, issuer) {
            Ok(answer) => {
                self.hold(place, answer);
                !lacks(&self.at_hand(certificate, issuer), certificate, issuer, at)
            }
            Err(error) => {
                tracing::warn!(%error, "an answer in Redis is not usable");
                false
            }
        }
    }

    /// Lets other copies of this service have the answer while it is fresh.
    async fn share(&self, place: &Place, answer: &Ocsp) {
        let left = self.left(answer, (self.now)()).as_secs();
        if let Some(cache) = &self.cache
            && let Ok(seconds @ 1..) = u64::try_from(left)
        {
            cache.put(Kind::Answer, place, answer.der(), seconds).await;
        }
    }

    /// Holds an answer, unless a newer one is held.
    fn hold(&self, place: Place, answer: Ocsp) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= self.config.answers_max {
            let now = (self.now)();
            held.retain(|_, answer| !self.left(answer, now).is_negative());
            if held.len() >= self.config.answers_max {
                held.clear();
            }
        }
        let is_older = |earlier: &Ocsp| earlier.this_update() > answer.this_update();
        if !held.get(&place).is_some_and(is_older) {
            held.insert(place, answer);
        }
    }
}

/// Whether there is no answer, or none that speaks for the instant `at`.
pub fn lacks(
    answers: &Ocsps,
    certificate: &Certificate,
    issuer: &Certificate,
    at: Timestamp,
) -> bool {
    let said = answers.ask(certificate, issuer, at).status;
    matches!(said, Status::Unknown(Lack::Missing | Lack::Stale))
}

impl std::fmt::Debug for Responders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Responders")
            .field("all", &self.all)
            .finish_non_exhaustive()
    }
}

//! The revocation lists at hand (G1): fetched from configured addresses, checked, kept, and asked.
//!
//! Takes authorities with their addresses; gives a [`Crls`] that is swapped whole when a list changes. Lists
//! are fetched anew in the background and, when one is missing or stale, at once; one fetch per authority at a
//! time, and not again before `retry_ms`. A list that cannot be had leaves the one before in place: whether
//! that is still fresh enough is the verifier's question. No address is ever taken from a certificate.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Request, redirect};
use serde::Deserialize;
use signatures::{Certificate, Crl, CrlError, Crls, Freshness};
use telemetry::{
    propagation,
    span::{self, Side},
};
use tokio::{sync::Mutex, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

use crate::cache::Cache;

/// The `[lists]` section: how revocation lists are fetched and how old they may be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How often lists are fetched anew, seconds, 10 to 86,400. Default 600.
    pub refresh_s: u64,
    /// Pause after a fetch before the same list is fetched again on demand, milliseconds, 0 to 600,000.
    /// Default 2,000.
    pub retry_ms: u64,
    /// How long one fetch may take, milliseconds, 100 to 60,000; keep it below `handle_ms_max` of the lane.
    /// Default 3,000.
    pub timeout_ms: u64,
    /// Bytes of a list, at most, 1,024 to 134,217,728. Default 67,108,864 (64 MiB).
    pub bytes_max: usize,
    /// How long a list is used after its own `nextUpdate`, seconds, 0 to 604,800. Default 0.
    pub grace_s: u32,
    /// How old a list may be since its `thisUpdate`, whatever its own `nextUpdate`, seconds, 60 to
    /// 31,536,000. Default: its own word is enough.
    pub age_s_max: Option<u32>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            refresh_s: 600,
            retry_ms: 2_000,
            timeout_ms: 3_000,
            bytes_max: 64 * 1024 * 1024,
            grace_s: 0,
            age_s_max: None,
        }
    }
}

impl Config {
    /// Checks what parsing alone cannot; the message names the field.
    pub fn check(&self) -> Result<(), String> {
        for (field, value, low, high) in [
            ("refresh_s", self.refresh_s, 10, 86_400),
            ("retry_ms", self.retry_ms, 0, 600_000),
            ("timeout_ms", self.timeout_ms, 100, 60_000),
            ("bytes_max", self.bytes_max as u64, 1024, 134_217_728),
            ("grace_s", u64::from(self.grace_s), 0, 604_800),
            (
                "age_s_max",
                self.age_s_max.map_or(60, u64::from),
                60,
                31_536_000,
            ),
        ] {
            if !(low..=high).contains(&value) {
                return Err(format!(
                    "lists.{field}: {value} is not within {low} to {high}"
                ));
            }
        }
        Ok(())
    }

    fn freshness(&self) -> Freshness {
        let seconds = |s: u32| SignedDuration::from_secs(i64::from(s));
        Freshness {
            grace: seconds(self.grace_s),
            age_max: self.age_s_max.map(seconds),
        }
    }
}

/// Why a list could not be had.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("no answer: {0}")]
    Http(#[from] reqwest::Error),
    #[error("status {0}")]
    Status(u16),
    #[error("longer than lists.bytes_max")]
    TooLong,
    #[error("{0}")]
    Refused(#[from] CrlError),
    #[error("checking it broke off")]
    Broken,
}

/// One authority whose list we know where to find.
#[derive(Debug)]
struct Source {
    issuer: Certificate,
    url: String,
    /// When it was last tried; held while it is.
    tried: Mutex<Option<Instant>>,
}

/// The lists at hand.
#[derive(Debug)]
pub struct Lists {
    config: Config,
    sources: Vec<Source>,
    client: Client,
    cache: Option<Cache>,
    at_hand: RwLock<Arc<Crls>>,
}

impl Lists {
    /// No list is at hand yet. `sources` are authorities and the addresses of their lists.
    pub fn new(
        config: Config,
        sources: Vec<(Certificate, String)>,
        cache: Option<Cache>,
    ) -> reqwest::Result<Self> {
        let timeout = Duration::from_millis(config.timeout_ms);
        let client = Client::builder()
            .timeout(timeout)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .user_agent("kezek")
            .build()?;
        let sources = sources
            .into_iter()
            .map(|(issuer, url)| Source {
                issuer,
                url,
                tried: Mutex::new(None),
            })
            .collect();
        let at_hand = RwLock::new(Arc::new(Crls::new(config.freshness())));
        Ok(Self {
            config,
            sources,
            client,
            cache,
            at_hand,
        })
    }

    /// The lists as they are now.
    pub fn at_hand(&self) -> Arc<Crls> {
        Arc::clone(&self.at_hand.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether any list at all answers for the instant `at`. If none does, nothing can be verified.
    pub fn any_fresh(&self, at: Timestamp) -> bool {
        let (lists, freshness) = (self.at_hand(), self.config.freshness());
        self.sources.iter().any(|source| {
            lists
                .of(&source.issuer)
                .is_some_and(|list| freshness.accepts(list, at))
        })
    }

    /// Fetches the list of one authority, unless it was just tried. True if it is a configured one.
    pub async fn renew(&self, authority: &[u8; 32]) -> bool {
        let source = self
            .sources
            .iter()
            .find(|source| source.issuer.authority() == *authority);
        let Some(source) = source else { return false };
        self.renew_source(source).await;
        true
    }

    /// Fetches all lists, each unless it was just tried.
    pub async fn renew_all(&self) {
        for source in &self.sources {
            self.renew_source(source).await;
        }
    }

    /// Takes what Redis keeps, then fetches all lists now and every `refresh_s`, until `shutdown`.
    pub async fn keep_fresh(&self, shutdown: CancellationToken) {
        for source in &self.sources {
            self.take_from_cache(source).await;
        }
        let mut every = tokio::time::interval(Duration::from_secs(self.config.refresh_s));
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = every.tick() => self.renew_all().await,
            }
        }
    }

    async fn renew_source(&self, source: &Source) {
        let mut tried = source.tried.lock().await;
        let pause = Duration::from_millis(self.config.retry_ms);
        if tried.is_some_and(|last| last.elapsed() < pause) {
            return;
        }
        match self.fetch(source).await {
            Ok(bytes) => {
                if let Some(cache) = &self.cache {
                    cache.put(&source.issuer.authority(), &bytes).await;
                }
            }
            Err(error) => {
                let issuer = source.issuer.subject().printed();
                tracing::warn!(issuer, %error, "a revocation list cannot be had; the one before stays");
                self.take_from_cache(source).await;
            }
        }
        *tried = Some(Instant::now());
    }

    async fn fetch(&self, source: &Source) -> Result<Vec<u8>, FetchError> {
        let request = self.client.get(&source.url).build();
        let request = request.map_err(reqwest::Error::without_url)?;
        let url = request.url();
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default();
        let span = span::http_client(request.method(), host, port, url.as_str());
        let fetched = self.download(request, &span).instrument(span.clone()).await;
        let bytes = fetched.inspect_err(|_| span::failed(&span, "list-unavailable"))?;
        self.take(source, bytes).await
    }

    async fn download(&self, mut request: Request, span: &Span) -> Result<Vec<u8>, FetchError> {
        propagation::inject_http(span, request.headers_mut());
        let response = self.client.execute(request).await;
        let mut response = response.map_err(reqwest::Error::without_url)?;
        span::http_answered(span, Side::Client, response.status());
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(reqwest::Error::without_url)?
        {
            if bytes.len() + chunk.len() > self.config.bytes_max {
                return Err(FetchError::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    async fn take_from_cache(&self, source: &Source) {
        let Some(cache) = &self.cache else { return };
        if let Some(bytes) = cache.get(&source.issuer.authority()).await
            && let Err(error) = self.take(source, bytes).await
        {
            tracing::warn!(%error, "a revocation list in Redis is not usable");
        }
    }

    /// Checks a list and puts it in place, off the runtime's own threads: lists may be long.
    async fn take(&self, source: &Source, bytes: Vec<u8>) -> Result<Vec<u8>, FetchError> {
        let issuer = source.issuer.clone();
        let opening = tokio::task::spawn_blocking(move || {
            Crl::open(&bytes, &issuer).map(|list| (Arc::new(list), bytes))
        });
        let (list, bytes) = opening.await.map_err(|_| FetchError::Broken)??;
        let mut at_hand = self.at_hand.write().unwrap_or_else(PoisonError::into_inner);
        let mut lists = Crls::clone(&at_hand);
        lists.insert(list);
        *at_hand = Arc::new(lists);
        Ok(bytes)
    }
}

//! The revocation lists at hand (G1): fetched from configured addresses, checked, kept, and asked.
//!
//! Takes authorities with their addresses; gives a [`Crls`] that is swapped whole when a list changes. Lists
//! are fetched anew in the background and, when one is missing or stale, at once; one fetch per authority at a
//! time, and not again before `retry_ms`. A list that cannot be had leaves the one before in place: whether
//! that is still fresh enough is the verifier's question. Where an authority has an address for what changed
//! since its list, that is fetched along and brings the list up to date; without it the list stands alone. No
//! address is ever taken from a certificate.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use serde::Deserialize;
use signatures::{Certificate, Crl, CrlError, Crls, Delta, Freshness};
use telemetry::authority::{Asked, AuthorityMeter};
use tokio::{sync::Mutex, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::cache::{Cache, Kind};
use crate::fetch::{self, FetchError, fetch};

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

    pub fn freshness(&self) -> Freshness {
        let seconds = |s: u32| SignedDuration::from_secs(i64::from(s));
        Freshness {
            grace: seconds(self.grace_s),
            age_max: self.age_s_max.map(seconds),
        }
    }
}

/// Why a list could not be had.
#[derive(Debug, thiserror::Error)]
enum ListError {
    #[error("{0}")]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Refused(#[from] CrlError),
    #[error("there is no list that it changes")]
    NoList,
    #[error("checking it broke off")]
    Broken,
}

/// One authority whose list we know where to find.
#[derive(Debug)]
pub struct Source {
    pub issuer: Certificate,
    pub url: String,
    /// Where it tells what changed since its list.
    pub delta_url: Option<String>,
}

#[derive(Debug)]
struct Kept {
    source: Source,
    /// When it was last tried, and the list as it came; held while it is tried.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    tried: Option<Instant>,
    list: Option<Arc<Crl>>,
}

/// The lists at hand.
#[derive(Debug)]
pub struct Lists {
    config: Config,
    sources: Vec<Kept>,
    client: Client,
    cache: Option<Cache>,
    at_hand: RwLock<Arc<Crls>>,
    meter: AuthorityMeter,
}

impl Lists {
    /// No list is at hand yet. `sources` are authorities and the addresses of their lists.
    pub fn new(
        config: Config,
        sources: Vec<Source>,
        cache: Option<Cache>,
    ) -> reqwest::Result<Self> {
        let client = fetch::client(Duration::from_millis(config.timeout_ms))?;
        let sources = sources.into_iter().map(|source| Kept {
            source,
            state: Mutex::default(),
        });
        let at_hand = RwLock::new(Arc::new(Crls::new(config.freshness())));
        Ok(Self {
            sources: sources.collect(),
            config,
            client,
            cache,
            at_hand,
            meter: AuthorityMeter::new(),
        })
    }

    /// The lists as they are now.
    pub fn at_hand(&self) -> Arc<Crls> {
        Arc::clone(&self.at_hand.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How old these lists may be.
    pub fn freshness(&self) -> Freshness {
        self.config.freshness()
    }

    /// Whether any list at all answers for the instant `at`. If none does, nothing can be verified.
    pub fn any_fresh(&self, at: Timestamp) -> bool {
        let (lists, freshness) = (self.at_hand(), self.config.freshness());
        self.sources.iter().any(|kept| {
            lists
                .of(&kept.source.issuer)
                .is_some_and(|list| freshness.accepts(list, at))
        })
    }

    /// Fetches the list of one authority, unless it was just tried. True if it is a configured one.
    pub async fn renew(&self, authority: &[u8; 32]) -> bool {
        let kept = self
            .sources
            .iter()
            .find(|kept| kept.source.issuer.authority() == *authority);
        let Some(kept) = kept else { return false };
        self.renew_one(kept).await;
        true
    }

    /// Fetches all lists, each unless it was just tried.
    pub async fn renew_all(&self) {
        for kept in &self.sources {
            self.renew_one(kept).await;
        }
    }

    /// Takes what Redis keeps, then fetches all lists now and every `refresh_s`, until `shutdown`.
    pub async fn keep_fresh(&self, shutdown: CancellationToken) {
        for kept in &self.sources {
            let mut state = kept.state.lock().await;
            self.take_shared_list(&kept.source, &mut state).await;
            self.take_shared_changes(&kept.source, &state).await;
        }
        let mut every = tokio::time::interval(Duration::from_secs(self.config.refresh_s));
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = every.tick() => self.renew_all().await,
            }
        }
    }

    async fn renew_one(&self, kept: &Kept) {
        let (source, mut state) = (&kept.source, kept.state.lock().await);
        let pause = Duration::from_millis(self.config.retry_ms);
        if state.tried.is_some_and(|last| last.elapsed() < pause) {
            return;
        }
        let start = Instant::now();
        let taken = match self.fetch(&source.url).await {
            Ok(bytes) => self.take(source, &mut state, bytes).await,
            Err(error) => Err(error.into()),
        };
        self.meter
            .asked(Asked::List, taken.is_ok(), start.elapsed());
        if !self.share(Kind::List, source, taken).await {
            self.take_shared_list(source, &mut state).await;
        }
        if let Some(url) = &source.delta_url {
            let start = Instant::now();
            let taken = match self.fetch(url).await {
                Ok(bytes) => self.take_delta(source, &state, bytes).await,
                Err(error) => Err(error.into()),
            };
            self.meter
                .asked(Asked::Changes, taken.is_ok(), start.elapsed());
            if !self.share(Kind::Delta, source, taken).await {
                self.take_shared_changes(source, &state).await;
            }
        }
        state.tried = Some(Instant::now());
    }

    async fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        fetch(&self.client, self.client.get(url), self.config.bytes_max).await
    }

    /// Lets other copies of this service have what was taken, or says why nothing was.
    async fn share(
        &self,
        kind: Kind,
        source: &Source,
        taken: Result<Arc<[u8]>, ListError>,
    ) -> bool {
        match taken {
            Ok(bytes) => {
                if let Some(cache) = &self.cache {
                    let authority = source.issuer.authority();
                    cache.put(kind, &authority, &bytes, u64::MAX).await;
                }
                true
            }
            Err(error) => {
                let issuer = source.issuer.subject().printed();
                let what = kind.as_str();
                tracing::warn!(issuer, what, %error, "a list cannot be had; the one before stays");
                false
            }
        }
    }

    /// What another copy of this service fetched.
    async fn take_shared_list(&self, source: &Source, state: &mut State) {
        let Some(cache) = &self.cache else { return };
        let authority = source.issuer.authority();
        if let Some(bytes) = cache.get(Kind::List, &authority).await {
            match self.take(source, state, bytes).await {
                Ok(_) => self.meter.shared(Asked::List),
                Err(error) => tracing::warn!(%error, "a revocation list in Redis is not usable"),
            }
        }
    }

    /// The same of what changed since a list, where an address for it is configured.
    async fn take_shared_changes(&self, source: &Source, state: &State) {
        let Some(cache) = &self.cache else { return };
        let authority = source.issuer.authority();
        if source.delta_url.is_some()
            && let Some(bytes) = cache.get(Kind::Delta, &authority).await
        {
            match self.take_delta(source, state, bytes).await {
                Ok(_) => self.meter.shared(Asked::Changes),
                Err(error) => {
                    tracing::warn!(%error, "changes to a revocation list in Redis are not usable");
                }
            }
        }
    }

    /// Checks a list and puts it in place, off the runtime's own threads: lists may be long.
    async fn take(
        &self,
        source: &Source,
        state: &mut State,
        bytes: Vec<u8>,
    ) -> Result<Arc<[u8]>, ListError> {
        let issuer = source.issuer.clone();
        let opening = tokio::task::spawn_blocking(move || Crl::open(&bytes, &issuer));
        let list = Arc::new(opening.await.map_err(|_| ListError::Broken)??);
        let is_newer = |earlier: &Arc<Crl>| earlier.this_update() <= list.this_update();
        if state.list.as_ref().is_none_or(is_newer) {
            state.list = Some(Arc::clone(&list));
        }
        let der = Arc::clone(list.der());
        self.put(list);
        Ok(der)
    }

    /// Checks changes and puts the list that they bring up to date in place.
    async fn take_delta(
        &self,
        source: &Source,
        state: &State,
        bytes: Vec<u8>,
    ) -> Result<Arc<[u8]>, ListError> {
        let list = state.list.clone().ok_or(ListError::NoList)?;
        let issuer = source.issuer.clone();
        let opening = tokio::task::spawn_blocking(move || {
            let delta = Delta::open(&bytes, &issuer)?;
            let changed = list.with_delta(&delta)?;
            Ok::<_, CrlError>((Arc::new(changed), Arc::clone(delta.der())))
        });
        let (list, der) = opening.await.map_err(|_| ListError::Broken)??;
        self.put(list);
        Ok(der)
    }

    fn put(&self, list: Arc<Crl>) {
        let mut at_hand = self.at_hand.write().unwrap_or_else(PoisonError::into_inner);
        let mut lists = Crls::clone(&at_hand);
        lists.insert(list);
        *at_hand = Arc::new(lists);
    }
}

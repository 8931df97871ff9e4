//! Timestamps over the signatures of a message (RFC 3161): obtained as it comes in, so that they stay verifiable
//! after the signers' certificates expire.
//!
//! Takes the bytes of a signature as they came; gives a token over them that was checked, or says why there is
//! none. Only a token that holds travels: its way to one of the configured authorities, its nonce, policy and time
//! are checked here already, so that a mistaken authority spoils no message.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Request, header, redirect};
use serde::Deserialize;
use signatures::{
    Certificate, Token, Trust, TspError,
    algorithm::{Digest, SHA256, SHA512, STREEBOG_512},
    oid,
    tsp::{self, TOKEN_BYTES_MAX},
};
use telemetry::{
    authority::{Asked, AuthorityMeter},
    propagation,
    span::{self, Side},
};
use tracing::{Instrument as _, Span};

/// The authority's clock and ours may differ by so much.
const APART_MAX: SignedDuration = SignedDuration::from_mins(5);

/// The `[tsa]` section: where timestamps are obtained.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `http://…` or `https://…`.
    pub url: String,
    /// Certificates of the authorities that the token's signer must lead to, PEM or DER; the self-issued are
    /// anchors.
    pub authorities: Vec<PathBuf>,
    /// How long one token may take, milliseconds, 50 to 30,000. Default 1,500.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    /// The policy to ask for, dotted, for example `1.2.398.3.3.2.6.4`. Default: the authority's own.
    #[serde(default)]
    pub policy: Option<String>,
    /// The digest of what is stamped; policies of the national authority want one of their own. Default `sha-256`.
    #[serde(default)]
    pub digest: Imprint,
    /// Take no message without a timestamp over each of its signatures. Default false: it is taken all the same.
    #[serde(default)]
    pub required: bool,
}

/// A digest, by the name it has in the configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Imprint {
    #[default]
    #[serde(rename = "sha-256")]
    Sha256,
    #[serde(rename = "sha-512")]
    Sha512,
    #[serde(rename = "streebog-512")]
    Streebog512,
}

/// Why there is no timestamp.
#[derive(Debug, thiserror::Error)]
pub enum Away {
    #[error("no answer: {0}")]
    Http(#[from] reqwest::Error),
    #[error("status {0}")]
    Status(u16),
    #[error("a longer answer than a token needs")]
    TooLong,
    #[error("{0}")]
    Refused(#[from] TspError),
    #[error("the token is not the one asked for: it has another {0}")]
    Other(&'static str),
}

/// Gives timestamps.
#[async_trait]
pub trait Stamps: Send + Sync {
    /// A token over these bytes.
    async fn over(&self, bytes: &[u8]) -> Result<Vec<u8>, Away>;
}

/// A time-stamping authority.
pub struct OfAuthority {
    client: Client,
    url: String,
    trust: Trust,
    policy: Option<Vec<u8>>,
    digest: &'static Digest,
    nonce: fn() -> [u8; 8],
    clock: fn() -> Timestamp,
    meter: AuthorityMeter,
}

fn timeout_ms() -> u64 {
    1_500
}

impl Imprint {
    fn digest(self) -> &'static Digest {
        match self {
            Self::Sha256 => &SHA256,
            Self::Sha512 => &SHA512,
            Self::Streebog512 => &STREEBOG_512,
        }
    }
}

impl Config {
    /// Checks what parsing alone cannot; the message names the field.
    pub fn check(&self) -> Result<()> {
        let web = self.url.starts_with("http://") || self.url.starts_with("https://");
        ensure!(web, "tsa.url: must begin with http:// or https://");
        ensure!(
            !self.authorities.is_empty(),
            "tsa.authorities: must name a file"
        );
        ensure!(
            (50..=30_000).contains(&self.timeout_ms),
            "tsa.timeout_ms: {} is not within 50 to 30000",
            self.timeout_ms
        );
        self.policy_oid().map(drop)
    }

    fn policy_oid(&self) -> Result<Option<Vec<u8>>> {
        let parsed = self.policy.as_ref().map(|dotted| {
            oid::parse(dotted)
                .with_context(|| format!("tsa.policy: `{dotted}` is not an object identifier"))
        });
        parsed.transpose()
    }
}

// === impl OfAuthority ===

impl OfAuthority {
    /// Reads the authorities' certificates; the authority itself need not be there yet.
    pub fn open(config: &Config, clock: fn() -> Timestamp) -> Result<Self> {
        let mut certificates = Vec::new();
        for path in &config.authorities {
            let unusable = || format!("tsa.authorities: {}", path.display());
            let bytes = std::fs::read(path).with_context(unusable)?;
            certificates.extend(Certificate::all_in_file(&bytes).with_context(unusable)?);
        }
        let trust = Trust::of(certificates).context("tsa.authorities")?;
        ensure!(
            !trust.anchors().is_empty(),
            "tsa.authorities: none is self-issued, so there is nothing to trust"
        );
        let client = Client::builder()
            .timeout(Duration::from_millis(config.timeout_ms))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .user_agent("kezek")
            .build()?;
        Ok(Self {
            client,
            url: config.url.clone(),
            trust,
            policy: config.policy_oid()?,
            digest: config.digest.digest(),
            nonce: rand::random,
            clock,
            meter: AuthorityMeter::new(),
        })
    }

    async fn ask(&self, question: Vec<u8>) -> Result<Vec<u8>, Away> {
        let request = self
            .client
            .post(&self.url)
            .header(header::CONTENT_TYPE, "application/timestamp-query")
            .header(header::ACCEPT, "application/timestamp-reply")
            .body(question)
            .build()
            .map_err(reqwest::Error::without_url)?;
        let url = request.url();
        let (host, port) = (
            url.host_str().unwrap_or_default(),
            url.port_or_known_default(),
        );
        let span = span::http_client(request.method(), host, port, url.as_str());
        let answer = self.exchange(request, &span).instrument(span.clone()).await;
        answer.inspect_err(|_| span::failed(&span, "timestamp-unavailable"))
    }

    async fn exchange(&self, mut request: Request, span: &Span) -> Result<Vec<u8>, Away> {
        propagation::inject_http(span, request.headers_mut());
        let response = self.client.execute(request).await;
        let mut response = response.map_err(reqwest::Error::without_url)?;
        span::http_answered(span, Side::Client, response.status());
        if !response.status().is_success() {
            return Err(Away::Status(response.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(reqwest::Error::without_url)?
        {
            if bytes.len() + chunk.len() > TOKEN_BYTES_MAX {
                return Err(Away::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

#[async_trait]
impl Stamps for OfAuthority {
    async fn over(&self, bytes: &[u8]) -> Result<Vec<u8>, Away> {
        let start = Instant::now();
        let token = self.token(bytes).await;
        let (is_good, took) = (token.is_ok(), start.elapsed());
        self.meter.asked(Asked::Timestamp, is_good, took);
        token
    }
}

impl OfAuthority {
    /// A token that was checked.
    async fn token(&self, bytes: &[u8]) -> Result<Vec<u8>, Away> {
        let mut nonce = (self.nonce)();
        // A number without leading zeros comes back as it was sent.
        nonce[0] |= 1;
        let question = tsp::request(self.digest, bytes, self.policy.as_deref(), Some(&nonce));
        let answer = self.ask(question).await?;
        let token = Token::open(tsp::granted(&answer)?, bytes, &self.trust)?;
        if token.nonce() != Some(nonce.as_slice()) {
            return Err(Away::Other("nonce"));
        }
        if self
            .policy
            .as_deref()
            .is_some_and(|policy| policy != token.policy())
        {
            return Err(Away::Other("policy"));
        }
        if token.at().duration_since((self.clock)()).abs() > APART_MAX {
            return Err(Away::Other("time than it is"));
        }
        Ok(token.der().to_vec())
    }
}

impl std::fmt::Debug for OfAuthority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OfAuthority").finish_non_exhaustive()
    }
}

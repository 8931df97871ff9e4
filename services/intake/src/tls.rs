//! Who is at the door: TLS 1.2 and 1.3 with client certificates (X14, sre.md row 37).
//!
//! A certificate that is presented is verified against the configured authorities, and, if revocation lists
//! are given, against them; a bad one ends the handshake. Who presents none comes in as nobody, and is told
//! so by a problem. The DNS names of the certificate reach the request as [`Peer`]. Files that change on
//! disk are read again; unreadable ones change nothing.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, Result, bail};
use axum::{Extension, middleware::AddExtension};
use axum_server::{
    accept::Accept,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use futures::future::BoxFuture;
use rustls::{
    RootCertStore, ServerConfig,
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use rustls_pki_types::{
    CertificateDer, CertificateRevocationListDer, PrivateKeyDer, pem::PemObject,
};
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::server::TlsStream;
use tower::Layer as _;

/// The `[tls]` section: PEM files. All are read again when one of them changes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Our certificate, followed by those between it and its root.
    pub certificate: PathBuf,
    /// Its private key (PKCS#8, PKCS#1 or SEC1).
    pub key: PathBuf,
    /// Authorities that issue the certificates of participants.
    pub client_authorities: Vec<PathBuf>,
    /// Revocation lists of those authorities. Default: none, and revocation is not asked about.
    #[serde(default)]
    pub client_revocations: Vec<PathBuf>,
    /// Pause between looks at the files, seconds, 1 to 86,400. Default 30.
    #[serde(default = "reload_s")]
    pub reload_s: u64,
}

fn reload_s() -> u64 {
    30
}

impl Config {
    /// Checks what parsing alone cannot; the files themselves are read by [`server_config`].
    pub fn check(&self) -> Result<()> {
        if self.client_authorities.is_empty() {
            bail!("tls.client_authorities: must name at least one file");
        }
        if !(1..=86_400).contains(&self.reload_s) {
            bail!("tls.reload_s: {} is not within 1 to 86400", self.reload_s);
        }
        Ok(())
    }

    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.certificate, &self.key]
            .into_iter()
            .chain(&self.client_authorities)
            .chain(&self.client_revocations)
    }

    /// When each file was last changed; `None` for one that is not there.
    fn changed_at(&self) -> Vec<Option<SystemTime>> {
        self.files()
            .map(|path| path.metadata().and_then(|m| m.modified()).ok())
            .collect()
    }
}

/// The DNS names (subjectAltName, RFC 5280 4.2.1.6) of the certificate at the other end; none without one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peer(pub Arc<[String]>);

/// Reads the files and makes the TLS side of the server of them.
pub fn server_config(config: &Config) -> Result<Arc<ServerConfig>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::from_pem_file(&config.key)
        .with_context(|| format!("read the key {}", config.key.display()))?;
    let certificates = pem_file::<CertificateDer<'static>>(&config.certificate)?;
    let mut tls = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(client_verifier(config, provider)?)
        .with_single_cert(certificates, key)
        .with_context(|| format!("use the certificate {}", config.certificate.display()))?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(tls))
}

fn client_verifier(
    config: &Config,
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>> {
    let mut roots = RootCertStore::empty();
    for path in &config.client_authorities {
        for certificate in pem_file::<CertificateDer<'static>>(path)? {
            roots
                .add(certificate)
                .with_context(|| format!("trust {}", path.display()))?;
        }
    }
    let mut lists = Vec::new();
    for path in &config.client_revocations {
        lists.extend(pem_file::<CertificateRevocationListDer<'static>>(path)?);
    }
    let mut verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .allow_unauthenticated();
    if !lists.is_empty() {
        verifier = verifier.with_crls(lists).only_check_end_entity_revocation();
    }
    Ok(verifier.build()?)
}

fn pem_file<T: PemObject>(path: &Path) -> Result<Vec<T>> {
    let read =
        || -> Result<Vec<T>, rustls_pki_types::pem::Error> { T::pem_file_iter(path)?.collect() };
    let items = read().with_context(|| format!("read {}", path.display()))?;
    if items.is_empty() {
        bail!("{}: holds nothing of what is looked for", path.display());
    }
    Ok(items)
}

/// Puts changed files into `serving`, for ever.
pub async fn keep_fresh(config: Config, serving: RustlsConfig) {
    let mut known = config.changed_at();
    loop {
        tokio::time::sleep(Duration::from_secs(config.reload_s)).await;
        let now = config.changed_at();
        if now == known {
            continue;
        }
        known = now;
        match server_config(&config) {
            Ok(tls) => {
                serving.reload_from_config(tls);
                tracing::info!("the changed TLS files are in use");
            }
            Err(error) => {
                let error = format!("{error:#}");
                tracing::warn!(
                    error,
                    "the changed TLS files cannot be used; the old ones stay"
                );
            }
        }
    }
}

/// Does the handshake and tells the request who is at the other end.
#[derive(Debug, Clone)]
pub struct PeerAcceptor {
    inner: RustlsAcceptor,
}

impl PeerAcceptor {
    /// An acceptor whose handshakes may take `handshake_max`.
    pub fn new(serving: RustlsConfig, handshake_max: Duration) -> Self {
        Self {
            inner: RustlsAcceptor::new(serving).handshake_timeout(handshake_max),
        }
    }
}

impl<I, S> Accept<I, S> for PeerAcceptor
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Send + 'static,
{
    type Stream = TlsStream<I>;
    type Service = AddExtension<S, Peer>;
    type Future = BoxFuture<'static, io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let handshake = self.inner.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = handshake.await?;
            let presented = stream
                .get_ref()
                .1
                .peer_certificates()
                .and_then(<[_]>::first);
            let peer = presented.map(|der| names_of(der)).unwrap_or_default();
            Ok((stream, Extension(peer).layer(service)))
        })
    }
}

/// The names in a certificate that the handshake has verified; none if it cannot be read.
fn names_of(der: &[u8]) -> Peer {
    let certificate = signatures::Certificate::parse(der);
    Peer(
        certificate
            .map(|c| c.extensions().dns_names.clone())
            .unwrap_or_default()
            .into(),
    )
}

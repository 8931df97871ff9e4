//! Who comes in by the gateway's channels: by client certificate, by sender id and password, or both; and how his
//! messages are signed.
//!
//! In: what a request says of its sender and what TLS says. Out: the participant and the guard of his channel. A
//! password that was right once is known again by a keyed hash in memory, so that only the first try costs a core
//! its 20 ms; wrong ones wait for their turn.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use anyhow::{Context as _, Result, ensure};
use fault::{channel::SENDER_UNKNOWN, door::NOT_AUTHENTICATED, inside};
use gateway::{
    Naming,
    security::{Guard, Security},
    types::{Password, SenderInfo},
};
use message::ParticipantId;
use participants::{Gateway, Participant, Participants, PasswordHash};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use signatures::{Certificate, sign::Identity};
use tokio::sync::Semaphore;

use crate::{checks, problem::Problem, tls::Peer};

/// Passwords that are hashed at the same time.
const HASHING_MAX: usize = 2;

/// The `[soap]` section: what we are on the gateway's channels.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What we write as `senderId`. Default `kezek`.
    #[serde(default = "sender_id")]
    pub sender_id: String,
    /// PEM or DER: the certificate that our messages are signed with. Needed where a participant's `security` is
    /// not `off`.
    pub certificate: Option<PathBuf>,
    /// PEM, PKCS #8: its key.
    pub key: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            sender_id: sender_id(),
            certificate: None,
            key: None,
        }
    }
}

fn sender_id() -> String {
    "kezek".to_owned()
}

/// The systems of all participants that come in by the channels.
pub struct Systems {
    pub sender_id: String,
    guards: BTreeMap<ParticipantId, Guard>,
    /// Passwords that were right, as hashes under a key of this process.
    known: Mutex<BTreeMap<ParticipantId, [u8; 32]>>,
    key: [u8; 32],
    hashing: Arc<Semaphore>,
}

/// Who it is.
pub struct Known<'a> {
    pub participant: &'a Participant,
    pub gateway: &'a Gateway,
    pub guard: &'a Guard,
}

impl Systems {
    /// Reads the certificates that `participants` name, and our own.
    pub fn open(config: &Config, participants: &Participants) -> Result<Self> {
        ensure!(
            config.certificate.is_some() == config.key.is_some(),
            "soap.certificate and soap.key go together"
        );
        let mut guards = BTreeMap::new();
        for participant in participants.iter() {
            if let Some(gateway) = &participant.gateway {
                let guard = guard(config, gateway)
                    .with_context(|| format!("participant `{}`: gateway", participant.id))?;
                guards.insert(participant.id.clone(), guard);
            }
        }
        Ok(Self {
            sender_id: config.sender_id.clone(),
            guards,
            known: Mutex::default(),
            key: rand::random(),
            hashing: Arc::new(Semaphore::new(HASHING_MAX)),
        })
    }

    /// Who sends, as `said` and `peer` say; fails where they say nothing, something wrong, or two things.
    pub async fn know<'a>(
        &'a self,
        said: Option<&SenderInfo>,
        peer: &Peer,
        participants: &'a Participants,
    ) -> Result<Known<'a>, Problem> {
        let unknown = || Problem::new(&SENDER_UNKNOWN, "").at("sender.senderId");
        let named = said.map(|said| participants.by_sender_id(&said.sender_id));
        let participant = match (named, peer.0.is_empty()) {
            (Some(None), _) => return Err(unknown()),
            (Some(Some(named)), true) => {
                self.check(named, said.and_then(|said| said.password.as_ref()))
                    .await?;
                named
            }
            (named, false) => {
                let certified = checks::authenticated(peer, participants)?;
                if let Some(Some(named)) = named {
                    if named.id != certified.id {
                        let detail = "the client certificate is that of another participant";
                        return Err(Problem::new(&SENDER_UNKNOWN, detail).at("sender.senderId"));
                    }
                    if let Some(password) = said.and_then(|said| said.password.as_ref()) {
                        self.check(named, Some(password)).await?;
                    }
                }
                certified
            }
            (None, true) => {
                let detail = "neither a sender nor a client certificate was given";
                return Err(Problem::new(&NOT_AUTHENTICATED, detail));
            }
        };
        let (Some(gateway), Some(guard)) = (&participant.gateway, self.guards.get(&participant.id))
        else {
            let detail = "the participant has no `[participants.gateway]`";
            return Err(Problem::new(&SENDER_UNKNOWN, detail));
        };
        Ok(Known {
            participant,
            gateway,
            guard,
        })
    }

    /// Whether the password is that of the participant. One that has none must present its certificate.
    async fn check(
        &self,
        participant: &Participant,
        password: Option<&Password>,
    ) -> Result<(), Problem> {
        let wrong = || Problem::new(&SENDER_UNKNOWN, "").at("sender.password");
        let gateway = participant.gateway.as_ref();
        let hash = gateway.and_then(|gateway| gateway.password_hash.as_ref());
        let (Some(hash), Some(password)) = (hash, password) else {
            return Err(wrong());
        };
        let keyed = self.keyed(password);
        let was_right = {
            let known = self.known.lock().map_err(|_| internal())?;
            known.get(&participant.id) == Some(&keyed)
        };
        if was_right {
            return Ok(());
        }
        if !self.hashes_to(password, hash).await? {
            return Err(wrong());
        }
        let mut known = self.known.lock().map_err(|_| internal())?;
        known.insert(participant.id.clone(), keyed);
        Ok(())
    }

    async fn hashes_to(&self, password: &Password, hash: &PasswordHash) -> Result<bool, Problem> {
        let _turn = self.hashing.acquire().await.map_err(|_| internal())?;
        let (password, hash) = (password.clone(), hash.clone());
        let checking = tokio::task::spawn_blocking(move || hash.is_of(password.reveal()));
        checking.await.map_err(|_| internal())
    }

    fn keyed(&self, password: &Password) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.key);
        hasher.update(password.reveal().as_bytes());
        // The key once more, so that nothing can be appended.
        hasher.update(self.key);
        hasher.finalize().into()
    }
}

fn internal() -> Problem {
    Problem::new(&inside::INTERNAL, "")
}

fn guard(config: &Config, gateway: &Gateway) -> Result<Guard> {
    let security = match gateway.security {
        participants::Security::Off => return Ok(Guard::off()),
        participants::Security::Signed => Security::Signed,
        participants::Security::Required => Security::Required,
    };
    let (Some(certificate), Some(key)) = (&config.certificate, &config.key) else {
        anyhow::bail!("`security` is not `off`, so soap.certificate and soap.key are needed");
    };
    let mut theirs = Vec::new();
    for path in &gateway.certificates {
        theirs.extend(certificates(path)?);
    }
    let ours = (identity(certificate, key)?, Naming::KeyIdentifier);
    Ok(Guard::new(security, Some(ours), theirs)?)
}

fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let bytes = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let found = Certificate::all_in_file(&bytes)
        .with_context(|| format!("{}: holds no certificate", path.display()))?;
    ensure!(
        !found.is_empty(),
        "{}: holds no certificate",
        path.display()
    );
    Ok(found)
}

fn identity(certificate: &Path, key: &Path) -> Result<Identity> {
    let mut found = certificates(certificate)?.into_iter();
    let own = found.next().context("soap.certificate")?;
    let key_der =
        PrivateKeyDer::from_pem_file(key).with_context(|| format!("read {}", key.display()))?;
    let identity = Identity::new(own.der(), key_der.secret_der(), found.collect());
    identity.with_context(|| format!("use the key {}", key.display()))
}

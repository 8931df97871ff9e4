//! Settings of every adapter that speaks over the channels, checked before anything is opened.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use outside::{BadSettings, HttpSettings, Peer};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
use serde::{Deserialize, de::DeserializeOwned};
use signatures::Certificate;
use signatures::sign::Identity;

use super::{Client, Named};
use crate::security::{Guard, Security, Unguarded};
use crate::types::{Password, SenderInfo};
use crate::{Limits, Naming};

/// What both channels need to know.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the channel is, for example `https://bip.example.kz/bip-sync-wss-gost/`.
    pub endpoint: String,
    /// How long one exchange may take, milliseconds, 10 to 300,000. Default 5,000.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    /// The longest answer that is read, bytes, 16 to 67,108,864. Default 1,048,576.
    #[serde(default = "answer_bytes_max")]
    pub answer_bytes_max: usize,
    /// A PEM file with the only certification authorities trusted for TLS. Default: those of the machine.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// `serviceId`: what the channel calls the service, 1 to 128 characters.
    pub service_id: String,
    /// `routeId`. Default: none is sent.
    #[serde(default)]
    pub route_id: Option<String>,
    /// `senderId`: what the channel calls us, 1 to 128 characters.
    pub sender_id: String,
    /// A file with our password on the channel, read at start. Default: none is sent.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// `off`, `signed` or `required`: what WS-Security must be there. Default `off`.
    #[serde(default = "off")]
    pub security: String,
    /// PEM or DER: the certificate we sign the transport with.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// PEM, PKCS #8: its key.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// How our signature names the certificate: `key-identifier`, `issuer-serial` or `binary-security-token`.
    /// Default `key-identifier`.
    #[serde(default = "key_identifier")]
    pub naming: String,
    /// PEM or DER: the certificates that the other side may sign with, its next one beside the present one.
    #[serde(default)]
    pub peer_certificates: Vec<PathBuf>,
}

fn timeout_ms() -> u64 {
    5_000
}
fn answer_bytes_max() -> usize {
    1_048_576
}
fn off() -> String {
    "off".to_owned()
}
fn key_identifier() -> String {
    "key-identifier".to_owned()
}

impl Settings {
    /// Reads these settings and those that an adapter has of its own, which are the fields named in `own`.
    pub fn beside<T: DeserializeOwned>(
        table: &toml::Table,
        own: &[&str],
    ) -> Result<(Self, T), BadSettings> {
        let (theirs, ours) = table
            .clone()
            .into_iter()
            .partition(|(field, _)| own.contains(&field.as_str()));
        Ok((outside::read(&ours)?, outside::read(&theirs)?))
    }

    /// Makes the client. Opens no connection.
    pub fn client(&self, named: Named, clock: fn() -> Timestamp) -> Result<Client, BadSettings> {
        let http = HttpSettings {
            endpoint: self.endpoint.clone(),
            timeout_ms: self.timeout_ms,
            answer_bytes_max: self.answer_bytes_max,
            token_file: None,
            ca_file: self.ca_file.clone(),
        };
        let peer = Peer::new(&http, named.words)?;
        id("service_id", &self.service_id)?;
        id("sender_id", &self.sender_id)?;
        if let Some(route) = &self.route_id {
            id("route_id", route)?;
        }
        let password = self.password_file.as_deref().map(password).transpose()?;
        Ok(Client {
            peer,
            guard: self.guard()?,
            sender: SenderInfo {
                sender_id: self.sender_id.clone(),
                password,
            },
            named,
            limits: Limits {
                bytes_max: self.answer_bytes_max,
                ..Limits::default()
            },
            clock,
        })
    }

    fn guard(&self) -> Result<Guard, BadSettings> {
        let bad = |field: &str, problem: &str| BadSettings::new(field, problem);
        let security = Security::of(&self.security)
            .ok_or_else(|| bad("security", "must be off, signed or required"))?;
        let naming = match self.naming.as_str() {
            "key-identifier" => Naming::KeyIdentifier,
            "issuer-serial" => Naming::IssuerSerial,
            "binary-security-token" => Naming::BinarySecurityToken,
            _ => {
                let known = "must be key-identifier, issuer-serial or binary-security-token";
                return Err(bad("naming", known));
            }
        };
        let ours = match (&self.certificate_file, &self.key_file) {
            (Some(certificate), Some(key)) => Some((identity(certificate, key)?, naming)),
            (None, None) => None,
            (Some(_), None) => return Err(bad("key_file", "is needed with `certificate_file`")),
            (None, Some(_)) => return Err(bad("certificate_file", "is needed with `key_file`")),
        };
        let mut theirs = Vec::new();
        for path in &self.peer_certificates {
            theirs.extend(certificates("peer_certificates", path)?);
        }
        Guard::new(security, ours, theirs).map_err(|lacking| match lacking {
            Unguarded::NoIdentity => bad("certificate_file", &lacking.to_string()),
            Unguarded::NoCertificates => bad("peer_certificates", &lacking.to_string()),
        })
    }
}

fn id(field: &str, value: &str) -> Result<(), BadSettings> {
    let fits = (1..=128).contains(&value.chars().count()) && !value.chars().any(char::is_control);
    if fits && value.trim() == value {
        Ok(())
    } else {
        let problem = "must be 1 to 128 characters without white space around";
        Err(BadSettings::new(field, problem))
    }
}

fn bytes(field: &str, path: &Path) -> Result<Vec<u8>, BadSettings> {
    std::fs::read(path).map_err(|error| {
        let problem = format!("cannot read {}: {}", path.display(), error.kind());
        BadSettings::new(field, problem)
    })
}

fn password(path: &Path) -> Result<Password, BadSettings> {
    let field = "password_file";
    let text = String::from_utf8(bytes(field, path)?)
        .map_err(|_| BadSettings::new(field, "is not UTF-8"))?;
    Ok(Password::new(text.trim_end_matches(['\r', '\n'])))
}

fn certificates(field: &str, path: &Path) -> Result<Vec<Certificate>, BadSettings> {
    match Certificate::all_in_file(&bytes(field, path)?) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(BadSettings::new(
            field,
            "holds no certificate that can be read",
        )),
    }
}

fn identity(certificate: &Path, key: &Path) -> Result<Identity, BadSettings> {
    let field = "certificate_file";
    let mut found = certificates(field, certificate)?.into_iter();
    let own = found.next();
    let own = own.ok_or_else(|| BadSettings::new(field, "holds no certificate"))?;
    let pem = bytes("key_file", key)?;
    let key = PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_| BadSettings::new("key_file", "holds no PEM key"))?;
    Identity::new(own.der(), key.secret_der(), found.collect())
        .map_err(|error| BadSettings::new("key_file", error.to_string()))
}

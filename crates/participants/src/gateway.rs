//! How a participant's system comes in by the channels of the e-government gateway (SOAP): under which name, with
//! which password, with which signatures around its messages.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc},
};
use message::ServiceCode;
use serde::Deserialize;

/// The `[participants.gateway]` section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// What the system writes as `senderId`.
    pub sender_id: String,
    /// Of the password that it writes beside. Absent: it has none, and must present its client certificate.
    pub password_hash: Option<PasswordHash>,
    /// Signatures around messages (WS-Security).
    pub security: Security,
    /// Certificates that its messages are signed with, PEM or DER. Exactly where `security` is not `off`.
    #[serde(default)]
    pub certificates: Vec<PathBuf>,
    /// Its words for our services: what it writes as `serviceId`, and our service. A service that is not named
    /// here is called by its code.
    #[serde(default)]
    pub service_ids: BTreeMap<String, ServiceCode>,
}

/// Whether the messages of a channel carry a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Neither side signs.
    Off,
    /// We sign; what comes may be signed, and must then be signed well.
    Signed,
    /// Both sides sign.
    Required,
}

/// A password, hashed with Argon2id, in the form `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PasswordHash(String);

/// The text is no hash of a password, or a weak one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is not a hash that `kezekctl password-hash` makes: $argon2id$ with at least 8 MiB (m=8192) and 32 octets"
)]
pub struct NotAHash;

/// Memory that one try must cost at least, KiB.
const MEMORY_KIB_MIN: u32 = 8192;
const OUTPUT_MIN: usize = 32;

impl PasswordHash {
    /// The hash of `password`, with a salt that was never used before.
    pub fn of(password: &str, salt: &[u8; 16]) -> Result<Self, NotAHash> {
        let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
        hashed.map_err(|_| NotAHash)?.to_string().try_into()
    }

    /// Whether it is that of `password`. Takes some 20 ms of a core, on purpose.
    pub fn is_of(&self, password: &str) -> bool {
        let Ok(hash) = phc::PasswordHash::new(&self.0) else {
            return false;
        };
        let checked = Argon2::default().verify_password(password.as_bytes(), &hash);
        checked.is_ok()
    }

    /// As it stands in the file.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PasswordHash {
    type Error = NotAHash;

    fn try_from(text: String) -> Result<Self, NotAHash> {
        let hash = phc::PasswordHash::new(&text).map_err(|_| NotAHash)?;
        let memory = hash.params.get_decimal("m").unwrap_or_default();
        let octets = hash.hash.map_or(0, |output| output.as_bytes().len());
        let is_good = hash.algorithm.as_str() == "argon2id"
            && memory >= MEMORY_KIB_MIN
            && octets >= OUTPUT_MIN
            && hash.salt.is_some();
        if is_good {
            Ok(Self(text))
        } else {
            Err(NotAHash)
        }
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

impl Gateway {
    /// The service that this system calls `service_id`; none if it can be no service of ours.
    pub fn service(&self, service_id: &str) -> Option<ServiceCode> {
        let named = self.service_ids.get(service_id).cloned();
        named.or_else(|| ServiceCode::new(service_id).ok())
    }

    /// What this system calls `service`.
    pub fn service_id<'a>(&'a self, service: &'a ServiceCode) -> &'a str {
        let named = self.service_ids.iter().find(|(_, code)| *code == service);
        named.map_or(service.as_str(), |(id, _)| id)
    }

    /// The first field that is wrong by itself, and what is wrong with it. `services` are those of the participant.
    pub(crate) fn wrong(&self, services: &[ServiceCode]) -> Option<(&'static str, &'static str)> {
        let is_word = |text: &str| {
            (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let signs = self.security != Security::Off;
        let checks = [
            (
                is_word(&self.sender_id),
                "gateway.sender_id",
                "must be 1 to 128 characters of ASCII without spaces",
            ),
            (
                signs != self.certificates.is_empty(),
                "gateway.certificates",
                "must name a file exactly where `security` is not `off`",
            ),
            (
                self.service_ids.keys().all(|id| is_word(id)),
                "gateway.service_ids",
                "has a name that is not 1 to 128 characters of ASCII without spaces",
            ),
            (
                self.service_ids
                    .values()
                    .all(|code| services.contains(code)),
                "gateway.service_ids",
                "names a service that is not among `services`",
            ),
        ];
        let (_, field, problem) = checks.into_iter().find(|(holds, ..)| !holds)?;
        Some((field, problem))
    }
}

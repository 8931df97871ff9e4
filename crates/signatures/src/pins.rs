//! Pinned anchors: a list of facts about authorities, which says of a certificate that it is really theirs.
//!
//! A file that somebody put into a folder of trust is trusted for its own sake, so its SHA-256 is held against
//! a list that came another way. The list is TOML, one `[[anchor]]` for each: `name`, `sha256` of the DER, `from`
//! and `until` (its period, for people) and, where they are known, `urls` where it is published. Authorities
//! between an anchor and a signer need no pin: the anchor's signature vouches for them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::certificate::Certificate;

/// How the list in a folder of trust is called.
pub const PINS_FILE: &str = "anchors.toml";

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PinsError {
    #[error("{0}")]
    Unreadable(#[from] toml::de::Error),
    #[error("`{name}`: sha256 must be 64 hexadecimal digits")]
    Hash { name: String },
    #[error("`{name}`: `until` is before `from`")]
    Period { name: String },
    #[error("`{name}` and `{other}` have the same sha256")]
    Twice { name: String, other: String },
}

/// What is known about one anchor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Whose it is, in people's words.
    pub name: String,
    /// SHA-256 of the DER, hexadecimal.
    pub sha256: String,
    pub from: Date,
    pub until: Date,
    /// Where it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
}

/// A list of pinned anchors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    #[serde(default, rename = "anchor")]
    anchors: Vec<Pin>,
}

// === impl Pins ===

impl Pins {
    /// Reads a list.
    pub fn read(text: &str) -> Result<Self, PinsError> {
        let pins: Self = toml::from_str(text)?;
        for (place, pin) in pins.anchors.iter().enumerate() {
            let name = || pin.name.clone();
            if hex::decode(&pin.sha256).map_or(0, |hash| hash.len()) != 32 {
                return Err(PinsError::Hash { name: name() });
            }
            if pin.until < pin.from {
                return Err(PinsError::Period { name: name() });
            }
            let mut before = pins.anchors.iter().take(place);
            if let Some(other) = before.find(|other| other.hash() == pin.hash()) {
                let other = other.name.clone();
                return Err(PinsError::Twice {
                    name: name(),
                    other,
                });
            }
        }
        Ok(pins)
    }

    /// A list of exactly these certificates.
    pub fn of<'c>(certificates: impl IntoIterator<Item = &'c Certificate>) -> Self {
        let pin = |certificate: &Certificate| {
            let date = |at: jiff::Timestamp| at.to_zoned(TimeZone::UTC).date();
            Pin {
                name: certificate.subject().printed(),
                sha256: hex::encode(certificate.sha256()),
                from: date(certificate.not_before()),
                until: date(certificate.not_after()),
                urls: Vec::new(),
            }
        };
        let anchors = certificates.into_iter().map(pin).collect();
        Self { anchors }
    }

    /// The list as text, as [`Pins::read`] takes it.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// What the list says, in its order.
    pub fn all(&self) -> &[Pin] {
        &self.anchors
    }

    /// What the list knows about a certificate, if anything.
    pub fn about(&self, certificate: &Certificate) -> Option<&Pin> {
        let hash = hex::encode(certificate.sha256());
        self.anchors.iter().find(|pin| pin.hash() == hash)
    }

    /// Whether this is an anchor (it issued itself) that the list does not have.
    pub fn lack(&self, certificate: &Certificate) -> bool {
        certificate.subject() == certificate.issuer() && self.about(certificate).is_none()
    }
}

impl Pin {
    fn hash(&self) -> String {
        self.sha256.to_ascii_lowercase()
    }
}

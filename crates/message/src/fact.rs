//! Facts: what happened, in the past tense, never changed, registered in the journal (X11).

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Bin, Detail, FactId, FactName, Iin, LaneName, MessageId, Number,
    words::{UnknownWord, spelling, word},
};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub id: FactId,
    pub about: About,
    /// When it happened, in UTC; shown in Asia/Almaty (X13).
    pub at: Timestamp,
    /// The service that says so.
    pub by: String,
    pub detail: Detail,
}

impl Fact {
    /// The fact `detail` about `about`, with the id that follows from them.
    pub fn new(about: About, at: Timestamp, by: &str, detail: Detail) -> Self {
        let id = FactId::derive(&about.key(), detail.name().as_str(), &detail.apart(at));
        Self {
            id,
            about,
            at,
            by: by.to_owned(),
            detail,
        }
    }

    /// A fact that is another one each time it is said: `once` tells it from others that say the same, and
    /// must be new for each.
    pub fn apart(about: About, at: Timestamp, by: &str, detail: Detail, once: &str) -> Self {
        let id = FactId::derive(&about.key(), detail.name().as_str(), once);
        Self {
            id,
            ..Self::new(about, at, by, detail)
        }
    }

    pub fn name(&self) -> FactName {
        self.detail.name()
    }
}

/// What a fact is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A message, and the application it belongs to.
    Message { id: MessageId, number: Number },
    /// A lane as a whole.
    Lane(LaneName),
}

impl About {
    fn key(&self) -> String {
        match self {
            Self::Message { id, .. } => id.to_string(),
            Self::Lane(lane) => lane.to_string(),
        }
    }

    /// The application concerned, if one is.
    pub fn number(&self) -> Option<Number> {
        match self {
            Self::Message { number, .. } => Some(*number),
            Self::Lane(_) => None,
        }
    }
}

/// How telling the applicant went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotificationOutcome {
    Sent,
    /// He left no address of this kind.
    NoAddress,
    /// The address was refused for good.
    Rejected,
}

impl NotificationOutcome {
    pub const ALL: &[(&'static str, Self)] = &[
        ("sent", Self::Sent),
        ("no-address", Self::NoAddress),
        ("rejected", Self::Rejected),
    ];

    pub fn as_str(self) -> &'static str {
        spelling(self, Self::ALL)
    }
}

impl FromStr for NotificationOutcome {
    type Err = UnknownWord;
    fn from_str(given: &str) -> Result<Self, UnknownWord> {
        word(given, Self::ALL)
    }
}

/// Who signed, as the certificate says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// The name in the certificate.
    pub name: String,
    pub iin: Option<Iin>,
    pub bin: Option<Bin>,
    /// What the certificate lets him do, for example `individual`, `authorised-signer`.
    pub roles: Vec<String>,
    /// Serial number of the certificate, hexadecimal.
    pub certificate_serial: String,
    /// Signature algorithm, for example `rsa-pkcs1-sha256`.
    pub algorithm: String,
    /// When the signer says he signed.
    pub signed_at: Option<Timestamp>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("iin", &self.iin)
            .field("bin", &self.bin)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        let id = MessageId::from_uuid(uuid::Uuid::from_u128(7));
        About::Message {
            id,
            number: Number::of(id),
        }
    }

    #[test]
    fn a_fact_said_twice_is_one_fact() {
        let first = Fact::new(about(), Timestamp::UNIX_EPOCH, "intake", Detail::Received);
        let again = Fact::new(about(), Timestamp::MAX, "intake", Detail::Received);
        assert_eq!(first.id, again.id);
    }

    #[test]
    fn every_failed_attempt_is_a_fact_of_its_own() {
        let failed = |attempt| {
            let detail = Detail::AttemptFailed {
                lane: LaneName::new("router.committee").unwrap(),
                code: "provider-unreachable".to_owned(),
                explanation: String::new(),
                attempt,
                retry_at: Timestamp::UNIX_EPOCH,
            };
            Fact::new(about(), Timestamp::UNIX_EPOCH, "router", detail).id
        };
        assert_eq!(failed(1), failed(1));
        assert_ne!(failed(1), failed(2));
    }

    #[test]
    fn a_deadline_is_told_once_for_each_step_and_part_whatever_the_clock_says() {
        let near = |step, used_percent, at| {
            let detail = Detail::DeadlineNear {
                step,
                used_percent,
                due_at: at,
            };
            Fact::new(about(), at, "monitor", detail).id
        };
        let first = near(8, 50, Timestamp::UNIX_EPOCH);
        assert_eq!(first, near(8, 50, Timestamp::MAX));
        assert_ne!(first, near(8, 80, Timestamp::UNIX_EPOCH));
        assert_ne!(first, near(9, 50, Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn the_json_form_begins_with_the_name_and_reads_back() {
        let released = Detail::Released {
            lane: LaneName::new("router.committee").unwrap(),
        };
        let text = serde_json::to_string(&released).unwrap();
        assert_eq!(text, r#"{"fact":"released","lane":"router.committee"}"#);
        assert_eq!(serde_json::from_str::<Detail>(&text).unwrap(), released);
        for (name, _) in FactName::ALL {
            let known = serde_json::from_str::<Detail>(&format!(r#"{{"fact":"{name}"}}"#));
            let unknown = known.is_err_and(|e| e.to_string().contains("unknown variant"));
            assert!(!unknown, "{name}");
        }
    }
}

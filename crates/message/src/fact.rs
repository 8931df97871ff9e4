//! Facts: what happened, in the past tense, never changed, registered in the journal (X11).

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Bin, FactId, FactName, Iin, LaneName, MessageId, Number, Outcome, ProviderCode, RegisterName,
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

/// What a fact says besides its name. As JSON it is the journal's form, tagged with the name as `fact`: a
/// spelling here is never changed, and personal numbers are written out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Detail {
    /// The message passed the door and was stored (X11).
    Received,
    /// Its signatures are valid and the right person's (G1, G2).
    Verified { signers: Vec<Signer> },
    /// A register was asked about a person (X15, X16).
    QueryMade {
        register: RegisterName,
        purpose: String,
        operator: String,
        consent: String,
    },
    /// A register answered.
    Enriched { register: RegisterName },
    /// The provider was chosen, and why.
    Routed {
        provider: ProviderCode,
        reason: String,
    },
    /// The provider took it, under a number of its own.
    Delivered {
        provider: ProviderCode,
        registration_number: String,
    },
    /// A reasoned refusal (G3): the catalogue code, and what is particular to this case.
    Refused {
        lane: Option<LaneName>,
        code: String,
        explanation: String,
    },
    /// A try failed; it will be tried again at `retry_at` (X12).
    AttemptFailed {
        lane: LaneName,
        code: String,
        explanation: String,
        attempt: u32,
        retry_at: Timestamp,
    },
    /// Set aside for a person.
    Parked {
        lane: LaneName,
        code: String,
        explanation: String,
    },
    /// A person sent it on again.
    Released { lane: LaneName },
    /// The provider said where the application stands (X5).
    StatusReported {
        provider: ProviderCode,
        status: String,
    },
    /// The provider's decision (X7).
    ResultIssued {
        provider: ProviderCode,
        outcome: Outcome,
        reason: String,
    },
    /// The applicant was told of the fact `of`.
    Notified {
        of: FactId,
        channel: String,
        outcome: NotificationOutcome,
        recipient_masked: String,
    },
    /// The outside system of a lane is down; its messages wait (X12).
    LaneClosed { code: String, explanation: String },
    /// It is back; sending resumes (X12). A process that has just started says so at its first answer.
    LaneOpened,
    /// A step of the regulation has used this part of its time and is not done (X17).
    DeadlineNear {
        /// Number of the step in the table of the application's channel.
        step: u16,
        /// 1 to 99.
        used_percent: u8,
        /// When its time will be over, as known then.
        due_at: Timestamp,
    },
    /// A step of the regulation is not done and its time is over (X17).
    DeadlinePassed {
        /// Number of the step in the table of the application's channel.
        step: u16,
        /// When its time was over.
        due_at: Timestamp,
    },
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

impl Detail {
    pub fn name(&self) -> FactName {
        match self {
            Self::Received => FactName::Received,
            Self::Verified { .. } => FactName::Verified,
            Self::QueryMade { .. } => FactName::QueryMade,
            Self::Enriched { .. } => FactName::Enriched,
            Self::Routed { .. } => FactName::Routed,
            Self::Delivered { .. } => FactName::Delivered,
            Self::Refused { .. } => FactName::Refused,
            Self::AttemptFailed { .. } => FactName::AttemptFailed,
            Self::Parked { .. } => FactName::Parked,
            Self::Released { .. } => FactName::Released,
            Self::StatusReported { .. } => FactName::StatusReported,
            Self::ResultIssued { .. } => FactName::ResultIssued,
            Self::Notified { .. } => FactName::Notified,
            Self::LaneClosed { .. } => FactName::LaneClosed,
            Self::LaneOpened => FactName::LaneOpened,
            Self::DeadlineNear { .. } => FactName::DeadlineNear,
            Self::DeadlinePassed { .. } => FactName::DeadlinePassed,
        }
    }

    /// What tells this fact from others of its name about the same message. Facts that can truly happen
    /// several times differ by lane, attempt or moment; the others are one, however often they are said.
    fn apart(&self, at: Timestamp) -> String {
        match self {
            Self::Received
            | Self::Verified { .. }
            | Self::Routed { .. }
            | Self::Delivered { .. }
            | Self::Refused { .. }
            | Self::StatusReported { .. }
            | Self::ResultIssued { .. } => String::new(),
            Self::QueryMade { register, .. } | Self::Enriched { register } => register.to_string(),
            Self::AttemptFailed { lane, attempt, .. } => format!("{lane} {attempt}"),
            Self::Notified { of, channel, .. } => format!("{of} {channel}"),
            Self::Parked { lane, .. } | Self::Released { lane } => format!("{lane} {at}"),
            Self::LaneClosed { .. } | Self::LaneOpened => at.to_string(),
            Self::DeadlineNear {
                step, used_percent, ..
            } => format!("{step} {used_percent}"),
            Self::DeadlinePassed { step, .. } => step.to_string(),
        }
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

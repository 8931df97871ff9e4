//! What facts say. As JSON these are the journal's form.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

use crate::{
    FactId, FactName, LaneName, NotificationOutcome, Number, Outcome, ParticipantId,
    PersonalNumber, ProviderCode, RegisterName, Signer,
    words::{UnknownWord, spelling, word},
};

/// What a fact says besides its name. As JSON it is the journal's form, tagged with the name as `fact`: a
/// spelling here is never changed, and personal numbers are written out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Detail {
    /// The message passed the door and was stored (X11).
    Received,
    /// Its signatures are valid and the right person's (G1, G2).
    Verified { signers: Vec<Signer> },
    /// A register was asked about a person or an organisation (X15, X16).
    QueryMade {
        register: RegisterName,
        purpose: String,
        /// The official who signed, or the system that sent the message.
        operator: String,
        /// Where the consent can be found; empty where the applicant himself files.
        consent: String,
        /// Whom it is about; none in facts told before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<PersonalNumber>,
        /// The system on whose behalf it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        participant: Option<ParticipantId>,
        /// The application it is needed for, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        application: Option<Number>,
    },
    /// What came of a query: the names of what came back, never the values (X16).
    QueryAnswered {
        /// The `query-made` that it answers.
        of: FactId,
        register: RegisterName,
        /// False: the register holds nothing about the subject.
        found: bool,
        /// Names of the members that came back; those inside others are dotted, for example `address.city`.
        fields: Vec<String>,
        /// Whether the answer was kept from an earlier question, so that the register was not asked anew.
        cached: bool,
        /// When the register gave it, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source_at: Option<Timestamp>,
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
    /// The body that owns a register wants to know the purpose of a query made of it (X15).
    CheckOpened {
        /// The `query-made` whose purpose is checked; the check itself is known by the id of this fact.
        of: FactId,
        register: RegisterName,
        /// Who opened it, for the owner.
        by: String,
        question: String,
        /// Until when the organisation that asked has to answer.
        due_at: Timestamp,
    },
    /// The organisation that asked gave its reason (X15).
    CheckAnswered {
        /// The `check-opened` that is answered.
        check: FactId,
        by: String,
        answer: String,
    },
    /// The owner has come to a conclusion (X15).
    CheckClosed {
        /// The `check-opened` that is closed.
        check: FactId,
        by: String,
        outcome: CheckOutcome,
        note: String,
    },
}

/// What the owner of a register makes of a query that it checked (X15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckOutcome {
    /// The query served the purpose that was given.
    Justified,
    /// It did not.
    Unjustified,
}

impl CheckOutcome {
    pub const ALL: &[(&'static str, Self)] = &[
        ("justified", Self::Justified),
        ("unjustified", Self::Unjustified),
    ];

    pub fn as_str(self) -> &'static str {
        spelling(self, Self::ALL)
    }
}

impl FromStr for CheckOutcome {
    type Err = UnknownWord;
    fn from_str(given: &str) -> Result<Self, UnknownWord> {
        word(given, Self::ALL)
    }
}

impl Detail {
    pub fn name(&self) -> FactName {
        match self {
            Self::Received => FactName::Received,
            Self::Verified { .. } => FactName::Verified,
            Self::QueryMade { .. } => FactName::QueryMade,
            Self::QueryAnswered { .. } => FactName::QueryAnswered,
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
            Self::CheckOpened { .. } => FactName::CheckOpened,
            Self::CheckAnswered { .. } => FactName::CheckAnswered,
            Self::CheckClosed { .. } => FactName::CheckClosed,
        }
    }

    /// What tells this fact from others of its name about the same message. Facts that can truly happen
    /// several times differ by lane, attempt or moment; the others are one, however often they are said.
    pub(crate) fn apart(&self, at: Timestamp) -> String {
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
            Self::QueryAnswered { of, .. } => of.to_string(),
            // The same question by the same person is one check, however often it is sent.
            Self::CheckOpened {
                of, by, question, ..
            } => format!("{of} {by} {question}"),
            Self::CheckAnswered { check, .. } | Self::CheckClosed { check, .. } => {
                check.to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{About, Fact, MessageId};

    #[test]
    fn what_was_written_before_a_query_named_its_subject_is_still_read() {
        let old = r#"{"fact":"query-made","register":"gbd-fl","purpose":"p","operator":"o","consent":"c"}"#;
        let read = serde_json::from_str::<Detail>(old).unwrap();
        let Detail::QueryMade {
            subject,
            participant,
            application,
            ..
        } = &read
        else {
            panic!("not a query");
        };
        assert!(subject.is_none() && participant.is_none() && application.is_none());
        assert_eq!(serde_json::to_string(&read).unwrap(), old, "to the byte");
    }

    #[test]
    fn a_check_opened_twice_with_the_same_words_is_one_check() {
        let id = MessageId::from_uuid(uuid::Uuid::from_u128(7));
        let opened = |question: &str, at| {
            let detail = Detail::CheckOpened {
                of: FactId::from_uuid(uuid::Uuid::from_u128(8)),
                register: RegisterName::new("gbd-fl").unwrap(),
                by: "Owner".to_owned(),
                question: question.to_owned(),
                due_at: at,
            };
            let number = Number::of(id);
            Fact::new(About::Message { id, number }, at, "monitor", detail).id
        };
        let first = opened("why?", Timestamp::UNIX_EPOCH);
        assert_eq!(first, opened("why?", Timestamp::MAX));
        assert_ne!(first, opened("why again?", Timestamp::UNIX_EPOCH));
    }
}

//! What people are told of: which facts, in which forms, and where we keep silent.
//!
//! A fact comes in, an [`Occasion`] comes out, or none: then it is a matter of operators. Every fact of the
//! house stands here, told or [`SILENT`]; the texts are checked against this file at start. It holds no words.

use message::{Detail, FactName, Kind, Message, Outcome};

/// How something is put: what fits a letter does not fit a telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    Email,
    Sms,
    Webhook,
}

/// Something that people are told of; `result-issued` is two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occasion {
    Received,
    Refused,
    Delivered,
    StatusReported,
    Granted,
    Declined,
}

/// Facts that no applicant is told of: steps on the way, and what operators have to deal with. Deadlines are of
/// these: most are seconds of the house's own steps, and whoever is late has to act, not who waits; the pages
/// and the timeline show them. Who looked at his data, and what was checked of it, a person sees in his cabinet.
pub const SILENT: &[FactName] = &[
    FactName::Verified,
    FactName::QueryMade,
    FactName::QueryAnswered,
    FactName::Enriched,
    FactName::Routed,
    FactName::AttemptFailed,
    FactName::Parked,
    FactName::Released,
    FactName::Notified,
    FactName::LaneClosed,
    FactName::LaneOpened,
    FactName::DeadlineNear,
    FactName::DeadlinePassed,
    FactName::CheckOpened,
    FactName::CheckAnswered,
    FactName::CheckClosed,
];

impl Form {
    /// Every form, with its name in texts and on the command line.
    pub const ALL: &[(&'static str, Self)] = &[
        ("email", Self::Email),
        ("sms", Self::Sms),
        ("webhook", Self::Webhook),
    ];

    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, form)| *form == self);
        found.map_or("", |(name, _)| name)
    }

    /// The longest text of others that is put in, characters. An SMS in Cyrillic has 67 to a part.
    pub fn foreign_chars_max(self) -> usize {
        match self {
            Self::Email | Self::Webhook => 2000,
            Self::Sms => 80,
        }
    }
}

impl Occasion {
    /// Every occasion, with the name of its texts.
    pub const ALL: &[(&'static str, Self)] = &[
        ("received", Self::Received),
        ("refused", Self::Refused),
        ("delivered", Self::Delivered),
        ("status-reported", Self::StatusReported),
        ("granted", Self::Granted),
        ("declined", Self::Declined),
    ];

    /// The occasion that a fact is; none if nobody is told of it.
    pub fn of(detail: &Detail) -> Option<Self> {
        Some(match detail {
            Detail::Received => Self::Received,
            Detail::Refused { .. } => Self::Refused,
            Detail::Delivered { .. } => Self::Delivered,
            Detail::StatusReported { .. } => Self::StatusReported,
            Detail::ResultIssued { outcome, .. } => match outcome {
                Outcome::Granted => Self::Granted,
                Outcome::Refused => Self::Declined,
            },
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, occasion)| *occasion == self);
        found.map_or("", |(name, _)| name)
    }

    /// The fact that it is.
    pub fn fact(self) -> FactName {
        match self {
            Self::Received => FactName::Received,
            Self::Refused => FactName::Refused,
            Self::Delivered => FactName::Delivered,
            Self::StatusReported => FactName::StatusReported,
            Self::Granted | Self::Declined => FactName::ResultIssued,
        }
    }

    /// Whether nothing is said of it in this form. The provider's number of an application is no use on a
    /// telephone, and that the provider has it is told again by his first status.
    pub fn is_silent(self, form: Form) -> bool {
        self == Self::Delivered && form == Form::Sms
    }

    /// Whether it concerns who applied. That a provider's report was received or refused does not: only what
    /// it reports.
    pub fn concerns_applicant(self, message: &Message) -> bool {
        message.kind == Kind::Application
            || matches!(self, Self::StatusReported | Self::Granted | Self::Declined)
    }

    /// The places that its text in `form` fills in: all of them, in every language.
    pub fn places(self, form: Form) -> &'static [&'static str] {
        match (self, form) {
            (Self::Received, Form::Email | Form::Webhook) => &[],
            (Self::Received | Self::Granted | Self::Delivered, Form::Sms) => &["number"],
            (Self::Refused, Form::Email | Form::Webhook) => &["reason", "action"],
            (Self::Delivered, Form::Email | Form::Webhook) => &["registration"],
            (Self::StatusReported, Form::Email | Form::Webhook) => &["status"],
            (Self::StatusReported, Form::Sms) => &["number", "status"],
            (Self::Granted, Form::Email | Form::Webhook) => &["result"],
            (Self::Declined, Form::Email | Form::Webhook) => &["reason"],
            (Self::Refused | Self::Declined, Form::Sms) => &["number", "reason"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_of_the_house_is_told_or_marked_silent() {
        for (name, fact) in FactName::ALL {
            let is_told = Occasion::ALL.iter().any(|(_, o)| o.fact() == *fact);
            let is_silent = SILENT.contains(fact);
            assert!(is_told != is_silent, "{name}: tell it, or mark it silent");
        }
    }
}

//! The names that facts have.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::words::{UnknownWord, spelling, word};

/// The name of a fact: first word of its routing key, column of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactName {
    Received,
    Verified,
    QueryMade,
    QueryAnswered,
    Enriched,
    Routed,
    Delivered,
    Refused,
    AttemptFailed,
    Parked,
    Released,
    StatusReported,
    ResultIssued,
    Notified,
    LaneClosed,
    LaneOpened,
    DeadlineNear,
    DeadlinePassed,
    CheckOpened,
    CheckAnswered,
    CheckClosed,
}

impl FactName {
    pub const ALL: &[(&'static str, Self)] = &[
        ("received", Self::Received),
        ("verified", Self::Verified),
        ("query-made", Self::QueryMade),
        ("query-answered", Self::QueryAnswered),
        ("enriched", Self::Enriched),
        ("routed", Self::Routed),
        ("delivered", Self::Delivered),
        ("refused", Self::Refused),
        ("attempt-failed", Self::AttemptFailed),
        ("parked", Self::Parked),
        ("released", Self::Released),
        ("status-reported", Self::StatusReported),
        ("result-issued", Self::ResultIssued),
        ("notified", Self::Notified),
        ("lane-closed", Self::LaneClosed),
        ("lane-opened", Self::LaneOpened),
        ("deadline-near", Self::DeadlineNear),
        ("deadline-passed", Self::DeadlinePassed),
        ("check-opened", Self::CheckOpened),
        ("check-answered", Self::CheckAnswered),
        ("check-closed", Self::CheckClosed),
    ];

    pub fn as_str(self) -> &'static str {
        spelling(self, Self::ALL)
    }
}

impl fmt::Display for FactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FactName {
    type Err = UnknownWord;
    fn from_str(given: &str) -> Result<Self, UnknownWord> {
        word(given, Self::ALL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_one_spelling() {
        for (text, name) in FactName::ALL {
            assert_eq!(name.as_str(), *text);
            assert_eq!(text.parse(), Ok(*name));
        }
    }
}

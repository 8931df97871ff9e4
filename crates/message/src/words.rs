//! Words of closed lists: what a message is, the door it came in by, the languages of the house.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The words of a closed list, with their spelling on the wire, in the database and in JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not one of: {known}")]
pub struct UnknownWord {
    pub given: String,
    pub known: String,
}

pub(crate) fn word<T: Copy>(given: &str, known: &[(&'static str, T)]) -> Result<T, UnknownWord> {
    known
        .iter()
        .find(|(name, _)| *name == given)
        .map(|(_, value)| *value)
        .ok_or_else(|| UnknownWord {
            given: given.chars().take(40).collect(),
            known: known
                .iter()
                .map(|(name, _)| *name)
                .collect::<Vec<_>>()
                .join(", "),
        })
}

pub(crate) fn spelling<T: Copy + PartialEq>(value: T, known: &[(&'static str, T)]) -> &'static str {
    known
        .iter()
        .find(|(_, v)| *v == value)
        .map_or("", |(name, _)| name)
}

/// What a message is (S2 cl.7(4), (5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A request: the applicant's application (X7).
    Application,
    /// A response: where the application stands (X5).
    Status,
    /// A response: how it ended (X7).
    Result,
    /// A request: what a register holds about somebody, asked on his behalf (X6, X10).
    Query,
}

/// The door an application came in by; each has its own step table (S4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    Portal,
    Provider,
    FrontOffice,
}

/// A language of the house: Kazakh, Russian, English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Kk,
    Ru,
    En,
}

impl Kind {
    pub const ALL: &[(&'static str, Self)] = &[
        ("application", Self::Application),
        ("status", Self::Status),
        ("result", Self::Result),
        ("query", Self::Query),
    ];

    pub fn as_str(self) -> &'static str {
        spelling(self, Self::ALL)
    }
}

impl Channel {
    pub const ALL: &[(&'static str, Self)] = &[
        ("portal", Self::Portal),
        ("provider", Self::Provider),
        ("front-office", Self::FrontOffice),
    ];

    pub fn as_str(self) -> &'static str {
        spelling(self, Self::ALL)
    }
}

impl Language {
    pub const ALL: &[(&'static str, Self)] =
        &[("kk", Self::Kk), ("ru", Self::Ru), ("en", Self::En)];

    pub fn as_str(self) -> &'static str {
        spelling(self, Self::ALL)
    }
}

impl FromStr for Kind {
    type Err = UnknownWord;
    fn from_str(given: &str) -> Result<Self, UnknownWord> {
        word(given, Self::ALL)
    }
}

impl FromStr for Channel {
    type Err = UnknownWord;
    fn from_str(given: &str) -> Result<Self, UnknownWord> {
        word(given, Self::ALL)
    }
}

impl FromStr for Language {
    type Err = UnknownWord;
    fn from_str(given: &str) -> Result<Self, UnknownWord> {
        word(given, Self::ALL)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
